"""A concept as a direction, where every item lies along it, and what clusters make of its removal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.formats import figure
from core.results import Floats, Integers, Strings
from core.runs.record import AsDict, Chosen, Record, Result
from core.runs.semantics import NamedItem
from core.semantics.results import Direction

Spread = Sequence[float] | None
"""Mean and sample sd over seeds, or over pairs of them; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class DirectionFigures(Chosen):
    """direction: its title, `happy face − sad face`. auc: 0.5 by chance. column: that holds the projections."""

    direction: str
    auc: float | None = None
    column: str | None = None


@dataclass(frozen=True, eq=False)
class DirectionRun(Record[DirectionFigures]):
    """direction: (D,), unit norm. ids, projection: (N,), how far each item lies along it.

    side: (N,), 1 and -1 for the items that it goes towards and away from, 0 for others; None between prompts.
    """

    KIND = "direction"
    FIGURES = DirectionFigures

    ids: Strings
    projection: Floats
    direction: Floats
    side: NDArray[np.int8] | None = None

    @property
    def concept(self) -> Direction:
        return Direction(np.asarray(self.direction, dtype=np.float32), self.figures.direction)

    @property
    def fit(self) -> str | None:
        """How two groups of items were told apart; None between prompts."""
        return self.card.params.get("fit")

    @property
    def sides(self) -> tuple[str, str]:
        """Where it goes to and where it comes from."""
        towards, _, away = self.figures.direction.partition(" − ")
        return towards, away

    def summary(self) -> str:
        return _summary(self.figures.direction, self.figures.auc)


@dataclass(frozen=True, kw_only=True)
class ProjectionFigures:
    """Of all items on a direction."""

    mean: float
    sd: float
    lowest: float
    highest: float


class DirectionResult(Result, frozen=True, kw_only=True):
    """What the command `direction` returns. way: "prompts", "items" or "label". derived: the model without it.

    strip: items evenly spaced in their order; low, high: those at its ends, the most extreme first.
    """

    direction: str
    model: str
    space: str
    items: int
    way: str
    auc: float | None
    projection: ProjectionFigures
    strip: Sequence[NamedItem]
    low: Sequence[NamedItem]
    high: Sequence[NamedItem]
    run: str | None
    column: str | None
    derived: str | None
    seconds: float
    truncated: Sequence[str] = ()
    warning: str | None = None

    def summary(self) -> str:
        """`“happy face − sad face”, AUC 0.982`"""
        return _summary(self.direction, self.auc)

    def readable(self) -> dict[str, Any]:
        """Records for a table: the strip, the ends, and the rest as figures."""
        spread = {f"projection, {name}": value for name, value in vars(self.projection).items()}
        return {**self.to_dict("warning", "truncated", "projection"), **spread}


class WithoutResult(Result, frozen=True, kw_only=True):
    """What the command `without` returns. run: that keeps the reducer; model: the derived one, base: its source."""

    run: str
    model: str
    base: str
    direction: str

    def summary(self) -> str:
        """`made the model pocket/without-happy-sad`"""
        return f"made the model {self.model}"


@dataclass(frozen=True, kw_only=True)
class RemovalFigures:
    """Pairs are with the direction and without it.

    direction: its title; of: its run; derived: the model without it. variance: of the embeddings, all dimensions. auc:
    of a classifier of its sides, None between prompts. correlation_ratio: η² of the projections by the clusters.
    labels: AMI of the clusters with the column `label`. agreement: ARI of the clusters with it and without; chance: of
    two seeds with it.
    """

    direction: str
    of: str
    derived: str
    variance: Sequence[float]
    auc: Sequence[float | None]
    correlation_ratio: Sequence[Spread]
    labels: Sequence[Spread]
    label: str | None = None
    agreement: Spread = None
    chance: Spread = None

    def summary(self) -> str:
        """`made the model pocket/without-happy-sad`"""
        return f"made the model {self.derived}"


@dataclass(frozen=True, kw_only=True)
class RemovalResult(RemovalFigures, AsDict):
    """What the command `removal` returns."""

    run: str | None
    items: int
    seconds: float

    def readable(self) -> dict[str, Any]:
        """Records for a table: a row a figure, with the direction and without it."""
        pairs = {name: getattr(self, name) for name in ("variance", "auc", "correlation_ratio", "labels")}
        rows = [{"figure": name, "with": _read(pair[0]), "without": _read(pair[1])} for name, pair in pairs.items()]
        return {**{name: value for name, value in vars(self).items() if name not in pairs}, "figures": rows}


@dataclass(frozen=True, eq=False)
class RemovalRun(Record[RemovalFigures]):
    """ids: (N,). before, after: (S, N), the items' clusters from each seed, with the direction and without it."""

    KIND = "removal"
    FIGURES = RemovalFigures
    FORMER: ClassVar = {"told": "correlation_ratio"}

    ids: Strings
    before: Integers
    after: Integers

    @property
    def k(self) -> int:
        """How many clusters."""
        return self.card.params["k"]

    @property
    def seeds(self) -> int:
        """How many initialisations."""
        return self.card.params["seeds"]

    def summary(self) -> str:
        return self.figures.summary()


def _summary(direction: str, auc: float | None) -> str:
    return f"“{direction}”" + (f", AUC {figure(auc)}" if auc else "")


def _read(value: float | Spread) -> Any:
    """Mean ± sd of a spread."""
    return f"{value[0]:.3f} ± {value[1]:.3f}" if isinstance(value, Sequence) else value
