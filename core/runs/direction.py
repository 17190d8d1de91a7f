"""A concept as a direction, where every item lies along it, and what clusters make of its removal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.formats import figure
from core.results import Floats, Strings
from core.runs.record import Chosen, Record
from core.semantics.results import Direction, Integers

Spread = Sequence[float] | None
"""Mean and sample sd over seeds, or over pairs of them; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class DirectionFigures(Chosen):
    """direction: its title, `happy face − sad face`. auc: 0.5 by chance. column: that holds the projections."""

    direction: str
    auc: float | None = None
    column: str | None = None

    def summary(self) -> str:
        """`“happy face − sad face”, AUC 0.982`"""
        return f"“{self.direction}”" + (f", AUC {figure(self.auc)}" if self.auc else "")


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
    def sides(self) -> tuple[str, str]:
        """Where it goes to and where it comes from."""
        towards, _, away = self.figures.direction.partition(" − ")
        return towards, away

    def summary(self) -> str:
        return self.figures.summary()


@dataclass(frozen=True)
class WithoutResult:
    """What a page reads of the result of `without`. model: the derived one."""

    model: str

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


@dataclass(frozen=True, eq=False)
class RemovalRun(Record[RemovalFigures]):
    """ids: (N,). before, after: (S, N), the items' clusters from each seed, with the direction and without it."""

    KIND = "removal"
    FIGURES = RemovalFigures
    FORMER: ClassVar = {"told": "correlation_ratio"}

    ids: Strings
    before: Integers
    after: Integers

    def summary(self) -> str:
        return self.figures.summary()
