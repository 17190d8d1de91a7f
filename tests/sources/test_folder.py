"""A folder: sub-folders are labels, tables and text files among the pictures are captions, the rest is refused."""

import os
from pathlib import Path

import pytest

from core.errors import BadInput
from core.sources import count, limits, read
from tests.sources.making import BLUE, GREEN, RED, by_source, png, put, reasons, split


def test_sub_folders_become_labels(tmp_path: Path) -> None:
    put(tmp_path, {"top.png": png(RED), "cat/a.png": png(GREEN), "train/dog/b.png": png(BLUE)})
    items = by_source(read(tmp_path))
    assert {name: item.label for name, item in items.items()} == {
        "top.png": "",
        "cat/a.png": "cat",
        "train/dog/b.png": "dog",
    }
    assert items["train/dog/b.png"].columns == {"folder": "train/dog"}
    assert items["cat/a.png"].image == png(GREEN)
    assert count(tmp_path) == 3


def test_a_table_among_the_pictures_adds_captions_and_columns(tmp_path: Path) -> None:
    table = "file_name,text,year,seen\na.png,a red field,1999,yes\nb.png,,2001,no\nc.png,who?,2002,no\n"
    put(tmp_path, {"pets/a.png": png(RED), "pets/b.png": png(GREEN), "metadata.csv": table})
    found = list(read(tmp_path))
    items = by_source(found)
    assert (items["pets/a.png"].caption, items["pets/a.png"].label) == ("a red field", "pets")
    assert items["pets/a.png"].columns == {"year": 1999, "seen": True}
    assert items["pets/b.png"].caption == ""
    assert list(reasons(found)) == ["metadata.csv row 4: no picture 'c.png' here: check the name or bring the picture"]


def test_captions_that_are_given_replace_those_in_the_folder(tmp_path: Path) -> None:
    put(tmp_path, {"photos/a.png": png(), "photos/old.csv": "image,caption\na.png,old\n"})
    put(tmp_path, {"new.tsv": "image\tcaption\na.png\tnew\n"})
    items, refused = split(read(tmp_path / "photos", captions=tmp_path / "new.tsv"))
    assert [item.caption for item in items] == ["new"]
    assert not refused


def test_captions_that_are_not_there_are_said_so(tmp_path: Path) -> None:
    put(tmp_path, {"photos/a.png": png()})
    with pytest.raises(BadInput, match=r"nowhere\.csv: no such file"):
        list(read(tmp_path / "photos", captions=tmp_path / "nowhere.csv"))


def test_a_text_beside_a_picture_is_its_caption(tmp_path: Path) -> None:
    put(tmp_path, {"a.png": png(), "a.txt": "a red field\n", "b.png": png(GREEN), "notes.txt": "mine"})
    found = list(read(tmp_path))
    assert by_source(found)["a.png"].caption == "a red field"
    assert by_source(found)["b.png"].caption == ""
    assert "a.txt" not in by_source(found)


def test_what_an_operating_system_leaves_is_ignored(tmp_path: Path) -> None:
    put(tmp_path, {"a.png": png(), ".DS_Store": "x", "__MACOSX/._a.png": "x", "cat/Thumbs.db": "x", "._a.png": "x"})
    items, refused = split(read(tmp_path))
    assert [item.source for item in items] == ["a.png"]
    assert not refused


def test_what_is_no_file_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    put(tmp_path, {"z.png": png(), "elsewhere/c.png": png()})
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "pipe.png")
    found = list(read(tmp_path))
    assert set(by_source(found)) == {"elsewhere/c.png", "z.png"}
    assert sorted(reasons(found)) == [
        "gone.png: no such file: check the name",
        "linked: a link to a folder: give that folder itself",
        "pipe.png: not a file",
    ]


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 2**20)
    put(tmp_path, {"a.png": png(), "big.png": b"x" * (2**20 + 1)})
    found = list(read(tmp_path))
    assert set(by_source(found)) == {"a.png"}
    assert list(reasons(found)) == ["big.png: larger than 1 MB, the limit for one file: split it or leave it out"]


def test_of_very_many_missing_pictures_the_first_are_listed(tmp_path: Path) -> None:
    rows = "".join(f"{number}.png,x{number}\n" for number in range(1200))
    put(tmp_path, {"a.png": png(), "list.csv": "image,caption\n" + rows})
    refused = split(read(tmp_path))[1]
    assert len(refused) == 1001
    assert refused[-1].reason == "and 200 more pictures that are not here"


@pytest.mark.parametrize("name", ["nowhere", "nowhere/photos", "notes.docx"])
def test_what_is_no_source_is_said_at_once(tmp_path: Path, name: str) -> None:
    put(tmp_path, {"notes.docx": "x"})
    with pytest.raises(BadInput, match=name):
        read(tmp_path / name)
