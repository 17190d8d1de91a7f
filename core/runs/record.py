"""A kept result, typed: attributes where a card's metrics and a run's arrays have names.

@dataclass(frozen=True, eq=False)
class MapRun(Record[MapFigures]):
    KIND = "map"
    FIGURES = MapFigures

    ids: Strings                                       # an array of the run by its name
    caption: Integers | None = None                    # one that older runs lack
    history: Mapping[str, Any] = as_json(dict)         # kept as text in an array of one entry
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, Generic, Self, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.errors import MissingData
from core.serialise import to_json
from core.workspace import Run, RunCard, Workspace

Figures = TypeVar("Figures")
JSON = "json"


def as_json(default: Callable[[], Any]) -> Any:
    """A field that is kept as JSON; default: makes what a run has that lacks it."""
    return field(default_factory=default, metadata={JSON: True})


@dataclass(frozen=True, eq=False)
class Record(Generic[Figures]):
    """One run of a workspace. card: how it was made; a subclass names its kind, its figures and its arrays."""

    KIND: ClassVar[str]
    FIGURES: ClassVar[type]

    card: RunCard

    @classmethod
    def of(cls, run: Run) -> Self:
        """From what a workspace keeps; raises `MissingData` where an array is not there."""
        lacking = [each for each in _arrays(cls) if each.name not in run.arrays]
        if needed := [each.name for each in lacking if each.default is MISSING and each.default_factory is MISSING]:
            raise MissingData(f"run {run.card.id} lacks {', '.join(needed)}: make it again")
        present = (each for each in _arrays(cls) if each not in lacking)
        return cls(run.card, **{each.name: _read(each, run.arrays[each.name]) for each in present})

    @classmethod
    def load(cls, workspace: Workspace, id: str) -> Self:
        """The run of that id; raises `MissingData` where there is none."""
        return cls.of(workspace.run(id))

    @classmethod
    def figures_of(cls, card: RunCard) -> Figures:
        """The card's metrics, typed; what a card lacks has its default."""
        return msgspec.convert(card.metrics, cls.FIGURES)

    @cached_property
    def figures(self) -> Figures:
        """Those of its card."""
        return self.figures_of(self.card)

    def arrays(self) -> dict[str, NDArray]:
        """What is kept beside the card; those that are None are left out."""
        values = ((each, getattr(self, each.name)) for each in _arrays(type(self)))
        return {each.name: _written(each, value) for each, value in values if value is not None}

    def save(self, workspace: Workspace) -> str:
        """The id of the run; one of the same id is replaced."""
        return workspace.save_run(self.card, self.arrays())

    def summary(self) -> str:
        """What came of it, in a few words."""
        raise NotImplementedError


def metrics(figures: Any) -> Mapping[str, Any]:
    """A dataclass of figures as a card keeps them; what is None is left out."""
    plain = msgspec.to_builtins(figures, enc_hook=lambda value: value.tolist())
    return {name: value for name, value in plain.items() if value is not None}


def _arrays(kind: type[Record]) -> list[Field]:
    return [each for each in fields(kind) if each.name != "card"]


def _read(of: Field, array: NDArray) -> Any:
    return json.loads(str(np.ravel(array)[0])) if of.metadata.get(JSON) else array


def _written(of: Field, value: Any) -> NDArray:
    return np.array([to_json(value)]) if of.metadata.get(JSON) else value
