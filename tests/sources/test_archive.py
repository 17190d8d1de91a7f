"""A zip: laid out like a folder, and never trusted."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from core.errors import BadInput
from core.sources import count, limits, read
from tests.sources.making import BLUE, GREEN, RED, by_source, dropped, png, put, reasons, split, zipped


def write(folder: Path, data: bytes) -> Path:
    return put(folder, {"photos.zip": data}) / "photos.zip"


def test_a_zip_is_read_like_a_folder(tmp_path: Path) -> None:
    table = "image,caption\na.png,a red field\n"
    files = {"photos/cat/a.png": png(RED), "photos/dog/b.png": png(GREEN), "photos/captions.csv": table}
    path = write(tmp_path, zipped(files))
    items = by_source(read(path))
    assert {name: (item.caption, item.label) for name, item in items.items()} == {
        "photos/cat/a.png": ("a red field", "cat"),
        "photos/dog/b.png": ("", "dog"),
    }
    assert count(path) == 2


def test_a_member_without_a_name_is_passed_over(tmp_path: Path) -> None:
    data = zipped({"~nameless": b"", "b.png": png()}).replace(b"~nameless", b"\0nameless")  # a name ends at a zero
    assert list(by_source(read(write(tmp_path, data)))) == ["b.png"]


def test_the_one_folder_that_holds_all_is_no_label(tmp_path: Path) -> None:
    items = by_source(read(write(tmp_path, zipped({"holiday/a.png": png(), "holiday/b.png": png(BLUE)}))))
    assert {item.label for item in items.values()} == {""}


def test_captions_come_from_a_file_beside_the_zip(tmp_path: Path) -> None:
    path = write(tmp_path, zipped({"a.png": png()}))
    put(tmp_path, {"captions.csv": "path,caption\na.png,a red field\n"})
    assert by_source(read(path, tmp_path / "captions.csv"))["a.png"].caption == "a red field"


@pytest.mark.parametrize("name", ["../evil.png", "cat/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png"])
def test_members_that_climb_out_are_refused(tmp_path: Path, name: str) -> None:
    found = list(read(write(tmp_path, zipped({"a.png": png(), name: png(GREEN)}))))
    assert set(by_source(found)) == {"a.png"}
    assert ["climbs out" in reason for reason in reasons(found)] == [True]
    assert not list(tmp_path.parent.rglob("evil.png"))


def test_links_and_locked_members_are_refused(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.png", png())
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked.png", png(GREEN))
    data = bytearray(written.getvalue())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    found = list(read(write(tmp_path, bytes(data))))
    assert set(by_source(found)) == {"a.png"}
    assert [reason.partition(",")[0] for reason in reasons(found)] == [
        "photos.zip: link.png: a link",
        "photos.zip: locked.png: locked with a password: unfold it and give the folder",
    ]


def test_a_zip_that_unfolds_beyond_the_limit_stops_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNFOLDED_BYTES", 3 * 2**20)
    files = {"a.png": png(), **{f"{n}.png": bytes(2**20) for n in range(6)}}
    data = zipped(files, compression=zipfile.ZIP_DEFLATED)
    assert len(data) < 20_000
    found = list(read(write(tmp_path, data)))
    assert len(by_source(found)) == 3
    assert [reason.partition(": ")[2] for reason in reasons(found)] == [
        "the zip unfolds to more than 3 MB: unfold it and give the folder"
    ] * 4


def test_a_member_is_measured_by_what_it_unfolds_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header promises ten bytes; sixteen megabytes of zeros follow."""
    monkeypatch.setattr(limits, "FILE_BYTES", 2**20)
    honest = zipped({"bomb.png": bytes(2**24), "z.png": png()}, compression=zipfile.ZIP_DEFLATED)
    lying = honest.replace(struct.pack("<I", 2**24), struct.pack("<I", 10))
    for data in (honest, lying):
        found = list(read(write(tmp_path, data)))
        assert set(by_source(found)) == {"z.png"}
        assert [reason.partition(":")[0] for reason in reasons(found)] == ["bomb.png"]


def test_a_damaged_member_does_not_stop_the_rest(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.png": png(RED), "b.png": png(GREEN), "c.png": png(BLUE)}))
    place = data.index(png(GREEN))
    data[place + 20 : place + 30] = b"\x00" * 10
    found = list(read(write(tmp_path, bytes(data))))
    assert set(by_source(found)) == {"a.png", "c.png"}
    assert [reason.startswith("b.png: cannot be unfolded") for reason in reasons(found)] == [True]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and then nothing", zipped({"a.png": png()})[:-30]])
def test_what_is_no_whole_zip_is_said_so(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadInput, match=r"photos\.zip: not a whole zip"):
        list(read(write(tmp_path, data)))
    items, refused = split(dropped([("photos.zip", data), ("a.png", png())]))
    assert [item.source for item in items] == ["a.png"]
    assert [each.source for each in refused] == ["photos.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_member_of_one_name_is_refused(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for colour in (RED, GREEN):
            archive.writestr("a.png", png(colour))
    found = list(read(write(tmp_path, written.getvalue())))
    assert [item.image for item in by_source(found).values()] == [png(RED)]
    assert ["a second member of this name" in reason for reason in reasons(found)] == [True]


def test_a_zip_in_a_zip_is_left_to_the_person(tmp_path: Path) -> None:
    found = list(read(write(tmp_path, zipped({"a.png": png(), "inner.zip": zipped({"b.png": png()})}))))
    assert set(by_source(found)) == {"a.png"}
    assert list(reasons(found)) == ["inner.zip: a zip among the pictures: give it by itself, or unfold it"]
