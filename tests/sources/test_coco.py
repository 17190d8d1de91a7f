"""COCO captions: several a picture, and annotations that do not fit."""

import json
from pathlib import Path

import pytest

from core.errors import BadInput
from core.sources import read
from tests.sources.making import GREEN, RED, by_source, png, put, reasons, split, zipped

IMAGES = [{"id": 1, "file_name": "000001.png"}, {"id": 2, "file_name": "000002.png"}, {"id": 3, "file_name": "3.png"}]
CAPTIONS = [(1, "a red field"), (2, "green"), (1, " much red "), (1, "a red field"), (9, "nobody"), (2, "")]
ANNOTATIONS = [{"id": n, "image_id": image, "caption": text} for n, (image, text) in enumerate(CAPTIONS)]
COCO = json.dumps({"info": {}, "images": [*IMAGES, {"id": 4}], "annotations": [*ANNOTATIONS, "x"]})


def coco(folder: Path) -> Path:
    return put(
        folder,
        {
            "val2017/000001.png": png(RED),
            "val2017/000002.png": png(GREEN),
            "annotations/captions_val2017.json": COCO,
        },
    )


def check(found: list) -> set[str]:
    """What is in the set comes out, once, and each of the five faults is told; gives the sources."""
    items = {name.rpartition("/")[2]: item for name, item in by_source(found).items()}
    assert set(items) == {"000001.png", "000002.png"}
    assert len(split(found)[0]) == 2
    assert (items["000001.png"].image, items["000001.png"].captions) == (png(RED), ("a red field", "much red"))
    assert items["000001.png"].columns == {"coco_id": 1}
    assert (items["000002.png"].caption, items["000002.png"].label) == ("green", "")
    listed = "\n".join(reasons(found))
    assert "annotation 5: speaks of image 9, which the file does not list" in listed
    assert "annotation 6: no caption in it" in listed
    assert "annotation 7: no caption in it" in listed
    assert "image 3: no picture '3.png' here" in listed or "image 3: 3.png: no such file" in listed
    assert "image 4: no id or no file_name in it" in listed
    assert len(split(found)[1]) == 5
    return set(by_source(found))


def test_with_its_image_folder(tmp_path: Path) -> None:
    coco(tmp_path)
    found = read(tmp_path / "val2017", captions=tmp_path / "annotations/captions_val2017.json")
    assert check(list(found)) == {"000001.png", "000002.png"}


def test_by_its_json_the_pictures_are_found_nearby(tmp_path: Path) -> None:
    coco(tmp_path)
    found = read(tmp_path / "annotations/captions_val2017.json")
    assert check(list(found)) == {"000001.png", "000002.png"}


def test_as_one_folder_or_zip(tmp_path: Path) -> None:
    coco(tmp_path)
    assert check(list(read(tmp_path))) == {"val2017/000001.png", "val2017/000002.png"}
    files = {"val2017/000001.png": png(RED), "val2017/000002.png": png(GREEN), "annotations/captions.json": COCO}
    path = put(tmp_path, {"all.zip": zipped(files)}) / "all.zip"
    assert check(list(read(path))) == {"val2017/000001.png", "val2017/000002.png"}


def test_pictures_that_are_nowhere_near(tmp_path: Path) -> None:
    put(tmp_path, {"here/captions.json": COCO})
    with pytest.raises(BadInput, match=r"000001\.png is nowhere near it: give the folder of pictures"):
        read(tmp_path / "here/captions.json")


def test_a_plain_list_of_objects(tmp_path: Path) -> None:
    put(tmp_path, {"a.png": png(), "list.json": json.dumps([{"image": "a.png", "caption": "one", "year": 1999}])})
    (item,) = read(tmp_path / "list.json")
    assert (item.image, item.caption, item.columns) == (png(), "one", {"year": 1999})


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"images": []}', "7", "[" * 100_000, "\x00\x01"])
def test_what_is_no_coco_is_said_so(tmp_path: Path, text: str) -> None:
    put(tmp_path, {"a.png": png(), "captions.json": text})
    with pytest.raises(BadInput, match=r"captions\.json"):
        list(read(tmp_path / "captions.json"))
    found = list(read(tmp_path))
    assert set(by_source(found)) == {"a.png"}
    assert [reason.partition(":")[0] for reason in reasons(found)] == ["captions.json"]
