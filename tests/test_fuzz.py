"""Small sound files, damaged by chance: each is read, or refused in one line; the seeds are kept.

`make test` tries a few hundred, `make soak` a hundred thousand: `EXAMPLES=1000000 make soak` more.
"""

import io
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from core.errors import ClipscapeError
from core.faces import editor
from core.inputs import read_rows
from core.reducer_file import export_reducer, read_reducer
from core.sources import Item, read
from core.sources.pictures import preview
from tests.faces.making import small_editor
from tests.reduction.test_reducer_file import run
from tests.sources.making import encoded, jpeg, png, zipped

SEED = 2026
QUIET = pytest.mark.filterwarnings("ignore")
"""Libraries warn of what they pass over."""
FEW, MANY = 240, int(os.environ.get("EXAMPLES", "100000"))
SECONDS, BYTES = 10, 2**30
"""What one file may take at the most."""
TOKENS = [b"\0", b"\xff" * 4, b"\xff\xff\xff\x7f", b"NaN", b"null", b"-1", b"1e999", b'"', b"[" * 99, b"{}", b"\n,"]


def written(write: Callable[[Path], object], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def table(**columns: list) -> bytes:
    held = io.BytesIO()
    parquet.write_table(pa.table(columns), held)
    return held.getvalue()


def arrays(save: Callable[..., None]) -> bytes:
    held = io.BytesIO()
    save(held, x=np.eye(4, dtype=np.float32), y=np.arange(4))
    return held.getvalue()


def sound() -> dict[str, bytes]:
    """A small sound file of each kind, by a name that says its kind."""
    grey = Image.fromarray(np.arange(81, dtype=np.uint16).reshape(9, 9) * 700)
    rows = [{"image": f"{n}.png", "caption": f"number {n}", "size": n} for n in range(3)]
    coco = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, "caption": "x"}]}
    return {
        "a.png": png(),
        "b.png": encoded(grey),
        "a.jpg": jpeg(size=(16, 12)),
        "cmyk.jpg": encoded(Image.new("CMYK", (9, 9), (9, 8, 7, 6)), "JPEG"),
        "a.gif": encoded(Image.new("P", (9, 9)), "GIF", save_all=True, append_images=[Image.new("P", (9, 9), 3)]),
        "a.webp": encoded(Image.new("RGBA", (9, 9), (1, 2, 3, 4)), "WEBP"),
        "float.tif": encoded(Image.new("F", (9, 9), 0.5), "TIFF", compression="tiff_deflate"),
        "a.avif": encoded(Image.new("RGB", (16, 16)), "AVIF"),
        "a.bmp": encoded(Image.new("RGB", (9, 9)), "BMP"),
        "a.csv": b'image,caption,size\na.png,"one, two",3\nb.png,three,4\n',
        "a.tsv": b"caption\tlabel\none\tx\ntwo\ty\n",
        "a.jsonl": "\n".join(map(json.dumps, rows)).encode(),
        "a.json": json.dumps([{"caption": "one", "size": 1}, {"caption": ["two", "three"]}]).encode(),
        "coco.json": json.dumps(coco).encode(),
        "a.parquet": table(caption=["one", "two"], label=[1, 2], more=[[1.5], None], at=[{"x": 1}, {"x": 2}]),
        "a.zip": zipped({"a.png": png(), "list.csv": "image,caption\na.png,x\n"}, compression=8),
        "a.npz": arrays(np.savez),
        "packed.npz": arrays(np.savez_compressed),
        "reducer.safetensors": written(lambda path: export_reducer(run(), path), "reducer.safetensors"),
        "editor.safetensors": written(small_editor, "editor.safetensors"),
    }


def damaged(data: bytes, chance: np.random.Generator) -> bytes:
    """Some bytes changed, cut, doubled or replaced, or the end gone; half of them near the beginning or the end."""
    broken = bytearray(data)
    for _ in range(chance.integers(1, 6)):
        edge = min(len(broken), 400)
        place = int(chance.choice([chance.integers(len(broken) + 1), chance.integers(edge + 1)]))
        place = len(broken) - place if chance.random() < 0.3 else place
        length = int(chance.integers(1, 12))
        match chance.integers(5):
            case 0:
                broken[place : place + 1] = bytes([chance.integers(256)])
            case 1:
                broken[place : place + length] = TOKENS[chance.integers(len(TOKENS))]
            case 2:
                del broken[place : place + length]
            case 3:
                broken[place:place] = broken[place : place + 8 * length]
            case _ if chance.random() < 0.2:
                del broken[place:]
    return bytes(broken)


def take(path: Path) -> None:
    """Reads all of a file as a person's."""
    match path.suffix:
        case ".safetensors":
            (editor.load if path.stem == "editor" else read_reducer)(path)
        case ".npz":
            read_rows(path)
        case ".png" | ".jpg" | ".gif" | ".webp" | ".tif" | ".avif" | ".bmp":
            preview(path.read_bytes())
        case _:
            for found in read(path):
                assert isinstance(found, Item) or (found.reason and "\n" not in found.reason)


def survive(name: str, data: bytes, folder: Path) -> bool:
    """Whether it was read; any exception but a refusal in one line is a failure."""
    (folder / name).write_bytes(data)
    begin, said = time.process_time(), None
    try:
        take(folder / name)
    except ClipscapeError as error:
        said = str(error)
    assert time.process_time() - begin < SECONDS
    assert said is None or (said and "\n" not in said), "a refusal is one line"
    return said is None


def fuzz(kinds: dict[str, bytes], count: int, seed: int, folder: Path) -> dict[bool, int]:
    """How many of so many damaged files were read, and how many refused; one that fails says how to make it again."""
    seen = {True: 0, False: 0}
    names = list(kinds)
    for number in range(count):
        name = names[number % len(names)]
        broken = damaged(kinds[name], np.random.default_rng([seed, number]))
        try:
            seen[survive(name, broken, folder)] += 1
        except BaseException as error:
            error.add_note(f"{name}, seed {seed}, number {number}: {broken[:200]!r}")
            raise
    return seen


def test_the_files_are_sound_before_they_are_damaged(tmp_path: Path) -> None:
    for name, data in sound().items():
        (tmp_path / "a.png").write_bytes(png())
        assert survive(name, data, tmp_path), name


@QUIET
def test_some_damaged_files(tmp_path: Path) -> None:
    seen = fuzz(sound(), FEW, SEED, tmp_path)
    assert min(seen.values()) > FEW / 20, "neither all nor none are refused, so the damage is of the right size"


@QUIET
@pytest.mark.soak
def test_a_great_many_damaged_files(tmp_path: Path) -> None:
    """In one process, whose memory stays below a gigabyte more than at its beginning."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen = fuzz(sound(), MANY, SEED + 1, tmp_path)
    assert sum(seen.values()) == MANY
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < BYTES
