import re

import pytest

from app.palette import GLASBEY, OKABE_ITO, category_colours, scale_colours


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


@pytest.mark.parametrize("count", [0, 1, 9, 48, 200])
def test_every_name_has_a_colour_that_depends_on_its_place_alone(count: int) -> None:
    names = [f"class {number}" for number in range(count)]
    colours = category_colours(names)
    assert len(colours) == count
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)
    assert category_colours([*names, "one more"])[:count] == colours


def test_the_first_eight_are_okabe_and_itos() -> None:
    assert tuple(category_colours(list("abcdefgh"))) == OKABE_ITO


def test_no_two_of_the_first_forty_eight_are_alike() -> None:
    colours = [rgb(colour) for colour in OKABE_ITO + GLASBEY]
    nearest = min(
        sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        for place, a in enumerate(colours)
        for b in colours[:place]
    )
    assert nearest > 20


def test_the_scale_grows_brighter() -> None:
    brightness = [
        sum(share * part for share, part in zip((0.21, 0.72, 0.07), rgb(c), strict=True)) for c in scale_colours()
    ]
    assert brightness == sorted(brightness)
