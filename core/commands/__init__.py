"""What the command line, the pages' jobs and scripts call: plain arguments, JSON out, `report` last.

A command is imported when it is first asked for: one of them needs little of what the others do.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a command is. module: in this package. readable: makes a result what a person reads, where scripts read
    it in another form."""

    module: str
    function: str
    readable: str | None = None

    def find(self, name: str) -> Callable[..., Any]:
        """What has that name there."""
        return getattr(import_module(f"core.commands.{self.module}"), name)

    def summary(self) -> str:
        """The first paragraph of what the command says of itself, read without importing it."""
        source = Path(__file__).with_name(f"{self.module}.py").read_text(encoding="utf-8")
        of = next(each for each in ast.parse(source).body if getattr(each, "name", "") == self.function)
        assert isinstance(of, ast.FunctionDef)
        return " ".join((ast.get_docstring(of) or "").partition("\n\n")[0].split())


ON_THE_COMMAND_LINE = {
    "embed": Place("embedding", "embed", "for_reading"),
    "understood": Place("understanding", "understood", "for_reading"),
    "models": Place("models", "models", "for_reading"),
    "models fetch": Place("models", "fetch", "with_size"),
    "models import": Place("models", "bring", "with_size"),
    "datasets": Place("listing", "datasets"),
    "methods": Place("listing", "methods"),
    "search": Place("searching", "search"),
    "map": Place("mapping", "map"),
    "place": Place("mapping", "place_new"),
    "cluster": Place("clustering", "cluster", "for_reading"),
    "reduce": Place("reducing", "reduce", "for_reading"),
    "project": Place("projecting", "project", "for_reading"),
    "discard": Place("projecting", "discard"),
    "semantics": Place("semantics", "semantics", "for_reading"),
    "direction": Place("directions", "direction", "for_reading"),
    "removal": Place("removal", "removal", "for_reading"),
    "gap": Place("modality_gap", "gap", "for_reading"),
    "care": Place("care", "care", "for_reading"),
    "names": Place("names", "names", "for_reading"),
    "groups": Place("groups", "groups", "for_reading"),
    "faces edit": Place("faces_edit", "faces_edit", "for_reading"),
    "faces meaning": Place("faces_meaning", "faces_meaning", "for_reading"),
    "faces report": Place("faces_meaning", "faces_report", "report_for_reading"),
    "faces train": Place("faces_training", "faces_train", "for_reading"),
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
    """The commands by name."""

    def __getitem__(self, name: str) -> Callable[..., dict[str, Any]]:
        place = _PLACES[name]
        return place.find(place.function)

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


COMMANDS = Commands()


def readable(name: str, result: Result) -> Result:
    """The result of a command as a person reads it: figures, and lists of records."""
    place = _PLACES[name]
    return place.find(place.readable)(result) if place.readable else result
