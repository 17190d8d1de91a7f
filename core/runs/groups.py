"""A method's comparison of groups: how well halves find each other, the groups beside each other, and the bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.groups.compare import Support
from core.groups.evidence import BoundFigures
from core.groups.figures import AgainstMean, Point
from core.groups.significance import Difference
from core.groups.verdict import Answer
from core.results import Floats, Integers, Strings
from core.runs.record import Chosen, ComparisonResult, Record, by_number

Doubles = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Compared(Chosen):
    """What all methods of one comparison share.

    comparison: the same where the same groups were compared alike. by: what groups are by, in a word or two.
    groups_of_one, without_group: groups and items that took no part. training, testing: groups of each split. asked:
    one a size; sizes_left_out: those that too few groups reach.
    """

    comparison: str = ""
    groups: int
    by: str
    groups_of_one: int = 0
    without_group: int = 0
    splits: int
    training: int
    testing: int
    asked: Sequence[Support]
    sizes_left_out: Sequence[int] | None = None
    bound: BoundFigures


@dataclass(frozen=True, kw_only=True)
class GroupsFigures(Compared):
    """curve, against_mean: one a size; the mean itself lacks the latter. fits: what each split's fit says of itself."""

    curve: Sequence[Point]
    against_mean: Sequence[AgainstMean] | None = None
    fits: Sequence[Mapping[str, float]] = ()


@dataclass(frozen=True, kw_only=True)
class GroupsResult(Compared, ComparisonResult):
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

    def readable(self) -> dict[str, Any]:
        """As records for a table: a row a method and size, and the rest as figures."""
        bound, plain = self.bound, self.to_dict("comparison", "curves", "against_mean", "verdict", "seconds", "runs")
        rest = {name: value for name, value in plain.items() if name not in ("bound", "asked")}
        figures = {
            "triplet margin m": bound.margin,
            "bound holds": bound.holds,
            "slack, least and median": f"{bound.slack.least:.3f}, {bound.slack.median:.3f}",
            "learned beat the mean": "; ".join(_answered(name, rows) for name, rows in self.verdict.items() if rows),
        }
        against = {name: {each.size: each for each in rows} for name, rows in self.against_mean.items()}
        rows = [
            _row(name, point, against.get(name, {}).get(point.size))
            for name, curve in self.curves.items()
            for point in curve
        ]
        return {**rest, **figures, "asked": plain["asked"], "curves, less the mean with p of a paired test": rows}


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
    answers: Mapping[int, Answers] = by_number(Answers)

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


def _row(method: str, point: Point, against: AgainstMean | None) -> dict[str, Any]:
    return {
        "method": method,
        "size": point.size,
        "top1": f"{point.top1.mean:.3f} ± {point.top1.sd:.2g}",
        "top1 - mean": _signed(against.top1) if against else "–",
        "map": f"{point.map.mean:.3f} ± {point.map.sd:.2g}",
        "map - mean": _signed(against.map) if against else "–",
    }


def _answered(measure: str, rows: Sequence[Answer]) -> str:
    """`map at 2, 4, not at 8`."""
    sizes = {won: ", ".join(str(row.size) for row in rows if bool(row.better) == won) for won in (True, False)}
    parts = [f"at {sizes[True]}"] * bool(sizes[True]) + [f"not at {sizes[False]}"] * bool(sizes[False])
    return f"{measure} {', '.join(parts)}"


def _signed(found: Difference) -> str:
    return f"{found.difference:+.4f}" if found.p is None else f"{found.difference:+.4f} (p {found.p:.2g})"
