"""Whether all files of a workspace are sound, and its repair."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from core.commands.options import Option, Place
from core.errors import Damaged
from core.inputs import open_workspace
from core.progress import Report, silent
from core.runs.record import Result


class TableState(msgspec.Struct, frozen=True):
    """rows: those that can be read; damaged: lines about the table and what is in it."""

    table: str
    rows: int
    damaged: int


class DamageFound(msgspec.Struct, frozen=True):
    """item: of what it is part, "" for the table as a whole; what: what is lost, or was mended."""

    table: str
    item: str
    what: str


class CheckResult(Result, frozen=True, kw_only=True):
    """sound: nothing was found. repaired: it was mended; freed: bytes of old and half-written files then."""

    workspace: str
    sound: bool
    repaired: bool
    tables: Sequence[TableState]
    damage: Sequence[DamageFound]
    freed: int = 0
    warning: str = ""

    def readable(self) -> dict[str, Any]:
        """Without the warning, which stands above it."""
        return self.to_dict("warning")


def check(
    workspace: Place,
    repair: Annotated[bool, Option("Take the last sound version, and give up what cannot be read.")] = False,
    report: Report = silent,
) -> CheckResult:
    """Tell what of a workspace is damaged, table by table and item by item, and mend it where asked.

    Every file is read and every picture compared with its hash. What is damaged is taken from the last sound version;
    thumbnails and counts are made again; what is lost is listed item by item.
    """
    from core.workspace.checking import check as look

    place = _folder(workspace)
    found = look(place, repair, report)
    damage = [DamageFound(each.table, each.item, each.what) for each in found.findings]
    counts = {name: sum(each.table == name for each in damage) for name in found.rows}
    return CheckResult(
        workspace=place,
        sound=not damage,
        repaired=repair and bool(damage),
        tables=[TableState(name, rows, counts[name]) for name, rows in found.rows.items()],
        damage=damage,
        freed=found.freed,
        warning=f"{place} is damaged: repair takes the last sound version" if damage and not repair else "",
    )


def _folder(workspace: str) -> str:
    """Where it lies, whether or not it can be opened."""
    if Path(workspace).is_dir() and any(Path(workspace).glob("*.lance")):
        return workspace
    try:
        return open_workspace(workspace).path
    except Damaged as error:
        return error.workspace
