"""Drawing: SVG of any shape and unit becomes a square picture; what cannot be drawn is blank."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.recipes import pictures
from core.recipes.sources import Source

RED = '<svg xmlns="http://www.w3.org/2000/svg" {}><rect width="100%" height="100%" fill="#f00"/></svg>'


pytest.importorskip("resvg_py", reason="drawing needs requirements-assets.txt")


def drawn(drawing: str, size: int = 32) -> np.ndarray:
    return pictures.draw(Source("any", "icon", drawing, ["a thing"]), size)


def box(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is not transparent."""
    return Image.fromarray(picture).getchannel("A").getbbox()


def test_a_square_drawing_fills_the_picture() -> None:
    found = drawn(RED.format('viewBox="0 0 8 8"'))
    assert found.shape == (32, 32, 4)
    assert (found == [255, 0, 0, 255]).all()


@pytest.mark.parametrize(
    ("view", "expected"), [("0 0 16 8", (0, 8, 32, 24)), ("0 0 8 16", (8, 0, 24, 32)), ("4 4 8 8", (0, 0, 32, 32))]
)
def test_drawings_keep_their_aspect_in_the_middle(view: str, expected: tuple[int, ...]) -> None:
    wide = RED.replace('width="100%" height="100%"', 'x="-9" y="-9" width="99" height="99"')
    assert box(drawn(wide.format(f'viewBox="{view}"'))) == expected


@pytest.mark.parametrize("unit", ["", "px", "pt", "mm", "in"])
def test_sizes_in_any_unit_can_be_drawn(unit: str) -> None:
    assert drawn(RED.format(f'width="20{unit}" height="20{unit}"'))[..., 3].all()


def test_the_current_colour_is_black() -> None:
    assert (drawn(RED.format('viewBox="0 0 8 8"').replace("#f00", "currentColor")) == [0, 0, 0, 255]).all()


@pytest.mark.parametrize("drawing", ["<svg", "<svg/>", "/nowhere.png", "/nowhere.svg"])
def test_what_cannot_be_drawn_is_blank(drawing: str) -> None:
    assert not drawn(drawing).any()


def test_empty_margins_of_files_are_cut_off(tmp_path: Path) -> None:
    page = Image.new("RGBA", (60, 60))
    page.paste((0, 0, 255, 255), (20, 25, 40, 35))
    page.save(tmp_path / "page.png")
    found = drawn(str(tmp_path / "page.png"), 16)
    assert box(found) == (0, 4, 16, 12) or box(found) == (0, 3, 16, 13)
