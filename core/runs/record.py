"""A kept result, typed: attributes where a card's metrics and a run's arrays have names.

@dataclass(frozen=True, eq=False)
class MapRun(Record[MapFigures]):
    KIND = "map"
    FIGURES = MapFigures

    ids: Strings                                       # an array of the run by its name
    caption: Integers | None = None                    # one that older runs lack
    before: Space = in_parts(Space)                    # a dataclass of arrays, each kept as before.NAME
    history: Mapping[str, Any] = as_json(dict, dict)   # kept as text in an array of one entry, read as its type
    answers: Mapping[int, Answers] = by_number(Answers)  # dataclasses of arrays, each kept as NAME_1, NAME_2 …
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
JSON, PARTS, NUMBERED = "json", "parts", "numbered"


def as_json(default: Callable[[], Any], kind: Any = Any) -> Any:
    """A field that is kept as JSON; default: makes what a run has that lacks it. kind: what it is read as."""
    return field(default_factory=default, metadata={JSON: kind})


def in_parts(kind: type) -> Any:
    """A field that is a dataclass of arrays, each of which is kept as FIELD.NAME."""
    return field(metadata={PARTS: kind})


def by_number(kind: type) -> Any:
    """A field that holds dataclasses of arrays by number, each array of which is kept as NAME_NUMBER."""
    return field(default_factory=dict, metadata={NUMBERED: kind})


@dataclass(frozen=True, eq=False)
class Record(Generic[Figures]):
    """One run of a workspace. card: how it was made; a subclass names its kind, its figures and its arrays."""

    KIND: ClassVar[str]
    FIGURES: ClassVar[type]
    FORMER: ClassVar[Mapping[str, str]] = {}
    """Names that arrays and figures had in older runs, and those that they have now."""

    card: RunCard

    @classmethod
    def of(cls, run: Run) -> Self:
        """From what a workspace keeps; raises `MissingData` where an array is not there."""
        held, lacking = _renamed(run.arrays, cls.FORMER), list[str]()
        values = {each.name: _read(each, each.name, held, lacking) for each in _arrays(cls)}
        if lacking:
            raise MissingData(f"run {run.card.id} lacks {', '.join(lacking)}: make it again")
        return cls(run.card, **{name: value for name, value in values.items() if value is not None})

    @classmethod
    def load(cls, workspace: Workspace, id: str) -> Self:
        """The run of that id; raises `MissingData` where there is none."""
        return cls.of(workspace.run(id))

    @classmethod
    def figures_of(cls, card: RunCard) -> Figures:
        """The card's metrics, typed; what a card lacks has its default."""
        return msgspec.convert(_renamed(card.metrics, cls.FORMER), cls.FIGURES)

    @cached_property
    def figures(self) -> Figures:
        """Those of its card."""
        return self.figures_of(self.card)

    def arrays(self) -> dict[str, NDArray]:
        """What is kept beside the card; those that are None are left out."""
        values = ((each, getattr(self, each.name)) for each in _arrays(type(self)))
        return {name: kept for each, value in values if value is not None for name, kept in _written(each, value)}

    def save(self, workspace: Workspace) -> str:
        """The id of the run; one of the same id is replaced."""
        return workspace.save_run(self.card, self.arrays())

    def summary(self) -> str:
        """What came of it, in a few words."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Figures of a run that may be of some items only. tag: those that have it; exclude: those that have not."""

    tag: str | None = None
    exclude: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """What every comparison of methods returns.

    refused: methods that refused the input, and why; partial: stopped before its end; None where that was not so.
    """

    refused: Sequence[Mapping[str, str]] | None = None
    partial: bool | None = None

    def to_dict(self, *hidden: str) -> dict[str, Any]:
        """As JSON, but for some fields; what is None and need not be there is left out."""
        absent = {each.name for each in fields(self) if each.default is None and getattr(self, each.name) is None}
        return {name: value for name, value in plain(self).items() if name not in {*hidden, *absent}}


@dataclass(frozen=True)
class Saved:
    """What the result of every command says that keeps one run. run: its id."""

    run: str


class AsDict:
    """What gives itself as a dictionary."""

    __slots__ = ()

    def to_dict(self, *hidden: str) -> dict[str, Any]:
        """As JSON, but for some fields; NumPy's arrays and scalars as lists and numbers."""
        return {name: value for name, value in plain(self).items() if name not in hidden}


class Result(AsDict, msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a command returns. As JSON, what is as its default says is left out; other fields are always there."""


def plain(value: Any) -> Any:
    """A dataclass, or what holds some, as JSON; NumPy's arrays and scalars as lists and numbers."""
    return msgspec.to_builtins(value, enc_hook=lambda each: each.tolist())


def metrics(figures: Any) -> Mapping[str, Any]:
    """A dataclass of figures as a card keeps them; what is None is left out."""
    return {name: value for name, value in plain(figures).items() if value is not None}


def _arrays(kind: type[Record]) -> list[Field]:
    return [each for each in fields(kind) if each.name != "card"]


def _renamed(held: Mapping[str, Any], former: Mapping[str, str]) -> dict[str, Any]:
    return {former.get(name, name): value for name, value in held.items()}


def _read(of: Field, name: str, held: Mapping[str, NDArray], lacking: list[str]) -> Any:
    """A field's value; None for one that is not there, whose name is added to what lacks unless it has a default."""
    if kind := of.metadata.get(NUMBERED):
        return _by_number([part.name for part in fields(kind)], kind, held)
    if kind := of.metadata.get(PARTS):
        parts = {part.name: _read(part, f"{name}.{part.name}", held, lacking) for part in fields(kind)}
        return None if lacking else kind(**parts)
    if name in held:
        kind = of.metadata.get(JSON)
        return held[name] if kind is None else msgspec.convert(json.loads(str(np.ravel(held[name])[0])), kind)
    if of.default is MISSING and of.default_factory is MISSING:
        lacking.append(name)
    return None


def _by_number(names: list[str], kind: type, held: Mapping[str, NDArray]) -> dict[int, Any]:
    """Those of which every array is there."""
    numbers = [found[1] for name in held if (found := re.fullmatch(rf"{names[0]}_(\d+)", name))]
    arrays = {number: [held.get(f"{name}_{number}") for name in names] for number in numbers}
    return {int(number): kind(*each) for number, each in arrays.items() if all(part is not None for part in each)}


def _written(of: Field, value: Any) -> Iterator[tuple[str, NDArray]]:
    """A field's arrays by the names under which they are kept."""
    if of.metadata.get(PARTS):
        kept = ((each.name, getattr(value, each.name)) for each in fields(value))
        yield from ((f"{of.name}.{name}", array) for name, array in kept if array is not None)
    elif of.metadata.get(NUMBERED):
        yield from ((f"{name}_{number}", array) for number, each in value.items() for name, array in vars(each).items())
    else:
        yield of.name, np.array([to_json(plain(value))]) if JSON in of.metadata else value
