"""What a person may do: the one place where it is decided, before anything is opened, started, written or deleted.

Alone on this machine a person may do everything. Whoever signed in has a role; a workspace is theirs who made it, and
others see it where it is shared, as everybody sees the bundled sets. Of the machine's own files they may use what lies
under the roots that the administrator has listed, after links are followed, and never another's workspace.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.access import accounts, audit
from core.access.accounts import Role
from core.errors import BadInput
from core.machine import home
from core.sources import bundled
from core.workspace import Workspace, workspaces
from core.workspace.store import OWNER

MODELS = frozenset({"models fetch", "models import"})
DELETES = frozenset({"discard", "check"})
PLACES = frozenset({"source", "workspace"})
"""Parameters of commands that name a workspace, a bundled set, or files."""
FILES = frozenset({"captions", "attributes", "model", "clip"})
"""Those that may be a path; of models also `architecture:path`."""


@dataclass(frozen=True)
class Person:
    """Who asks. name: of the account, "" for whoever is alone on this machine."""

    name: str = ""
    role: Role = "manage"

    @property
    def is_alone(self) -> bool:
        return not self.name


ALONE = Person()


@dataclass(frozen=True)
class Owned:
    """Whose a workspace is: "" of nobody with an account; shared: whether others may look."""

    owner: str = ""
    shared: bool = False


def owned(path: str | Path) -> Owned:
    """As it is kept beside the tables; what cannot be read is nobody's."""
    try:
        return Owned(**json.loads((Path(path) / OWNER).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Owned()


def own(path: str | Path, owner: str, shared: bool = False) -> None:
    """The workspace is that person's from now on."""
    (Path(path) / OWNER).write_text(json.dumps({"owner": owner, "shared": shared}), "utf-8")


def is_bundled(path: str | Path) -> bool:
    return Path(path).name in bundled.names() and Path(path).resolve().parent == home().resolve()


def may_see(person: Person, path: str | Path) -> bool:
    """Whether the workspace is theirs, shared or bundled."""
    if person.is_alone or is_bundled(path):
        return True
    found = owned(path)
    return found.shared or found.owner == person.name


def visible(person: Person) -> list[str]:
    """The names of the workspaces that they may see, the bundled ones first."""
    return [name for name in workspaces() if may_see(person, home() / name)]


def check_see(person: Person, path: str | Path) -> None:
    """Raises `BadInput` for a workspace that is somebody else's; it is not said whose, or whether it is there."""
    if not may_see(person, path):
        raise BadInput(f"no workspace {Path(path).name!r} that you may see: ask who made it to share it")


def check_make(person: Person) -> None:
    """Raises `BadInput` for who may change nothing."""
    if not person.is_alone and person.role == "look":
        raise BadInput(f"{person.name}: the role look changes nothing: ask for the role add")


def check_change(person: Person, path: str | Path, deletes: bool = False) -> None:
    """Raises `BadInput` where the person may not write there, or not delete."""
    if person.is_alone:
        return
    check_see(person, path)
    check_make(person)
    if is_bundled(path):
        raise BadInput(f"{Path(path).name} is a bundled set, which all share: add it to a workspace of your own")
    if owned(path).owner != person.name:
        raise BadInput(f"{Path(path).name} is shared to look at: change a workspace of your own")
    if deletes and person.role != "manage":
        raise BadInput(f"{person.name}: the role add deletes nothing: ask for the role manage")


def check_command(
    person: Person, command: str, arguments: Mapping[str, Any], workspace: str = "", asks: bool = False
) -> None:
    """Raises `BadInput` for a command that this person may not run so. asks: it only answers, and keeps nothing."""
    if person.is_alone:
        return
    if command in MODELS:
        _check_models(person)
    elif not asks:
        check_change(person, workspace, command in DELETES)
    for name, value in arguments.items():
        if name in PLACES and isinstance(value, str):
            _check_place(person, value, workspace)
        elif name in FILES and isinstance(value, str):
            check_file(person, value, workspace)


def _check_models(person: Person) -> None:
    if person.role != "manage":
        raise BadInput(f"{person.name}: only the role manage brings models: ask for it, or for the model")


def _check_place(person: Person, value: str, workspace: str) -> None:
    if value in bundled.names():
        return
    path = Path(value) if value != Path(value).name else home() / value
    if path.resolve().parent == home().resolve() and (path / "items.lance").exists():
        check_see(person, path)
    else:
        check_file(person, value, workspace)


def check_file(person: Person, text: str, workspace: str = "") -> None:
    """Raises `BadInput` for a path outside the administrator's roots and the workspace's own dropped files."""
    path = _path(text)
    if person.is_alone or path is None:
        return
    there = path.expanduser().resolve()
    if workspace and there.is_relative_to((Path(workspace) / "spool").resolve()):
        return
    roots = [Path(root).resolve() for root in accounts.read().roots]
    if not any(there.is_relative_to(root) for root in roots) or there.is_relative_to(home().resolve()):
        named = ", ".join(map(str, roots))
        remedy = f"there are {named}" if named else "none is, ask for `clipscape accounts allow FOLDER`"
        raise BadInput(f"{text[:200]}: only folders that the administrator has listed may be read; {remedy}")


def _path(text: str) -> Path | None:
    """The path in `architecture:path`, or the whole; None for the name of a model."""
    if text.startswith("hf-hub:"):
        return None
    before, colon, after = text.partition(":")
    given = after if colon and "/" not in before and "\\" not in before else text
    is_path = any(mark in given for mark in "/\\~") or "." in (given, given[:1]) or Path(given).suffix == ".safetensors"
    return Path(given) if is_path or Path(given).exists() else None


class GuardedWorkspace(Workspace):
    """A workspace in a person's hands: what they may not do is refused, whoever calls it.

    made by `guarded`.
    """

    person: Person = ALONE

    def _check(self, change: str, deletes: bool = False) -> None:
        check_change(self.person, self.path, deletes)
        audit.log(self.person.name, change, self.path)

    def add(self, *given: Any, **named: Any) -> Any:
        self._check("add")
        return super().add(*given, **named)

    def set_column(self, *given: Any, **named: Any) -> None:
        self._check("set column")
        super().set_column(*given, **named)

    def set_captions(self, *given: Any, **named: Any) -> None:
        self._check("set captions")
        super().set_captions(*given, **named)

    def add_embeddings(self, *given: Any, **named: Any) -> None:
        self._check("add embeddings")
        super().add_embeddings(*given, **named)

    def save_run(self, *given: Any, **named: Any) -> str:
        self._check("save run")
        return super().save_run(*given, **named)

    def delete_embeddings(self, *given: Any, **named: Any) -> None:
        self._check("delete embeddings", deletes=True)
        super().delete_embeddings(*given, **named)

    def delete_run(self, *given: Any, **named: Any) -> None:
        self._check("delete run", deletes=True)
        super().delete_run(*given, **named)

    def remove(self) -> None:
        self._check("remove", deletes=True)
        super().remove()


def guarded(path: str | Path, person: Person) -> Workspace:
    """The workspace there, in that person's hands. Raises `BadInput` where they may not see it."""
    check_see(person, path)
    if person.is_alone:
        return Workspace.open(path)
    found = GuardedWorkspace.open(path)
    assert isinstance(found, GuardedWorkspace)
    found.person = person
    return found
