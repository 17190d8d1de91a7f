import io
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.scatter import sprites


def picture(width: int, height: int, colour: object = "red", mode: str = "RGB") -> bytes:
    encoded = io.BytesIO()
    Image.new(mode, (width, height), colour).save(encoded, "WEBP")
    return encoded.getvalue()


class Shelf:
    """Thumbnails by id that count how often they are asked for."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        self.pictures = pictures
        self.asked: list[str] = []

    def __call__(self, ids: Sequence[str]) -> dict[str, bytes]:
        self.asked += ids
        return {item: self.pictures[item] for item in ids if item in self.pictures}


def shelf(count: int) -> tuple[list[str], Shelf]:
    ids = [f"item {number}" for number in range(count)]
    return ids, Shelf({item: picture(128, 64) for item in ids})


def test_every_picture_lies_in_its_cell_with_its_own_size(tmp_path: Path) -> None:
    pictures = {"wide": picture(128, 64, "red"), "tall": picture(32, 128, "blue"), "small": picture(20, 10, "lime")}
    made = sprites.make(["wide", "none", "tall", "small"], Shelf(pictures), tmp_path)
    np.testing.assert_array_equal(made.sizes, [[96, 48], [0, 0], [24, 96], [20, 10]])
    sheet = Image.open(made.sheets[0])
    assert sheet.size == (sprites.COLUMNS * sprites.CELL, sprites.CELL)
    for cell, expected in ((0, (255, 0, 0)), (1, (255, 255, 255)), (2, (0, 0, 255)), (3, (0, 255, 0))):
        found = sheet.getpixel((cell * sprites.CELL + 8, 4))
        assert np.abs(np.subtract(found, expected)).max() < 20


def test_transparent_pictures_lie_on_white(tmp_path: Path) -> None:
    made = sprites.make(["clear"], Shelf({"clear": picture(64, 64, (255, 0, 0, 0), "RGBA")}), tmp_path)
    assert min(Image.open(made.sheets[0]).getpixel((30, 30))) > 240


def test_what_is_no_picture_has_no_size(tmp_path: Path) -> None:
    made = sprites.make(["text", "cut"], Shelf({"text": b"no picture", "cut": picture(64, 64)[:40]}), tmp_path)
    assert not made.sizes.any()


def test_sheets_are_made_once_and_only_the_last_again_when_items_are_added(tmp_path: Path) -> None:
    ids, thumbnails = shelf(150)
    assert sprites.ready(ids, tmp_path) is None
    first = sprites.make(ids, thumbnails, tmp_path)
    assert len(first.sheets) == 2
    assert first.sizes.shape == (150, 2)
    thumbnails.asked.clear()
    again = sprites.make(ids, thumbnails, tmp_path)
    assert again.key == first.key
    assert thumbnails.asked == []
    more, thumbnails = shelf(151)
    longer = sprites.make(more, thumbnails, tmp_path)
    assert thumbnails.asked == more[sprites.COLUMNS * sprites.LINES :]
    assert longer.sheets[0] == first.sheets[0]
    assert longer.key != first.key


def test_sprites_are_prepared_aside_and_once(tmp_path: Path) -> None:
    ids, thumbnails = shelf(3)
    release = threading.Event()

    def slow(some: Sequence[str]) -> Mapping[str, bytes]:
        release.wait(10)
        return thumbnails(some)

    assert sprites.prepare(ids, slow, tmp_path) is None
    assert sprites.prepare(ids, slow, tmp_path) is None
    release.set()
    for thread in threading.enumerate():
        if thread.name == "clipscape-sprites":
            thread.join(10)
    assert thumbnails.asked == ids
    assert sprites.prepare(ids, slow, tmp_path) is not None


@pytest.mark.parametrize("count", [0, 1])
def test_few_items_are_no_special_case(count: int, tmp_path: Path) -> None:
    ids, thumbnails = shelf(count)
    assert sprites.make(ids, thumbnails, tmp_path).sizes.shape == (count, 2)
