"""The split and the cleaning of captions, on small examples without downloads."""

import pytest

from core.recipes import captions


@pytest.mark.parametrize(
    ("name", "caption"),
    [("bell-ring-outline", "bell ring"), ("arrow-left-24-filled", "arrow left"), ("fooBar_baz", "foo bar baz")],
)
def test_file_names_become_captions(name: str, caption: str) -> None:
    assert captions.clean(name) == caption


def test_a_name_of_nothing_but_style_words_stays() -> None:
    assert captions.clean("outline") == "outline"


def test_hexcodes_agree_without_variation_selectors() -> None:
    assert captions.bare("1F481-200D-2640-FE0F") == "1f481-200d-2640"


def test_the_held_out_tenth_is_fixed() -> None:
    assert captions.pick_held_out(1914) == captions.pick_held_out(1914)
    assert len(captions.pick_held_out(1914)) == 191
