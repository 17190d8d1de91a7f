"""Named files to read pictures and captions from: a folder, or a zip.

Both give the same four things, so that what a table among pictures means is written once (`gather.py`):
`names`, `read(name)`, `folder(name)` and `refused`, what was found but is not to be read.
"""

import math
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol, TypeVar
from zipfile import BadZipFile, ZipFile, ZipInfo

from core.errors import BadInput
from core.sources import limits
from core.sources.items import Refused

Read = TypeVar("Read")

ZIP = ".zip"
JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini", "__macosx", ".git"})


class Files(Protocol):
    """Files by relative name, `/` between its parts."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def refused(self) -> Sequence[Refused]: ...

    def read(self, name: str) -> bytes:
        """The file's bytes; raises `BadInput` with the reason."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """The same as a stream, for tables larger than a picture may be."""
        ...

    def folder(self, name: str) -> str:
        """The sub-folder in which a person sees the file, or nothing."""
        ...


def is_junk(name: str) -> bool:
    """Whether an operating system, not a person, put the file there."""
    parts = name.lower().split("/")
    return parts[-1].startswith("._") or not JUNK.isdisjoint(parts)


def is_zip(name: str) -> bool:
    return name.lower().endswith(ZIP)


class FolderFiles:
    """The files under a folder, at any depth."""

    def __init__(self, folder: Path) -> None:
        self.title = folder.name
        self._folder = folder

    @cached_property
    def _found(self) -> tuple[list[str], list[Refused]]:
        names, links = [], []
        for parent, folders, files in os.walk(self._folder):
            folders.sort()
            names += [self._relative(parent, name) for name in sorted(files)]
            links += [self._relative(parent, name) for name in folders if Path(parent, name).is_symlink()]
        refused = [Refused(name, "a link to a folder: give that folder itself") for name in links]
        return [name for name in names if not is_junk(name)], refused

    def _relative(self, parent: str, name: str) -> str:
        return Path(parent, name).relative_to(self._folder).as_posix()

    @property
    def names(self) -> Sequence[str]:
        return self._found[0]

    @property
    def refused(self) -> Sequence[Refused]:
        return self._found[1]

    def read(self, name: str) -> bytes:
        return _readable(self._folder / name, Path.read_bytes, limits.FILE_BYTES)

    def open(self, name: str) -> IO[bytes]:
        return _readable(self._folder / name, lambda path: path.open("rb"))

    def folder(self, name: str) -> str:
        return _parent(name)


def _readable(path: Path, read: Callable[[Path], Read], limit: float = math.inf) -> Read:
    """What `read` makes of a file; raises `BadInput` for what is no readable file within the limit."""
    try:
        if not path.is_file():  # a pipe or a device would block for ever
            raise BadInput("not a file" if path.exists() else "no such file: check the name")
        if path.stat().st_size > limit:
            limits.check_file(path.stat().st_size)
        return read(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot be read ({getattr(error, 'strerror', None) or error})") from None


class ZipFiles:
    """The members of a zip, unfolded one by one and never onto the disk."""

    def __init__(self, file: Path | IO[bytes], title: str) -> None:
        self.title = title
        self._unfolded = 0
        try:
            self._archive = ZipFile(file)
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise BadInput(f"{title}: not a whole zip ({error}): copy or make it again") from None
        named = (each for each in self._archive.infolist() if each.filename)
        members = [each for each in named if not each.is_dir() and not is_junk(each.filename)]
        self._members = dict(reversed({each.filename: each for each in reversed(members)}.items()))
        self._repeated = [each.filename for each in members if self._members[each.filename] is not each]

    @cached_property
    def names(self) -> Sequence[str]:
        return [name for name, member in self._members.items() if not _objection(member)]

    @cached_property
    def refused(self) -> Sequence[Refused]:
        objections = ((name, _objection(member)) for name, member in self._members.items())
        repeated = [(name, "a second member of this name: make the zip again") for name in self._repeated]
        return [Refused(f"{self.title}: {name}", reason) for name, reason in (*objections, *repeated) if reason]

    @cached_property
    def _root(self) -> str:
        """The one top folder that holds every member, with its `/`, or nothing."""
        roots = {name.partition("/")[0] if "/" in name else None for name in self.names}
        root = roots.pop() if len(roots) == 1 else None
        return f"{root}/" if root else ""

    def folder(self, name: str) -> str:
        return _parent(name.removeprefix(self._root))

    def read(self, name: str) -> bytes:
        if name not in self._members or _objection(self._members[name]):
            raise BadInput("no such file in the zip: check the name")
        data = self._unfold(self._members[name])
        self._unfolded += len(data)
        limits.check_unfolded(self._unfolded)
        limits.check_file(len(data))
        return data

    def open(self, name: str) -> IO[bytes]:
        return BytesIO(self.read(name))

    def _unfold(self, member: ZipInfo) -> bytes:
        """At most one byte over the limit: the real bytes are counted, since a header can say anything."""
        limits.check_unfolded(self._unfolded)
        try:
            with self._archive.open(member) as stream:
                return stream.read(limits.FILE_BYTES + 1)
        except Exception as error:  # broken members raise zlib.error, LZMAError, BadZipFile, RuntimeError, EOFError, …
            raise BadInput(f"cannot be unfolded ({error}): make the zip again") from None


def _objection(member: ZipInfo) -> str:
    """Why a member is not to be read, or nothing."""
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        return "its name climbs out of the zip's folder: make the zip again with plain names"
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        return "a link, not a file: make the zip with the file itself"
    if member.flag_bits & 1:
        return "locked with a password: unfold it and give the folder"
    return ""


def _parent(name: str) -> str:
    return name.rpartition("/")[0]
