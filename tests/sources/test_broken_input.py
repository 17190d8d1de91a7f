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
from core.sources import Item, Refused
from core.sources.files import is_junk
from core.sources.pictures import open_picture, preview
from core.sources.text import decode
from tests.sources.making import by_source, dropped, encoded, jpeg, png, split, zipped

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
LIST = "list_attr_celeba.txt"
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


def one_line(reason: str) -> bool:
    return len(reason) > 0 and "\n" not in reason


def shown(data: bytes) -> bool:
    """Whether it can be shown: large as RGB, and small."""
    try:
        thumbnail = Image.open(io.BytesIO(preview(data).thumbnail))
        return open_picture(data).mode == "RGB" and max(thumbnail.size) <= 128
    except BadInput:
        return False


def survive(name: str, data: bytes) -> list[Item | Refused]:
    """Reads it beside a sound picture, which must come through; every refusal is one line with a reason."""
    found = dropped([SOUND, (name, data)])
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
    assert shown(broken) if found is None else one_line(found)


def test_the_same_pictures_undamaged_are_pictures() -> None:
    assert [kind for kind, data in PICTURES.items() if not shown(data)] == []


@given(st.binary(max_size=200))
@example(data=b"")
@example(data=PICTURES["png"][:40])
@QUICK
def test_any_bytes_are_a_picture_or_a_bad_picture(data: bytes) -> None:
    found = refusal(preview, data)
    assert shown(data) if found is None else one_line(found)


@given(st.binary(max_size=300))
@QUICK
def test_any_bytes_are_text_or_bad_input(data: bytes) -> None:
    found = refusal(decode, data)
    if found is None:
        assert "\x00" not in decode(data)
    else:
        assert "save it" in found or "give a" in found


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
@QUICK
def test_utf_8_is_always_read(text: str) -> None:
    marked = "\ufeff" + text
    assert decode(marked.encode("utf-8")) == text
    assert decode(marked.encode("utf-16-le")) == text


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.json", "t.parquet", "t.zip", LIST])
@given(data=st.binary(max_size=300))
@example(data=b"")
@example(data=b"image,caption\n\n\n")
@example(data=b'image,caption\n"a.png,never closed\n')
@example(data=b"PAR1\x00\x00\x00\x00PAR1")
@QUICK
def test_any_bytes_under_any_name(name: str, data: bytes) -> None:
    """They are not passed over in silence; a list of faces without faces is only a head."""
    others = [each for each in survive(name, data) if each.source != "sound.png"]
    assert others or name == LIST
    assert all(each.source.startswith(name) for each in others if isinstance(each, Refused))


@given(
    table=st.lists(st.lists(st.text(string.printable, max_size=6), max_size=5), max_size=6),
    mark=st.sampled_from(",\t;"),
)
@QUICK
def test_any_rows_below_a_sound_head(table: list[list[str]], mark: str) -> None:
    """The sound row above them keeps its caption and its number."""
    rows = [["image", "caption", "size"], ["sound.png", "as it was", "7"], *table]
    item = by_source(survive("t.csv", "\n".join(mark.join(row) for row in rows).encode()))["sound.png"]
    assert item.caption == "as it was"
    assert item.columns["size"] in (7, "7")


@given(JSON)
@QUICK
def test_any_json(value: object) -> None:
    """What is no list of rows and not COCO's is refused as a whole."""
    refused = [each.source for each in split(survive("t.json", json.dumps(value).encode()))[1]]
    assert all(source.startswith("t.json") for source in refused)
    if not isinstance(value, list | dict):
        assert refused == ["t.json"]


@pytest.mark.parametrize(("name", "data", "caption"), [("t.json", COCO, "x"), (LIST, CELEBA, "an older man")])
def test_the_same_tables_undamaged_give_the_caption(name: str, data: bytes, caption: str) -> None:
    (item,) = survive(name, data)
    assert item.caption == caption


@given(data=st.data())
@QUICK
def test_damaged_tables(data: st.DataObject) -> None:
    """Whatever of them cannot be read is told: the picture has its caption, or something is refused."""
    name, table = data.draw(st.sampled_from([("t.json", COCO), (LIST, CELEBA)]))
    broken = data.draw(damaged(table))
    items, refused = split(survive(name, broken))
    assert all(each.source.startswith(name) for each in refused)
    assert refused or any(item.caption or item.columns for item in items) or name == LIST


@given(data=st.data(), packed=st.sampled_from([0, 8, 12, 14]))
@QUICK
def test_a_damaged_zip(data: st.DataObject, packed: int) -> None:
    """Undamaged, all of it comes out; damaged, nothing comes out that did not go in: the zip has checksums."""
    files = {"a.png": png(), "sub/b.png": png((4, 5, 6))}
    archive = zipped(files, compression=packed)
    assert unpacked(archive) == list(files.values())
    assert set(unpacked(data.draw(damaged(archive)))) <= set(files.values())


def unpacked(archive: bytes) -> list[bytes | None]:
    """The pictures that are read from a zip."""
    return [item.image for item in split(survive("t.zip", archive))[0] if item.source != "sound.png"]


@given(st.lists(NAMES, max_size=5, unique=True))
@example(names=["../a", "/a", "c:\\a", "a/../../b", "._a", "a"])
@QUICK
def test_any_member_names(names: list[str]) -> None:
    """Each is an item or refused, a system's own files aside, and none is read under a name that climbs."""
    pictures = {f"{name}.png": png((n, n, n)) for n, name in enumerate(names)}
    found = survive("t.zip", zipped(pictures))
    assert not [item.source for item in split(found)[0] if ".." in item.source.split("/")]
    assert len(found) == 1 + sum(not is_junk(name.replace("\\", "/")) for name in pictures)
