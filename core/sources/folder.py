"""A folder of pictures, sub-folders as labels, with tables of captions among them (COCO, CelebA, CSV …)."""

from pathlib import Path

from core.sources.files import FolderFiles
from core.sources.gather import from_files
from core.sources.items import ItemIterator
from core.sources.kinds import Kind
from core.sources.pictures import ENDINGS


def read(path: Path, captions: Path | None) -> ItemIterator:
    return from_files(FolderFiles(path), captions)


def count(path: Path) -> int | None:
    return sum(name.rpartition(".")[2].lower() in ENDINGS for name in FolderFiles(path).names)


KIND = Kind("folder", "Folder of pictures", Path.is_dir, read, count)
