"""Dropped files on their way into a workspace: written to a folder in it, from where a job reads them."""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from uuid import uuid4

from app.kit import formats
from core.sources import is_captions, is_zip

FOLDER = "spool"
CAPTIONS = "captions-from-names.csv"
UNFINISHED = ".part"
PACKED = ".packed.zip"


class Dropped(Protocol):
    """A file from the page (Streamlit's `UploadedFile`)."""

    @property
    def name(self) -> str: ...

    def getbuffer(self) -> memoryview: ...


@dataclass(frozen=True)
class Source:
    """What one job reads: a folder of dropped files, or one dropped zip."""

    path: Path
    files: int
    captions: Path | None = None

    @property
    def title(self) -> str:
        """`161 files`, or the name of a zip."""
        return self.path.name if self.path.is_file() else formats.counted(self.files, "file")


@dataclass(frozen=True)
class Member:
    """A dropped file that came in a packed zip."""

    archive: zipfile.ZipFile
    entry: zipfile.ZipInfo

    @property
    def name(self) -> str:
        return self.entry.filename

    def getbuffer(self) -> memoryview:
        return memoryview(self.archive.read(self.entry))


def unpacked(files: Iterable[Dropped]) -> list[Dropped]:
    """The files as they were dropped: the browser has sent many of them as one zip, see pack.js."""
    return [file for each in files for file in (_members(each) or [each])]


def _members(file: Dropped) -> list[Dropped]:
    """What a packed zip holds; nothing for any other file. Only stored members: none is larger than what was sent."""
    if not file.name.endswith(PACKED):
        return []
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.getbuffer()))
    except zipfile.BadZipFile:
        return []
    entries = archive.infolist()
    return [Member(archive, entry) for entry in entries] if all(map(_is_plain, entries)) else []


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    return (
        entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size and not entry.flag_bits & 1
    )


def write(workspace: Path, files: Sequence[Dropped], by_name: bool = False) -> list[Source]:
    """Writes the files to new folders, which have their names only once all is there.

    Each zip is a source of its own; a lone zip takes the one table dropped along. by_name: pictures without a table
    are captioned with their files' names.
    """
    zips = [each for each in files if is_zip(each.name)]
    others = [each for each in files if each not in zips]
    lone = len(zips) == 1 and len(others) == 1 and is_captions(others[0].name)
    if lone:
        folder = _write(workspace, files)
        return [Source(folder / _safe(zips[0].name), 1, folder / _safe(others[0].name))]
    sources = [Source(_write(workspace, [each]) / _safe(each.name), 1) for each in zips]
    if others:
        folder = _write(workspace, others)
        sources.insert(0, Source(folder, len(others), caption_by_name(folder) if by_name else None))
    return sources


def caption_by_name(folder: Path) -> Path:
    """Writes a table that captions each picture with its file's name: `red_apple-2.png` → `red apple 2`."""
    pictures = sorted(path for path in folder.rglob("*") if path.is_file() and not is_captions(path.name))
    table = folder / CAPTIONS
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "caption"])
        writer.writerows([path.relative_to(folder).as_posix(), spoken(path.stem)] for path in pictures)
    return table


def spoken(stem: str) -> str:
    """A file's name as words.

    >>> spoken("red_apple-2"), spoken("IMG.0042")
    ('red apple 2', 'IMG 0042')
    """
    return " ".join(re.split(r"[\s_.\-]+", stem)).strip()


def tidy(workspace: Path, wanted: Iterable[str]) -> None:
    """Removes the folders that no job reads any more; `wanted` are the paths that jobs still read.

    A folder that is still being written is left alone.
    """
    needed = [Path(each) for each in wanted]
    for folder in (workspace / FOLDER).glob("*"):
        if folder.suffix != UNFINISHED and not any(each.is_relative_to(folder) for each in needed):
            shutil.rmtree(folder, ignore_errors=True)


def _write(workspace: Path, files: Iterable[Dropped]) -> Path:
    folder = workspace / FOLDER / uuid4().hex
    unfinished = folder.with_suffix(UNFINISHED)
    for each in files:
        path = unfinished / _safe(each.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        _free(path).write_bytes(each.getbuffer())
    return unfinished.rename(folder)


def _safe(name: str) -> PurePosixPath:
    """A dropped folder's files keep their sub-folders; no name leads out of the spool."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return PurePosixPath(*parts or ["unnamed"])


def _free(path: Path) -> Path:
    """Two files of one name keep both: `a.png`, `a (2).png`."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem} ({number})")
    return free
