"""What the store's library raises over damaged files, a full disk or one that nobody may write to: in one line each."""

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import unquote

from core.errors import BadInput, Damaged, one_line

Commits = tuple[int, int, tuple[str, ...]]
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
HOLDS = {"items": "the items", "pictures": "the pictures", "runs": "the results"}
_CODE = re.compile(r"os error (\d+)")
_ORIGIN = re.compile(
    r",? ?/\S+\.rs:\d+:\d+|(LanceError\(\w+\)|External error|Generic [\w/ ]+ error|Invalid user input): "
)
"""Where in the library's own source an error arose, and of which of its kinds it is: nothing for a person."""


def holds(table: str) -> str:
    """What a table holds, in words: "the vectors of pocket"."""
    model = table.removeprefix("embeddings_")
    return HOLDS.get(table) or f"the vectors of {unquote(model.replace('_', '%'))}"


@contextmanager
def plainly(folder: str, table: str) -> Iterator[None]:
    """What is raised meanwhile over the files of a table becomes one line; all else stays as it is."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise told(folder, table, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the store's Rust raises on bytes that it cannot read
            raise
        raise told(folder, table, error) from error


def told(folder: str, table: str, error: BaseException) -> BadInput | Damaged:
    """The line about an error of the store's library."""
    if code(error) in (*FULL, *CLOSED):
        return unwritable(folder, error)
    reason = one_line(_ORIGIN.sub("", str(error).partition("\n")[0]).replace(f"{folder}/", ""), 120)
    what = f"{holds(table)} ({table}.lance) cannot be read, files are damaged or gone: {reason}"
    return Damaged(f"{folder}: {what}; run `clipscape check {folder}`", folder)


def unwritable(folder: str, error: BaseException) -> BadInput:
    """A folder that cannot be written to, or a name that no folder can have."""
    if code(error) in FULL:
        return BadInput(f"{folder[-80:]}: the disk is full: free some space and do it again; what was there is kept")
    closed = code(error) in CLOSED
    reason = (getattr(error, "strerror", None) or "read-only") if closed else getattr(error, "strerror", None) or error
    return BadInput(f"{folder[-80:]}: cannot be written to ({reason}): choose another folder")


def code(error: BaseException) -> int | None:
    """The system's number for an error; the store's library has it in its text only."""
    found = _CODE.search(str(error))
    return int(found[1]) if found else getattr(error, "errno", None)


@contextmanager
def whole_or_not(table: Path) -> Iterator[None]:
    """Files that a change has begun are taken away again where it does not come to its commit: a disk stays as full.

    Only for who alone writes.
    """
    before = _files(table)
    try:
        yield
    except BaseException:
        new = _files(table) - before
        if not any(is_whole(table, each) for each in new):
            for each in new:
                with suppress(OSError):
                    each.unlink()
        raise


Given = ParamSpec("Given")
Found = TypeVar("Found")


def reading(
    method: "Callable[Concatenate[Any, Given], Found]",
) -> "Callable[Concatenate[Any, Given], Found]":
    """What the store's library raises comes as one line."""

    @wraps(method)
    def run(self: Any, *given: Given.args, **named: Given.kwargs) -> Found:
        with plainly(self.store.address, self.name):
            return method(self, *given, **named)

    return run


def changing(
    method: "Callable[Concatenate[Any, Given], Found]",
) -> "Callable[Concatenate[Any, Given], Found]":
    """The same, and a change that fails leaves no files."""

    @wraps(method)
    def run(self: Any, *given: Given.args, **named: Given.kwargs) -> Found:
        alone = whole_or_not(Path(self.uri)) if self.store.is_local else nullcontext()
        with plainly(self.store.address, self.name), alone:
            return method(self, *given, **named)

    return run


def is_whole(table: Path, manifest: Path) -> bool:
    """Whether a file is a version of the table that can be opened: then its change has been committed."""
    import lance

    if manifest.suffix != ".manifest":
        return False
    try:
        lance.dataset(str(table), version=version_of(manifest))
    except BaseException:  # among them the panic of the store's Rust
        return False
    return True


def version_of(manifest: Path) -> int:
    """The version that a manifest is of; the newest has the lowest name."""
    number = int(manifest.stem)
    return 2**64 - 1 - number if number > 2**63 else number


def _files(table: Path) -> set[Path]:
    return {
        path for folder in ("data", "_deletions", "_transactions", "_versions") for path in table.glob(f"{folder}/*")
    }


def commits_of(uri: str) -> Commits | None:
    """What is another after each commit of a table in a folder here: a file more stands in `_versions`."""
    folder = f"{uri}/_versions"
    try:
        found = os.stat(folder)
        return found.st_ino, found.st_mtime_ns, tuple(sorted(os.listdir(folder)))
    except OSError:
        return None
