"""What was made to do harm: each comes out as items, or as one line that says what is wrong."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from core.errors import BadInput, BadPicture
from core.inputs import load_arrays
from core.sources import read
from core.sources.items import Noted
from core.sources.pictures import preview
from tests.sources.making import encoded, png, put, split, zipped

DEEP = "[" * 100_000


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_line_of_json_nested_too_deep_costs_that_line_only(tmp_path: Path) -> None:
    put(tmp_path, {"list.jsonl": '{"caption": "one"}\n' + DEEP + '\n{"caption": "two"}\n'})
    items, refused = split(read(tmp_path / "list.jsonl"))
    assert [each.caption for each in items] == ["one", "two"]
    assert [(each.source, each.reason) for each in refused] == [("list.jsonl row 2", "not a JSON object")]


def test_deep_tables_in_a_zip_do_not_take_the_picture_beside_them(tmp_path: Path) -> None:
    put(tmp_path, {"all.zip": zipped({"a.jsonl": DEEP, "b.json": DEEP, "good.png": png()})})
    items, refused = split(read(tmp_path / "all.zip"))
    assert [each.source for each in items] == ["good.png"]
    assert {each.source.partition(" ")[0] for each in refused} == {"a.jsonl", "b.json"}
    assert all("\n" not in each.reason and len(each.reason) < 200 for each in refused)


def test_line_separators_within_a_caption_end_no_line(tmp_path: Path) -> None:
    said = ["one\u2028two", "three\u0085four", "five\u2029six"]
    put(tmp_path, {"list.jsonl": "\r\n".join(json.dumps({"caption": each}, ensure_ascii=False) for each in said)})
    items, refused = split(read(tmp_path / "list.jsonl"))
    assert refused == []
    assert [each.caption for each in items] == said


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    coco = {"images": [{"id": 1, "file_name": "a" * 5_000}], "annotations": [{"image_id": 1, "caption": "x"}]}
    put(tmp_path, {"captions.json": json.dumps(coco)})
    with pytest.raises(BadInput, match=r"^captions\.json: a{80} is nowhere near it: give the folder"):
        list(read(tmp_path / "captions.json"))


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quotation_mark_that_is_never_closed(tmp_path: Path, end: str) -> None:
    put(tmp_path, {"list.csv": f'caption,label\none,l\n"two,l\nthree,l\nfour,l{end}'})
    items, refused = split(read(tmp_path / "list.csv"))
    assert [each.caption for each in items] == ["one"]
    assert [each.source for each in refused] == ["list.csv row 3"]
    assert refused[0].reason.startswith("a quotation mark is never closed")
    assert refused[0].reason.endswith("close it in line 3")


@pytest.mark.parametrize("last", ['"two\nlines",l', '"said ""so""",l\n', 'no "quotes" at all,l', '"closed"x,l'])
def test_quotation_marks_that_are_closed_stay_as_they_are(tmp_path: Path, last: str) -> None:
    put(tmp_path, {"list.csv": f"caption,label\none,l\n{last}"})
    items, refused = split(read(tmp_path / "list.csv"))
    assert len(items) == 2
    assert refused == []


def test_two_columns_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    put(tmp_path, {"list.csv": "caption,label,caption,label,size,size\nfirst,l1,second,l2,3,4\n"})
    [item], noted = split(read(tmp_path / "list.csv"))
    assert [each.source for each in noted] == ["list.csv column 4", "list.csv column 6"]
    assert noted[1] == Noted("list.csv column 6", "another is called 'size' too: it is 'size (2)' here")
    assert item.captions == ("first", "second")
    assert item.label == "l1"
    assert item.columns == {"label (2)": "l2", "size": 3, "size (2)": 4}


def test_a_picture_is_refused_by_its_sides_before_it_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 1, 100_000_000, 1, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(BadPicture, match="1 × 100,000,000, over the limit of 65,535 pixels a side"):
        preview(data)


def test_a_picture_of_many_bits_is_refused_before_it_is_decoded() -> None:
    data = encoded(Image.new("F", (6_000, 6_000)), "TIFF", compression="tiff_deflate")
    assert len(data) < 10**6
    with pytest.raises(BadPicture, match="over the limit of 25,000,000 pixels: save it with 8 bits"):
        preview(data)


@pytest.mark.parametrize("kind", ["text", "profile"])
def test_a_good_picture_with_megabytes_of_metadata_is_taken(kind: str) -> None:
    much = b"x" * (10 * 2**20)
    info = PngImagePlugin.PngInfo()
    if kind == "text":
        info.add_itxt("XML:com.adobe.xmp", much.decode(), zip=True)
    data = encoded(Image.new("RGB", (9, 9)), pnginfo=info, **({"icc_profile": much} if kind == "profile" else {}))
    assert preview(data).frames == 1


def archive(member: str, data: bytes) -> bytes:
    return zipped({member: data})


def array(values: np.ndarray) -> bytes:
    written = io.BytesIO()
    np.save(written, values)
    return written.getvalue()


def lying() -> bytes:
    """An array that says that it has a million million rows."""
    return array(np.ones((3, 2))).replace(b"(3, 2)", b"(9999999999, 99999)", 1)


def locked() -> bytes:
    data = bytearray(archive("x.npy", array(np.ones((3, 2)))))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def of_unknown_method() -> bytes:
    data = bytearray(archive("x.npy", array(np.ones((3, 2)))))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(mark) + place] = 99
    return bytes(data)


HEADER = b"\x93NUMPY\x01\x00"
BROKEN = {
    "locked with a password": locked(),
    "an unknown method": of_unknown_method(),
    "a lying header": archive("x.npy", lying()),
    "a header nested too deep": archive("x.npy", HEADER + struct.pack("<H", 9_000) + b"(" * 9_000),
    "a header that is no dictionary": archive("x.npy", HEADER + struct.pack("<H", 4) + b"'''\n"),
    "no array": archive("x.npy", b"hello"),
    "no array and no ending": archive("x", b"hello"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_arrays_that_are_none(tmp_path: Path, kind: str) -> None:
    from core.inputs import read_rows

    (tmp_path / "rows.npz").write_bytes(BROKEN[kind])
    with pytest.raises(BadInput, match=r"^[^\n]{20,300}$"):
        read_rows(tmp_path / "rows.npz")


def test_an_archive_that_unfolds_to_more_than_memory_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.sources.limits.UNFOLDED_BYTES", 2**20)
    with zipfile.ZipFile(tmp_path / "rows.npz", "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("x.npy", array(np.zeros((2**18, 1))))
    with pytest.raises(BadInput, match="unfolds to more than 1 MB"):
        load_arrays(tmp_path / "rows.npz")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "caption\n" + "a\n" * 1_000_001, "1,000,002 lines, over the limit of 1,000,000"),
        ("a.csv", "caption" + "," * 70_000, "a line of more than 65,536 cells"),
        ("a.jsonl", "\n" * 1_000_001, "1,000,001 lines, over the limit"),
        ("a.json", "[" + "0," * 5_000_001 + "0]", "more than 5,000,000 values"),
    ],
)
def test_a_table_that_a_small_zip_makes_huge(name: str, text: str, reason: str, tmp_path: Path) -> None:
    """A few kilobytes, which would be gigabytes of rows; the picture beside it is taken."""
    put(tmp_path, {"all.zip": zipped({name: text, "good.png": png()}, compression=zipfile.ZIP_DEFLATED)})
    items, refused = split(read(tmp_path / "all.zip"))
    assert [each.source for each in items] == ["good.png"]
    assert [each.source for each in refused] == [name]
    assert refused[0].reason.startswith(reason)


def test_a_name_that_holds_a_line_end_is_refused_in_one_line(tmp_path: Path) -> None:
    put(tmp_path, {"list.csv": 'image,caption\n"a\nb.png",one\n'})
    items, refused = split(read(tmp_path / "list.csv"))
    assert (items, len(refused)) == ([], 1)
    assert "\n" not in refused[0].reason
