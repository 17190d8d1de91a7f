"""Quotas: how many bytes and items a person's workspaces may hold, and how many jobs they may have at once."""

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.access import accounts
from core.access.accounts import Limits
from core.access.rights import Person, owned
from core.errors import BadInput
from core.formats import size
from core.machine import home
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.jobs import Job

FRESH = 5.0
"""Seconds for which the bytes of a person's folders are not counted again."""


def limits(name: str) -> Limits:
    """An account's own, where it has some; else those of everybody."""
    access = accounts.read()
    return access.account(name).limits or access.limits


def own_folders(name: str) -> list[Path]:
    """The workspaces of a person."""
    return [path.parent for path in home().glob("*/items.lance") if owned(path.parent).owner == name]


def bytes_left(name: str) -> int | None:
    """Bytes that the person may still bring, at least 0; None where there is no limit."""
    most = limits(name).bytes
    return None if most is None else max(0, most - _held(name, int(time.monotonic() / FRESH)))


@lru_cache(maxsize=256)
def _held(name: str, moment: int) -> int:
    """moment: after which it is counted anew."""
    files = (path for folder in own_folders(name) for path in folder.rglob("*"))
    return sum(path.stat(follow_symlinks=False).st_size for path in files if path.is_file())


def check_bytes(person: Person, more: int) -> None:
    """Raises `BadInput` where so many bytes more are too many."""
    left = None if person.is_alone else bytes_left(person.name)
    if left is not None and more > left:
        raise BadInput(f"{person.name}: {size(more)}, but {size(left)} are left of your limit: delete something first")


def check_job(person: Person, command: str, active: "Callable[[], list[Job]]") -> None:
    """Raises `BadInput` where one more job would be too many, or where nothing more fits. active: this person's."""
    if person.is_alone:
        return
    most = limits(person.name)
    if most.jobs is not None and len(active()) >= most.jobs:
        raise BadInput(f"{person.name}: {most.jobs} jobs at once are your limit: wait until one has ended, or stop one")
    if bytes_left(person.name) == 0:
        raise BadInput(f"{person.name}: your limit of {size(most.bytes or 0)} is reached: delete something first")
    if command == "embed" and most.items is not None:
        held = sum(Workspace.open(folder).count() for folder in own_folders(person.name))
        if held >= most.items:
            raise BadInput(f"{person.name}: you have {held:,} items, your limit is {most.items:,}: delete some first")
