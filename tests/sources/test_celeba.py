"""CelebA's layout: attributes are columns, and a caption is made of them."""

from pathlib import Path

import pytest

from core.errors import BadInput
from core.sources import read
from core.sources.celeba import describe
from tests.sources.making import BLUE, GREEN, by_source, png, put, reasons

NAMES = "Bald Black_Hair Eyeglasses Male No_Beard Smiling Wearing_Hat Young"
LIST = f"""3
{NAMES}
000001.jpg -1  1  1  1 -1  1  1  1
000002.jpg -1 -1 -1 -1  1 -1 -1 -1
000003.jpg -1 -1 -1 -1  1 -1 -1 -1
000004.jpg -1 -1
"""
FACES = {"img_align_celeba/000001.jpg": png(BLUE), "img_align_celeba/000002.jpg": png(GREEN)}


@pytest.mark.parametrize("place", ["list_attr_celeba.txt", "Anno/list_attr_celeba.txt"])
def test_the_attributes_are_columns_and_a_caption(tmp_path: Path, place: str) -> None:
    found = list(read(put(tmp_path, {**FACES, place: LIST})))
    items = by_source(found)
    first = items["img_align_celeba/000001.jpg"]
    assert first.caption == "a young man with black hair, glasses and a beard, smiling, wearing a hat"
    assert first.columns == {name: name not in ("Bald", "No_Beard") for name in NAMES.split()}
    assert first.label == ""
    assert items["img_align_celeba/000002.jpg"].caption == "an older woman"
    assert sorted(reason.partition(":")[0] for reason in reasons(found)) == [f"{place} row 5", f"{place} row 6"]


def test_kaggles_copy(tmp_path: Path) -> None:
    lines = [",".join(line.split()) for line in LIST.splitlines()[1:4]]
    table = "\n".join([f"image_id,{lines[0]}", *lines[1:]])
    items = by_source(read(put(tmp_path, {**FACES, "list_attr_celeba.csv": table})))
    assert items["img_align_celeba/000001.jpg"].columns["Eyeglasses"] is True
    assert items["img_align_celeba/000002.jpg"].columns["Male"] is False


def test_the_list_given_beside_the_folder(tmp_path: Path) -> None:
    put(tmp_path, {**FACES, "list_attr_celeba.txt": LIST})
    items = by_source(read(tmp_path / "img_align_celeba", captions=tmp_path / "list_attr_celeba.txt"))
    assert items["000002.jpg"].caption == "an older woman"


def test_a_list_without_its_head_is_said_so(tmp_path: Path) -> None:
    found = list(read(put(tmp_path, {**FACES, "list_attr_celeba.txt": "3\n"})))
    assert len(by_source(found)) == 2
    assert "no line of attribute names" in "\n".join(reasons(found))


def test_a_list_of_no_face_is_said_so(tmp_path: Path) -> None:
    found = list(read(put(tmp_path, {**FACES, "list_attr_celeba.txt": f"0\n{NAMES}\n"})))
    assert "names attributes but no face" in "\n".join(reasons(found))


def test_what_is_not_known_is_not_said() -> None:
    assert describe({}) == "a person"
    assert describe({"Smiling": True, "Bald": True}) == "a person, bald, smiling"
    assert describe({"Male": True, "No_Beard": True}) == "a man"


def test_the_list_alone_is_no_source(tmp_path: Path) -> None:
    put(tmp_path, {"list_attr_celeba.txt": LIST})
    with pytest.raises(BadInput, match="not a source"):
        read(tmp_path / "list_attr_celeba.txt")
