import re
import tomllib

import pandas as pd
import pytest

from app.kit.charts import GLASBEY, LINES, OKABE_ITO, category_colours, line_colours, scale_colours
from app.scatter.colours import GREY, NOTHING, categories
from tests.served import ROOT


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


def luminance(colour: str) -> float:
    """Relative luminance as the Web Content Accessibility Guidelines 2.1 define it."""
    parts = [part / 255 for part in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("theme", "least"), [("light", 2.2), ("dark", 3.0)])
def test_lines_are_seen_on_both_pages(theme: str, least: float) -> None:
    """3 is what the guidelines ask of figures; Okabe and Ito's orange has 2.25 on white."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    page = luminance(settings["theme"][theme]["backgroundColor"])
    for colour in LINES:
        dark, light = sorted((page, luminance(colour)))
        assert (light + 0.05) / (dark + 0.05) >= least


def test_lines_are_of_different_colours_in_the_order_of_their_names() -> None:
    assert line_colours(["a", "b"]) == {"a": OKABE_ITO[0], "b": OKABE_ITO[1]}
    assert len(set(LINES)) == len(LINES)
    assert set(LINES) <= {*OKABE_ITO, *GLASBEY}


def test_what_has_no_value_is_grey_and_no_category_loses_its_colour() -> None:
    bare, holed = (categories("label", pd.Series(texts)) for texts in (["b", "b", "a"], ["b", "", None, "", "b", "a"]))
    assert holed.names == ["b", "a", NOTHING]
    assert holed.palette == [*bare.palette, GREY]


def test_the_scale_grows_brighter() -> None:
    brightness = [
        sum(share * part for share, part in zip((0.21, 0.72, 0.07), rgb(c), strict=True)) for c in scale_colours()
    ]
    assert brightness == sorted(brightness)
