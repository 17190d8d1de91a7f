"""A zip of pictures, laid out like a folder; unfolded in memory, one member at a time."""

from pathlib import Path

from core.sources.files import ZIP, ZipFiles, is_zip
from core.sources.gather import from_files
from core.sources.items import ItemIterator
from core.sources.kinds import Kind
from core.sources.pictures import ENDINGS


def recognises(path: Path) -> bool:
    return is_zip(path.name) and path.is_file()


def read(path: Path, captions: Path | None) -> ItemIterator:
    return from_files(ZipFiles(path, path.name), captions)


def count(path: Path) -> int | None:
    return sum(name.rpartition(".")[2].lower() in ENDINGS for name in ZipFiles(path, path.name).names)


KIND = Kind("zip", "Zip of pictures", recognises, read, count, (ZIP,))
