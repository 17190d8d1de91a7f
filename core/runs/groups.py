"""A method's comparison of groups: how well halves find each other, the groups beside each other, and the bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.groups.compare import Asked
from core.groups.evidence import BoundFigures
from core.groups.figures import AgainstMean, Point
from core.groups.verdict import Answer
from core.results import Floats, Strings
from core.runs.record import Record
from core.workspace import Run

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What all methods of one comparison share.

    comparison: the same where the same groups were compared alike. by: what groups are by, in a word or two.
    groups_of_one, without_group: groups and items that took no part. training, testing: groups of each split. asked:
    one a size; sizes_left_out: those that too few groups reach. tag, exclude: how the items were chosen.
    """

    comparison: str = ""
    groups: int
    by: str
    groups_of_one: int = 0
    without_group: int = 0
    splits: int
    training: int
    testing: int
    asked: Sequence[Asked]
    sizes_left_out: Sequence[int] | None = None
    bound: BoundFigures
    tag: str | None = None
    exclude: str | None = None


@dataclass(frozen=True, kw_only=True)
class GroupsFigures(Compared):
    """curve, against_mean: one a size; the mean itself lacks the latter. fits: what each split's fit says of itself."""

    curve: Sequence[Point]
    against_mean: Sequence[AgainstMean] | None = None
    fits: Sequence[Mapping[str, float]] = ()


@dataclass(frozen=True, kw_only=True)
class GroupsResult(Compared):
    """What the command `groups` returns; by method its figures, the seconds of a fit and the run that keeps it.

    verdict: by measure, "top1" or "map", one a small size.
    """

    curves: Mapping[str, Sequence[Point]]
    against_mean: Mapping[str, Sequence[AgainstMean]]
    verdict: Mapping[str, Sequence[Answer]]
    seconds: Mapping[str, float]
    runs: Mapping[str, str | None]
    items: int
    model: str
    space: str


@dataclass(frozen=True, eq=False)
class Answers:
    """What Q groups of one size n found among R in the first cut of the first split.

    queries: (Q, n), gallery: (R, n), rows of the items. nearest: (Q,) the gallery group found; place: (Q,) of the first
    right one, from 0.
    """

    queries: Integers
    gallery: Integers
    nearest: Integers
    place: Integers

    @property
    def right(self) -> NDArray[np.bool_]:
        """(Q,)."""
        return self.place == 0


@dataclass(frozen=True, eq=False)
class GroupsRun(Record[GroupsFigures]):
    """One method with one setting: G groups of N items, M sizes over S splits, P pairs of the bound.

    ids: (N,); group: (N,) the number of each item's group. names, counts: (G,). sizes: (M,) ascending. top1, map:
    (M, S). central … between: as in `core.groups.overview.Overview`. bound_…: as in `core.groups.evidence.Evidence`.
    closest_…: the points of the search that came closest. answers: by size, kept as four arrays each. Runs of earlier
    versions lack answers and bound_rows.
    """

    KIND = "groups"
    FIGURES = GroupsFigures

    ids: Strings
    group: Integers
    names: Strings
    counts: Integers
    sizes: Integers
    top1: Doubles
    map: Doubles
    central: Integers
    nearest: Integers
    nearest_distances: Floats
    order: Integers
    between: Floats
    bound_size: Integers
    bound_of: Integers
    bound_other: Integers
    bound_left: Floats
    bound_right: Floats
    bound_sharper: Floats
    closest_first: Doubles
    closest_second: Doubles
    closest_other: Doubles
    bound_rows: Integers | None = None
    answers: Mapping[int, Answers] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> Self:
        made = super().of(run)
        kept = {size: _answers(run.arrays, size) for size in made.sizes_asked}
        return replace(made, answers={size: found for size, found in kept.items() if found})

    def arrays(self) -> dict[str, NDArray]:
        others = {name: array for name, array in super().arrays().items() if name != "answers"}
        pairs = ((size, vars(found)) for size, found in self.answers.items())
        return others | {f"{name}_{size}": array for size, found in pairs for name, array in found.items()}

    def summary(self) -> str:
        return f"{self.figures.groups:,} groups by {self.card.title}"

    @cached_property
    def sizes_asked(self) -> list[int]:
        """Sizes of groups that were asked about, ascending."""
        return self.sizes.tolist()

    def by(self, measure: str) -> Doubles:
        """measure: "top1" or "map". (M, S)."""
        return {"top1": self.top1, "map": self.map}[measure]

    def mean_and_sd(self, measure: str) -> tuple[Doubles, Doubles]:
        """Over the splits, (M,) each. The sd of one split is 0."""
        each = self.by(measure)
        return each.mean(axis=1), each.std(axis=1, ddof=1) if each.shape[1] > 1 else np.zeros(len(each))

    def allowed(self, bound: str) -> Floats:
        """What the theorem's bound ("right") or the sharper one ("sharper") allows each pair: (P,)."""
        return {"right": self.bound_right, "sharper": self.bound_sharper}[bound]

    def sets_of(self, pair: int) -> list[Integers]:
        """Rows of the items of a pair's G_1, G_2 and H; none where the run does not say."""
        if self.bound_rows is None:
            return []
        size, begin = int(self.bound_size[pair]), 3 * int(self.bound_size[:pair].sum())
        return list(self.bound_rows[begin : begin + 3 * size].reshape(3, size))

    def members(self, group: int) -> list[str]:
        """Ids of a group's items, the most central one first."""
        rows = np.flatnonzero(self.group == group)
        central = self.central[group]
        return [str(self.ids[central]), *self.ids[rows[rows != central]].tolist()]

    def name_of(self, row: int) -> str:
        """The group of an item by its row."""
        return str(self.names[self.group[row]])


def summary(result: Mapping[str, Any]) -> str:
    """What came of a whole comparison, as `groups` returns it, in a few words."""
    found = msgspec.convert(result, GroupsResult)
    return f"{found.groups:,} groups by {len(found.curves)} methods"


def _answers(arrays: Mapping[str, NDArray], size: int) -> Answers | None:
    names = [f"{name}_{size}" for name in ("queries", "gallery", "nearest", "place")]
    return Answers(*(arrays[name] for name in names)) if all(name in arrays for name in names) else None
