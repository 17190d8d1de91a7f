"""Whatever bytes come: items or refusals with one line each, never another exception, and the good ones survive."""

import io
import json
import string
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import BadInput
from core.sources import Item, Refused, read_files
from core.sources.pictures import open_picture, preview
from core.sources.text import decode
from tests.sources.making import encoded, jpeg, png, split, zipped

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SOUND = ("sound.png", png((1, 2, 3)))

PICTURES = {
    "jpeg": jpeg(),
    "progressive": jpeg(progressive=True),
    "png": png(),
    "palette": encoded(Image.new("RGB", (9, 9), (1, 2, 3)).quantize(4)),
    "gif": encoded(Image.new("RGB", (9, 9)), "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "red")]),
    "webp": encoded(Image.new("RGBA", (9, 9), (1, 2, 3, 4)), "WEBP"),
    "tiff": encoded(Image.new("I;16", (9, 9), 300), "TIFF"),
    "bmp": encoded(Image.new("RGB", (9, 9)), "BMP"),
    "avif": encoded(Image.new("RGB", (16, 16)), "AVIF"),
    "tga": encoded(Image.new("RGB", (9, 9)), "TGA"),
    "ico": encoded(Image.new("RGB", (16, 16)), "ICO"),
    "ppm": encoded(Image.new("RGB", (9, 9)), "PPM"),
}
COCO = b'{"images": [{"id": 1, "file_name": "sound.png"}], "annotations": [{"image_id": 1, "caption": "x"}]}'
CELEBA = b"1\nMale Young\nsound.png 1 -1\n"
NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
KEYS = st.sampled_from(["id", "image_id", "file_name", "caption", "image"])
LEAVES = st.none() | st.booleans() | st.integers(0, 2) | st.floats() | st.sampled_from(["", "sound.png", "x"])
ENTRIES = st.lists(LEAVES | st.dictionaries(KEYS, LEAVES | st.lists(LEAVES, max_size=2), max_size=3), max_size=3)
JSON = LEAVES | ENTRIES | st.fixed_dictionaries({"images": ENTRIES | LEAVES, "annotations": ENTRIES | LEAVES})


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with some changed, some cut out, and the end gone."""
    broken = bytearray(data)
    for _ in range(draw(st.integers(0, 8))):
        broken[draw(st.integers(0, len(broken) - 1))] = draw(st.integers(0, 255))
    start = draw(st.integers(0, len(broken)))
    del broken[start : start + draw(st.integers(0, 20))]
    return bytes(broken[: draw(st.integers(len(broken) // 2, len(broken)))])


def refusal(read: Callable[[bytes], object], data: bytes) -> str | None:
    """Why the bytes are refused, or None; any exception but BadInput is a failure."""
    try:
        read(data)
    except BadInput as error:
        return str(error)
    return None


def survive(name: str, data: bytes) -> list[Item | Refused]:
    """Reads it beside a sound picture, which must come through; every refusal is one line with a reason."""
    found = list(read_files([SOUND, (name, data)]))
    items, refused = split(found)
    assert [item.image for item in items if item.source == "sound.png"] == [SOUND[1]]
    assert all(each.source and each.reason and "\n" not in each.reason for each in refused)
    return found


@pytest.mark.parametrize("kind", PICTURES)
@given(data=st.data())
@QUICK
def test_a_damaged_picture_is_a_picture_or_a_bad_picture(kind: str, data: st.DataObject) -> None:
    broken = data.draw(damaged(PICTURES[kind]))
    found = refusal(preview, broken)
    assert found is None or found.count("\n") == 0 < len(found)
    if found is None:
        assert open_picture(broken).mode == "RGB"
        assert max(Image.open(io.BytesIO(preview(broken).thumbnail)).size) <= 128


@given(st.binary(max_size=200))
@QUICK
def test_any_bytes_are_a_picture_or_a_bad_picture(data: bytes) -> None:
    assert refusal(preview, data) != ""


@given(st.binary(max_size=300))
@QUICK
def test_any_bytes_are_text_or_bad_input(data: bytes) -> None:
    found = refusal(decode, data)
    assert found is None or "save it" in found or "give a" in found


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
@QUICK
def test_utf_8_is_always_read(text: str) -> None:
    marked = "\ufeff" + text
    assert decode(marked.encode("utf-8")) == text
    assert decode(marked.encode("utf-16-le")) == text or text.startswith("\x00\x00")


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.json", "t.parquet", "t.zip", "list_attr_celeba.txt"])
@given(data=st.binary(max_size=300))
@example(data=b"")
@example(data=b"image,caption\n\n\n")
@example(data=b'image,caption\n"a.png,never closed\n')
@example(data=b"PAR1\x00\x00\x00\x00PAR1")
@QUICK
def test_any_bytes_under_any_name(name: str, data: bytes) -> None:
    survive(name, data)


@given(
    table=st.lists(st.lists(st.text(string.printable, max_size=6), max_size=5), max_size=6),
    mark=st.sampled_from(",\t;"),
)
@QUICK
def test_any_rows_below_a_sound_head(table: list[list[str]], mark: str) -> None:
    rows = "\n".join(mark.join(row) for row in [["image", "caption", "size"], *table])
    survive("t.csv", rows.encode())


@given(JSON)
@QUICK
def test_any_json(value: object) -> None:
    survive("t.json", json.dumps(value).encode())


@given(data=st.data())
@QUICK
def test_damaged_tables(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from([("t.json", COCO), ("list_attr_celeba.txt", CELEBA)]))
    survive(table[0], data.draw(damaged(table[1])))


@given(data=st.data(), packed=st.sampled_from([0, 8, 12, 14]))
@QUICK
def test_a_damaged_zip(data: st.DataObject, packed: int) -> None:
    archive = zipped({"a.png": png(), "sub/b.txt": "x" * 300}, compression=packed)
    survive("t.zip", data.draw(damaged(archive)))


@given(st.lists(NAMES, max_size=5, unique=True))
@QUICK
def test_any_member_names(names: list[str]) -> None:
    """None is read under a name that climbs."""
    found = survive("t.zip", zipped({name: png((n, n, n)) for n, name in enumerate(names)}))
    assert not [item.source for item in split(found)[0] if ".." in item.source.split("/")]
