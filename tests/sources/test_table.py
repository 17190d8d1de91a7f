"""Tables: columns by their names, kinds by their values, rows refused one by one."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from core.errors import BadInput
from core.sources import count, read
from tests.sources.making import BLUE, GREEN, RED, by_source, png, put, reasons, split


def table(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    put(folder, {"a.png": png(RED), "sub/b.png": png(GREEN), name: text})
    return folder / name


def write_parquet(folder: Path, columns: dict, metadata: dict | None = None) -> Path:
    path = put(folder, {"a.png": png(RED)}) / "list.parquet"
    parquet.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return path


@pytest.mark.parametrize("picture", ["image", "path", "File", "file name", "filename", "image_path", "URL"])
@pytest.mark.parametrize(("caption", "label"), [("caption", "label"), ("Title", "class"), ("text", "Category")])
def test_columns_are_known_by_their_names(tmp_path: Path, picture: str, caption: str, label: str) -> None:
    text = f"{label},{picture},{caption}\nsky,a.png,a red field\n"
    (item,) = read(table(tmp_path, text))
    assert (item.image, item.caption, item.label, item.columns) == (png(RED), "a red field", "sky", {})


def test_further_columns_keep_their_kind(tmp_path: Path) -> None:
    text = "image,year,price,seen,zip,mixed,empty\na.png,1999,2.5,yes,01234,7,\nsub/b.png,-3,1e3,No,99999,seven,\n"
    first, second = read(table(tmp_path, text))
    assert first.columns == {"year": 1999, "price": 2.5, "seen": True, "zip": "01234", "mixed": "7"}
    assert second.columns == {"year": -3, "price": 1000.0, "seen": False, "zip": "99999", "mixed": "seven"}


@pytest.mark.parametrize("mark", ",;\t|")
def test_any_common_separator(tmp_path: Path, mark: str) -> None:
    text = f'image{mark}caption\na.png{mark}"a {mark} b\nsecond line"\n'
    assert [item.caption for item in read(table(tmp_path, text))] == [f"a {mark} b\nsecond line"]


def test_pictures_are_found_wherever_they_lie_below_the_table(tmp_path: Path) -> None:
    text = f"path,caption\n./a.png,1\nb.png,2\nsub\\b.png,3\n{tmp_path / 'a.png'},4\nA.PNG,5\na,6\n"
    assert {item.caption: item.image for item in read(table(tmp_path, text))} == {
        "1": png(RED),
        "2": png(GREEN),
        "3": png(GREEN),
        "4": png(RED),
        "5": png(RED),
        "6": png(RED),
    }


def test_bad_rows_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = ["a.png,one", ",", "", "gone.png,two", "a.png,one", "http://x.org/y.png,three", "sub/b.png,four,five,six"]
    found = list(read(table(tmp_path, "\n".join(["image,caption", *rows, "sub/b.png,seven"]))))
    assert [item.caption for item in by_source(found).values()] == ["one", "seven"]
    assert [reason.removeprefix("list.csv ").partition(":")[0] for reason in reasons(found)] == [
        "row 3",
        "row 4",
        "row 6",
        "row 7",
        "row 8",
        "row 5",
    ]
    assert "repeats list.csv row 2" in "\n".join(reasons(found))
    assert "an address and nothing is fetched" in "\n".join(reasons(found))
    assert "gone.png: no such file" in "\n".join(reasons(found))


def test_several_captions_of_one_picture_are_one_item(tmp_path: Path) -> None:
    (item,) = read(table(tmp_path, "image,caption,label\na.png,one,\na.png,two,sky\n"))
    assert (item.captions, item.label, item.columns) == (("one", "two"), "sky", {})


def test_captions_alone_are_items_without_a_picture(tmp_path: Path) -> None:
    items, refused = split(read(table(tmp_path, "text,label\nhello,x\nhello,y\nworld,\n")))
    assert [(item.caption, item.image, item.label) for item in items] == [("hello", None, "x"), ("world", None, "")]
    assert [each.reason for each in refused] == ["repeats list.csv row 2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column named image, path or caption among none"),
        ("a,b\n1,2\n", "no column named image, path or caption among a, b"),
        ('"a\nb",c\n1,2\n', "no column named image, path or caption among a b, c"),
        (",".join(f"c{n}" for n in range(600)), "600 columns, over the limit of 512"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "NUL|encoding"),
    ],
)
def test_what_is_no_table_is_said_so(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        list(read(table(tmp_path, text)))


def test_json_lines(tmp_path: Path) -> None:
    lines = [{"file_name": "a.png", "text": "one", "n": 1}, "no object", {"file_name": "sub/b.png", "tags": ["x", "y"]}]
    text = "\n".join(map(json.dumps, lines)) + "\n{broken\n"
    found = list(read(table(tmp_path, text, "metadata.jsonl")))
    items = by_source(found)
    assert (items["a.png"].caption, items["a.png"].columns) == ("one", {"n": 1})
    assert items["sub/b.png"].columns == {"tags": '["x", "y"]'}
    assert [reason.partition(":")[0] for reason in reasons(found)] == ["metadata.jsonl row 2", "metadata.jsonl row 4"]


def test_parquet_with_bytes(tmp_path: Path) -> None:
    columns = {"image": [png(RED), png(GREEN), None], "caption": ["one", None, None], "n": [1, 2, 3], "ok": [True] * 3}
    path = write_parquet(tmp_path, columns)
    items, refused = split(read(path))
    assert [(i.image, i.caption, i.columns) for i in items] == [
        (png(RED), "one", {"n": 1, "ok": True}),
        (png(GREEN), "", {"n": 2, "ok": True}),
    ]
    assert [each.source for each in refused] == ["list.parquet row 3"]
    assert count(path) == 3


def test_parquet_as_hugging_face_writes_it(tmp_path: Path) -> None:
    features = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    columns = {
        "image": [{"bytes": png(BLUE), "path": "x.png"}, {"bytes": None, "path": "a.png"}],
        "captions": [["one", "two"], ["three"]],
        "label": [1, 0],
    }
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    first, second = read(write_parquet(tmp_path, columns, metadata))
    assert (first.image, first.captions, first.label, first.columns) == (png(BLUE), ("one", "two"), "dog", {})
    assert (second.image, second.caption, second.label) == (png(RED), "three", "cat")


def test_a_parquet_that_breaks_off_is_said_so(tmp_path: Path) -> None:
    path = write_parquet(tmp_path, {"image": [png()], "caption": ["one"]})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadInput, match="not a whole Parquet file"):
        list(read(path))


def test_a_damaged_page_of_a_parquet_is_said_so(tmp_path: Path) -> None:
    path = write_parquet(tmp_path, {"caption": [f"a caption of some length {n}" for n in range(5000)]})
    data = bytearray(path.read_bytes())
    data[40:4000] = b"\xff" * 3960
    path.write_bytes(bytes(data))
    refused = split(read(path))[1]
    assert [each.reason.startswith("the file breaks off or is damaged") for each in refused] == [True]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"caption": {"a": "b"}}, 'its caption is {"a": "b"}: write it as text, or under raw or caption or text'),
        ({"caption": ["one", {"lang": "en"}]}, 'its caption is {"lang": "en"}: write it as text'),
        (
            {"image": {"url": "x"}, "caption": "one"},
            'its picture is {"url": "x"}: write it as text, or under bytes',
        ),
    ],
)
def test_an_object_that_says_nothing_known_is_refused(tmp_path: Path, cells: dict[str, object], reason: str) -> None:
    """It is told in one line, and the rows beside it come in."""
    rows = [{"image": "a.png", "caption": "sound"}, {"image": "b.png", **cells}]
    put(tmp_path, {"a.png": png(RED), "b.png": png(GREEN), "list.jsonl": "\n".join(map(json.dumps, rows))})
    items, refused = split(read(tmp_path / "list.jsonl"))
    assert [(item.source, item.caption) for item in items] == [("a.png", "sound")]
    assert [each.source for each in refused] == ["list.jsonl row 2"]
    assert refused[0].reason.startswith(reason)


@pytest.mark.parametrize("cell", [{}, {"text": None}, {"tokens": []}, None])
def test_an_empty_object_is_no_caption(tmp_path: Path, cell: object) -> None:
    put(tmp_path, {"a.png": png(), "list.jsonl": json.dumps({"image": "a.png", "caption": cell})})
    (item,) = read(tmp_path / "list.jsonl")
    assert (item.source, item.captions) == ("a.png", ())
