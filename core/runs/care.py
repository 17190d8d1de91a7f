"""What a check of the data has found: a ranking of the items, most suspicious first, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.formats import listed
from core.results import Booleans, Floats, Integers, Strings
from core.runs.record import Chosen, Record, Result, in_parts
from core.workspace.captions import own_caption_ids


@dataclass(frozen=True, kw_only=True)
class CareFigures(Chosen):
    """flagged: rows beyond the check's own limit; ranked: those that it can speak of. column: that was written.

    neighbours_approximate: 1 where there were too many items to look at every pair.
    """

    flagged: int
    ranked: int
    column: str | None = None
    neighbours_approximate: int | None = None


@dataclass(frozen=True, kw_only=True)
class DuplicateFigures(CareFigures):
    """limit: a cosine distance. extra: items beside the first of each set. repeated: captions said before."""

    limit: float
    sets: int
    extra: int
    repeated: int = 0


@dataclass(frozen=True, kw_only=True)
class OutlierFigures(CareFigures):
    """Mean distances to the neighbours: the median, and the limit beyond which items are flagged."""

    median: float
    limit: float


@dataclass(frozen=True, kw_only=True)
class LabelFigures(CareFigures):
    """alone: items whose class has no other. threshold: mean over classes of how probable the own one has to be."""

    labelled: int
    classes: int
    alone: int = 0
    threshold: float | None = None
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class MismatchFigures(CareFigures):
    """right: share of captions with no rival before them. distinct_captions: different ones."""

    right: float
    distinct_captions: int | None = None


@dataclass(frozen=True, eq=False)
class Evidence:
    """Why: arrays (N,)."""


@dataclass(frozen=True, eq=False)
class DuplicateEvidence(Evidence):
    """nearest: the row that is nearest, -1 for none; set: its number, -1 for none; copies: rows that say the same."""

    nearest: Integers
    set: Integers
    extra: Booleans
    copies: Integers | None = None


@dataclass(frozen=True, eq=False)
class OutlierEvidence(Evidence):
    """nearest: the row that is nearest. deviations: robust ones, above the median."""

    nearest: Integers
    deviations: Floats


@dataclass(frozen=True, eq=False)
class LabelEvidence(Evidence):
    """suggested: another class. agreement: how probable the given one is."""

    suggested: Strings
    agreement: Floats


@dataclass(frozen=True, eq=False)
class MismatchEvidence(Evidence):
    """Shares of others before the own partner; the own cosine; instead: the row of a nearer caption, -1 for none."""

    image_to_text: Floats
    text_to_image: Floats
    cosine: Floats
    instead: Integers


Figures = TypeVar("Figures", bound=CareFigures)


@dataclass(frozen=True, eq=False)
class CareRun(Record[Figures], Generic[Figures]):
    """ids: (N,) of items; caption: (N,), which of its item's captions a row is, where one has several.

    ranked: (M,), rows from the most suspicious on. score: (N,), higher is more suspicious, NaN for what is not ranked.
    flagged: (N,), beyond the check's own limit.
    """

    KIND = "care"

    ids: Strings
    ranked: Integers
    score: Floats
    flagged: Booleans
    evidence: Evidence = in_parts(Evidence)
    caption: Integers | None = None

    @property
    def noun(self) -> str:
        """What the ranking is of."""
        return "item" if self.caption is None else "caption"

    @cached_property
    def caption_ids(self) -> list[str]:
        """Of the rows' own captions, those of their items where a row is of a whole item."""
        return own_caption_ids(self.ids, self.caption)

    @cached_property
    def rows(self) -> Integers:
        """The flagged ones, then the others, each as ranked."""
        return self.ranked[np.argsort(~self.flagged[self.ranked], kind="stable")]

    @property
    def proposed(self) -> int:
        """How much of the ranking the check itself would take."""
        return int(self.flagged[self.rows].sum())

    @property
    def most(self) -> int:
        """How much of it can be taken."""
        return len(self.rows)

    def taken(self, count: int) -> list[str]:
        """The ids of the items of the first so many."""
        return list(dict.fromkeys(self.ids[self.rows[:count]].tolist()))

    def without(self, aside: Collection[str]) -> Self:
        """The same, but for items of these ids, which are not ranked."""
        return replace(self, ranked=self.ranked[~np.isin(self.ids[self.ranked], list(aside))]) if aside else self

    def evidence_by_name(self) -> dict[str, NDArray[Any]]:
        """(N,) each, other rows by their items' ids, "" for none."""
        ids = np.append(self.ids, "")
        rows = ("nearest", "instead")
        known = {name: values for name, values in vars(self.evidence).items() if values is not None}
        return {name: ids[values] if name in rows else values for name, values in known.items()}

    def summary(self) -> str:
        return _summary({self.card.method: self.figures.flagged})


@dataclass(frozen=True, eq=False)
class DuplicateRun(CareRun[DuplicateFigures]):
    """Sets of items that are hardly further apart than an item is from itself."""

    FIGURES = DuplicateFigures

    evidence: DuplicateEvidence = in_parts(DuplicateEvidence)

    @cached_property
    def sets(self) -> list[Integers]:
        """The rows of each set of several, the closest first; the first of a set stays."""
        numbers = self.evidence.set[self.rows]
        inside = self.rows[numbers >= 0]
        first = np.unique(numbers[numbers >= 0], return_index=True)[1]
        split = np.split(inside, np.sort(first)[1:]) if len(first) else []
        return [rows for rows in split if len(rows) > 1]

    @property
    def proposed(self) -> int:
        return self.most

    @property
    def most(self) -> int:
        return len(self.sets)

    def taken(self, count: int) -> list[str]:
        """Of the first so many sets, all but the first item of each."""
        return [id for rows in self.sets[:count] for id in self.ids[rows[1:]].tolist()]


@dataclass(frozen=True, eq=False)
class OutlierRun(CareRun[OutlierFigures]):
    """Items far from everything else."""

    FIGURES = OutlierFigures

    evidence: OutlierEvidence = in_parts(OutlierEvidence)


@dataclass(frozen=True, eq=False)
class LabelRun(CareRun[LabelFigures]):
    """Items that look like another class than their label says."""

    FIGURES = LabelFigures

    evidence: LabelEvidence = in_parts(LabelEvidence)


@dataclass(frozen=True, eq=False)
class MismatchRun(CareRun[MismatchFigures]):
    """Captions that lie far down the ranking of their own image."""

    FIGURES = MismatchFigures
    FORMER: ClassVar = {"sayings": "distinct_captions"}

    evidence: MismatchEvidence = in_parts(MismatchEvidence)


CHECKS: Mapping[str, type[CareRun]] = {
    "duplicates": DuplicateRun,
    "mismatches": MismatchRun,
    "labels": LabelRun,
    "outliers": OutlierRun,
}
"""The record of each check by its method's name."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """title: of the check. figures: of the whole. found: the first of its ranking, with their evidence by name."""

    run: str | None
    title: str
    space: str
    ranked: int
    flagged: int
    figures: Mapping[str, float]
    seconds: float
    found: Sequence[Mapping[str, Any]]

    def row(self) -> dict[str, Any]:
        """As a row of a table."""
        figures = ", ".join(f"{name} {value:.4g}" for name, value in self.figures.items())
        return {name: value for name, value in vars(self).items() if name != "found"} | {"figures": figures}


class CareResult(Result, frozen=True, kw_only=True):
    """What the command `care` returns. kinds: by the checks' names; refused: checks that lack something, and why."""

    items: int
    model: str
    space: str
    kinds: Mapping[str, CheckResult]
    column: str | None
    seconds: float
    refused: Sequence[Mapping[str, str]] = ()
    partial: bool = False

    def summary(self) -> str:
        """`305 duplicates, 12 outliers`"""
        return _summary({name: each.flagged for name, each in self.kinds.items()})

    def readable(self) -> dict[str, Any]:
        """Records for a table: a row a check, then the items of each."""
        checks = [{"check": name, **each.row()} for name, each in self.kinds.items()]
        return {**self.to_dict("kinds"), "checks": checks, **{each.title: each.found for each in self.kinds.values()}}


def _summary(flagged: Mapping[str, int]) -> str:
    return listed([f"{count:,} {name}" for name, count in flagged.items()], 4)
