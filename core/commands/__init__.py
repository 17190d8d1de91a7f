"""What the command line, the pages' jobs and scripts call: plain arguments, a typed result, `report` last.

A command is imported when it is first asked for: one of them needs little of what the others do.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import convert

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a command is: a module of this package, and a function there that returns a typed result."""

    module: str
    function: str

    def find(self) -> Callable[..., Any]:
        """The function."""
        return getattr(import_module(f"core.commands.{self.module}"), self.function)

    def summary(self) -> str:
        """The first paragraph of what the command says of itself, read without importing it."""
        source = Path(__file__).with_name(f"{self.module}.py").read_text(encoding="utf-8")
        of = next(each for each in ast.parse(source).body if getattr(each, "name", "") == self.function)
        assert isinstance(of, ast.FunctionDef)
        return " ".join((ast.get_docstring(of) or "").partition("\n\n")[0].split())


ON_THE_COMMAND_LINE = {
    "embed": Place("embedding", "embed"),
    "understood": Place("understanding", "understood"),
    "models": Place("models", "models"),
    "models fetch": Place("models", "fetch"),
    "models import": Place("models", "bring"),
    "copy": Place("listing", "copy"),
    "datasets": Place("listing", "datasets"),
    "methods": Place("listing", "methods"),
    "search": Place("searching", "search"),
    "map": Place("mapping", "map"),
    "place": Place("mapping", "place_new"),
    "cluster": Place("clustering", "cluster"),
    "reduce": Place("reducing", "reduce"),
    "project": Place("projecting", "project"),
    "discard": Place("projecting", "discard"),
    "check": Place("checking", "check"),
    "semantics": Place("semantics", "semantics"),
    "direction": Place("directions", "direction"),
    "removal": Place("removal", "removal"),
    "gap": Place("modality_gap", "gap"),
    "care": Place("care", "care"),
    "names": Place("names", "names"),
    "groups": Place("groups", "groups"),
    "faces edit": Place("faces_edit", "faces_edit"),
    "faces meaning": Place("faces_meaning", "faces_meaning"),
    "faces report": Place("faces_meaning", "faces_report"),
    "faces train": Place("faces_training", "faces_train"),
}
FOR_PAGES = {
    "models plan": Place("models", "plan"),
    "without": Place("directions", "without"),
    "faces describe": Place("faces", "describe"),
    "faces read": Place("faces", "read"),
    "faces slide": Place("faces", "slide"),
    "faces measure": Place("faces", "measure"),
    "faces map": Place("faces", "faces_map"),
    "faces mix": Place("faces", "mix"),
    "faces draw": Place("faces", "draw"),
    "faces export": Place("faces", "export"),
}
_PLACES = {**ON_THE_COMMAND_LINE, **FOR_PAGES}


class Commands(Mapping[str, Callable[..., dict[str, Any]]]):
    """The commands by name, each with its result as JSON."""

    def __getitem__(self, name: str) -> Callable[..., dict[str, Any]]:
        command = _PLACES[name].find()

        @wraps(command)
        def run(*arguments: Any, **named: Any) -> dict[str, Any]:
            return command(*arguments, **named).to_dict()

        return run

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


COMMANDS = Commands()


def readable(name: str, result: Json) -> Json:
    """The result of a command as a person reads it: figures, and lists of records."""
    kind = get_type_hints(_PLACES[name].find())["return"]
    return convert(result, kind).readable() if hasattr(kind, "readable") else result
