"""Workspaces by name, in one folder; a bundled set's name opens its workspace, made at the first use."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from core.errors import BadInput, MissingData
from core.machine import MODELS, home, scratch
from core.sources import bundled
from core.workspace.store import OWNER, Store
from core.workspace.workspace import DELETED, Workspace

_ASIDE = ".restoring-"
_STAMP = "bundled.json"
"""Beside the tables of a restored set: what it was made from, and its version then."""


def workspaces() -> list[str]:
    """The bundled sets, then the person's own workspaces."""
    own = {path.parent.name for path in home().glob("*/items.lance") if _is_name(path.parent.name)}
    return [*bundled.names(), *sorted(own.difference(bundled.names()))]


def create_named(name: str) -> Workspace:
    """A new workspace; raises `BadInput` for a name that is taken or that no folder can have."""
    return Workspace.create(_free(name))


def copy(workspace: Workspace, name: str) -> Workspace:
    """A copy of a workspace with all that is in it, by a new name; others see all of it or nothing.

    Raises `BadInput` for a name that is taken or that no folder can have.
    """
    if "://" in workspace.path:
        raise BadInput(f"{workspace.path}: lies in an object store: copy it with the tools of that store")
    target = _free(name)
    with _aside(home()) as fresh:
        with workspace._store.writing():
            shutil.copytree(
                workspace.path, fresh / "copy", ignore=shutil.ignore_patterns(".lock", "spool", _STAMP, OWNER)
            )
        if target.exists():
            raise BadInput(f"workspace {name!r}: there is one already: choose another name")
        (fresh / "copy").rename(target)
    return Workspace.open(target)


def delete(workspace: Workspace) -> None:
    """Deletes a workspace of the home; of a bundled set what was made on it, since it is restored at its next use.

    Raises `BadInput` for one that lies elsewhere.
    """
    if home().resolve() not in Path(workspace.path).resolve().parents:
        raise BadInput(f"{workspace.path} does not lie in {home()}: delete it by hand")
    workspace.remove()


@contextmanager
def _aside(place: Path) -> Iterator[Path]:
    """A folder there that no name leads to, for what is being made; what a killed process left there goes, too."""
    with Store(place / ".bundled").writing(make=True):
        try:
            yield Path(mkdtemp(prefix=_ASIDE, dir=place))
        finally:
            for left in (each for kind in (_ASIDE, DELETED) for each in place.glob(f"{kind}*")):
                shutil.rmtree(left, ignore_errors=True)


def _free(name: str) -> Path:
    """Where a new workspace of that name will lie; raises `BadInput` for a name that none can have."""
    _check_name(name)
    if name in bundled.names():
        raise BadInput(f"workspace {name!r}: the name of a bundled set: choose another")
    if name == MODELS:
        raise BadInput(f"workspace {name!r}: the folder of downloaded models has this name: choose another")
    return home() / name


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
    with _aside(place) as aside:
        if _is_current(path, origin):
            return path
        from core.workspace.shipping import restore

        made = restore(bundled.ASSETS / name, fresh := aside / "restored")
        (fresh / _STAMP).write_text(json.dumps({"origin": origin, "version": made.version}), encoding="utf-8")
        if path.exists():
            path.rename(aside / "old")
        fresh.rename(path)
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
