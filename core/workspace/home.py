"""Workspaces by name, in one folder; a bundled set's name opens its workspace, made at the first use."""

import json
import re
import shutil
from pathlib import Path
from tempfile import mkdtemp

from core.errors import BadInput, MissingData
from core.machine import MODELS, home, scratch
from core.sources import bundled
from core.workspace.store import Store
from core.workspace.workspace import Workspace

_STAMP = "bundled.json"
"""Beside the tables of a restored set: what it was made from, and its version then."""


def workspaces() -> list[str]:
    """The bundled sets, then the person's own workspaces."""
    own = {path.parent.name for path in home().glob("*/items.lance") if _is_name(path.parent.name)}
    return [*bundled.names(), *sorted(own.difference(bundled.names()))]


def create_named(name: str) -> Workspace:
    """A new workspace; raises `BadInput` for a name that is taken or that no folder can have."""
    _check_name(name)
    if name in bundled.names():
        raise BadInput(f"workspace {name!r}: the name of a bundled set: choose another")
    if name == MODELS:
        raise BadInput(f"workspace {name!r}: the folder of downloaded models has this name: choose another")
    return Workspace.create(home() / name)


def open_named(name: str) -> Workspace:
    """The workspace of that name; a bundled set is restored at its first use, or when the set itself has changed."""
    _check_name(name)
    if name in bundled.names():
        return Workspace.open(_restored(name))
    if not (home() / name).exists():
        raise MissingData(f"no workspace {name!r}; there are {', '.join(workspaces()) or 'none'}")
    return Workspace.open(home() / name)


def _restored(name: str) -> Path:
    """Where a bundled set lies; where nothing can be written in the home, among this person's temporary files."""
    try:
        return _restore_bundled(name, home())
    except (BadInput, OSError):
        if (home() / name / "items.lance").exists():
            return home() / name
        return _restore_bundled(name, scratch())


def _restore_bundled(name: str, place: Path) -> Path:
    """In a folder of its own, which then takes the name: others see the whole workspace or none."""
    path, origin = place / name, _origin(bundled.ASSETS / name)
    if _is_current(path, origin):
        return path
    with Store(place / ".bundled").writing(make=True):
        if _is_current(path, origin):
            return path
        from core.workspace.shipping import restore

        fresh = Path(mkdtemp(prefix=".restoring-", dir=place))
        try:
            made = restore(bundled.ASSETS / name, fresh)
            (fresh / _STAMP).write_text(json.dumps({"origin": origin, "version": made.version}), encoding="utf-8")
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)  # of a full disk no half is kept
            raise
        if path.exists():
            path.rename(fresh.with_name(fresh.name + "-old"))
        fresh.rename(path)
        for left in place.glob(".restoring-*"):
            shutil.rmtree(left, ignore_errors=True)
    return path


def _is_current(path: Path, origin: str) -> bool:
    """Made from the set as it is now, or changed by the person since: then it is theirs."""
    try:
        stamp = json.loads((path / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return (path / "items.lance").exists()
    return stamp["origin"] == origin or Workspace(path).version != stamp["version"]


def _origin(folder: Path) -> str:
    """Sizes and times of a set's files."""
    facts = ((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.parquet")))
    return repr(list(facts))


def _is_name(name: str) -> bool:
    return re.fullmatch(r"\w[\w .\-]{0,62}(?<![ .])", name) is not None


def _check_name(name: str) -> None:
    if not _is_name(name):
        raise BadInput(f"workspace {name!r}: give a name of 1 to 63 letters, digits, spaces, dots, - and _")
