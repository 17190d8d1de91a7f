"""Small pictures and archives to test with."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from app.views.data import spool
from core.errors import BadInput
from core.sources import Item, Refused, read

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)


def encoded(picture: Image.Image, format: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def png(colour: tuple[int, ...] = RED, size: tuple[int, int] = (12, 8)) -> bytes:
    return encoded(Image.new("RGB", size, colour))


def jpeg(seed: int = 0, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A smooth picture that differs by seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return encoded(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), "JPEG", quality=90, **options)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Writes files by relative name."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def zipped(files: Mapping[str, bytes | str], **options: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def split(found: Iterable[Item | Refused]) -> tuple[list[Item], list[Refused]]:
    """Items and what was refused."""
    everything = list(found)
    items = [each for each in everything if isinstance(each, Item)]
    return items, [each for each in everything if isinstance(each, Refused)]


class File(io.BytesIO):
    """A file as the page has it."""

    def __init__(self, name: str, data: bytes = b"x") -> None:
        super().__init__(data)
        self.name = name


def dropped(files: Iterable[tuple[str, bytes]]) -> list[Item | Refused]:
    """What comes of files dropped on the Data page; a source that cannot be read at all is refused by its name."""
    found: list[Item | Refused] = []
    with TemporaryDirectory() as folder:
        for source in spool.write(Path(folder), [File(*each) for each in files]):
            try:
                found += read(source.path, source.captions)
            except BadInput as error:
                found.append(Refused(source.path.name, str(error)))
    return found


def by_source(found: Iterable[Item | Refused]) -> dict[str, Item]:
    return {item.source: item for item in split(found)[0]}


def reasons(found: Iterable[Item | Refused]) -> Iterator[str]:
    return (f"{each.source}: {each.reason}" for each in split(found)[1])
