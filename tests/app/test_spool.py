"""Dropped files on their way into a workspace."""

import csv
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from app.views.data import spool
from tests.sources.making import File


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_keeps_sub_folders_and_bytes(tmp_path: Path) -> None:
    (source,) = spool.write(tmp_path, [File("cats/a.png", b"1"), File("b.png", b"2")])
    assert names(source.path) == ["b.png", "cats/a.png"]
    assert (source.path / "cats/a.png").read_bytes() == b"1"
    assert source.files == 2


def test_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    (source,) = spool.write(tmp_path, [File("a.png", b"1"), File("a.png", b"2"), File("a.png", b"3")])
    assert names(source.path) == ["a (2).png", "a (3).png", "a.png"]


@pytest.mark.parametrize("name", ["../../out.png", "/etc/out.png", "..\\out.png", "..", "/", "C:\\out.png"])
def test_no_name_leads_out_of_the_spool(tmp_path: Path, name: str) -> None:
    (source,) = spool.write(tmp_path / "workspace", [File(name)])
    (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert written.is_relative_to(source.path)


def packed(*files: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> File:
    """As the browser packs many files."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two of one name
        for name, content in files:
            archive.writestr(name, content)
    return File("2 files.packed.zip", data.getvalue())


def test_a_packed_zip_is_the_files_in_it(tmp_path: Path) -> None:
    files = spool.unpacked([packed(("a/été.png", b"1"), ("b.png", b"2"), ("b.png", b"3")), File("c.png", b"4")])
    (source,) = spool.write(tmp_path, files)
    assert source.files == 4
    assert {name: (source.path / name).read_bytes() for name in names(source.path)} == {
        "a/été.png": b"1",
        "b.png": b"2",
        "b (2).png": b"3",
        "c.png": b"4",
    }


@pytest.mark.parametrize(
    "file",
    [
        packed(("a.png", b"1" * 999), compression=zipfile.ZIP_DEFLATED),
        File("2 files.packed.zip", b"no zip"),
        File("pictures.zip", packed(("a.png", b"1")).getvalue()),
    ],
    ids=["unfolds", "broken", "a person's own"],
)
def test_any_other_zip_stays_one(file: File) -> None:
    assert spool.unpacked([file]) == [file]


def test_each_zip_is_a_source_of_its_own(tmp_path: Path) -> None:
    sources = spool.write(tmp_path, [File("one.zip"), File("a.png"), File("two.ZIP")])
    assert [source.path.name if source.path.is_file() else names(source.path) for source in sources] == [
        ["a.png"],
        "one.zip",
        "two.ZIP",
    ]
    assert [source.title for source in sources] == ["1 file", "one.zip", "two.ZIP"]


def test_a_lone_zip_takes_the_table_dropped_along(tmp_path: Path) -> None:
    (source,) = spool.write(tmp_path, [File("captions.csv"), File("pictures.zip")])
    assert source.path.name == "pictures.zip"
    assert source.captions is not None
    assert source.captions.name == "captions.csv"


def test_file_names_become_captions(tmp_path: Path) -> None:
    (source,) = spool.write(tmp_path, [File("red_apple-2.png"), File("cats/tom.jpg"), File("other.csv")], by_name=True)
    assert source.captions is not None
    with source.captions.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{"file": "cats/tom.jpg", "caption": "tom"}, {"file": "red_apple-2.png", "caption": "red apple 2"}]


def test_tidy_leaves_what_jobs_still_read(tmp_path: Path) -> None:
    (kept,) = spool.write(tmp_path, [File("a.zip")])
    (gone,) = spool.write(tmp_path, [File("b.png")])
    spool.tidy(tmp_path, [str(kept.path)])
    assert kept.path.exists()
    assert not gone.path.exists()
