"""The theorem of `core.groups.bound` on one set of data: its margin, pairs of groups of each size, and a search."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.groups.bound import Bounds, bounds
from core.groups.counterexample import Literal, Search, literal, search
from core.groups.margin import Margin, margin
from core.groups.retrieval import drawn, halves
from core.groups.sets import Sets
from core.progress import Bar, Report, silent
from core.results import Integers

Doubles = NDArray[np.float64]

PAIRS, MOST = 500, 8
"""Pairs of groups of a size, in all and of one class; at least one of each class that reaches the size."""
STEPS = 1_000


@dataclass(frozen=True)
class Quartiles:
    """Of the pairs, with both ends."""

    least: float
    lower: float
    median: float
    upper: float
    most: float

    @classmethod
    def of(cls, values: Doubles) -> "Quartiles":
        return cls(*np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist())


@dataclass(frozen=True)
class Searched:
    """The figures of a `Search`."""

    tried: int
    closest: float
    broken: int


@dataclass(frozen=True)
class BoundFigures:
    """margin: m. pairs, checked, broken: counts. slack: of the theorem's bound and of the sharper one, 1 is all.

    closest_in_data: the largest share of the bound that any groups of the items can reach.
    """

    margin: float
    holds: bool
    pairs: int
    checked: int
    broken: int
    slack: Quartiles
    slack_sharper: Quartiles
    closest_in_data: float
    search: Searched
    literal: Literal


@dataclass(frozen=True)
class Evidence:
    """P pairs of groups, each of one class and one size, against all groups of other classes of that size.

    size, of, other: (P,) int64, the size, the class, and the class of the group where the bound is the tightest.
    left, right, sharper: (P,) float64, as in `Bounds`. rows: (3 Σ size,) int64, of the vectors: pair after pair the
    items of G_1, of G_2 and of H. checked, broken: as in `Bounds`, over all sizes.
    """

    margin: Margin
    size: Integers
    of: Integers
    other: Integers
    left: Doubles
    right: Doubles
    sharper: Doubles
    rows: Integers
    checked: int
    broken: int
    search: Search
    literal: Literal

    @property
    def holds(self) -> bool:
        """Nowhere broken: in no pair, in no group that could be formed of the items, in no small configuration."""
        return self.broken == 0 and self.margin.closest <= 1 and self.search.broken == 0

    @property
    def slack(self) -> Doubles:
        """(P,) the share of the right side that is not used."""
        return _slack(self.left, self.right)

    def figures(self) -> BoundFigures:
        return BoundFigures(
            margin=self.margin.value,
            holds=self.holds,
            pairs=len(self.left),
            checked=self.checked,
            broken=self.broken,
            slack=Quartiles.of(self.slack),
            slack_sharper=Quartiles.of(_slack(self.left, self.sharper)),
            closest_in_data=self.margin.closest,
            search=Searched(self.search.tried, self.search.closest, self.search.broken),
            literal=self.literal,
        )

    def arrays(self) -> dict[str, NDArray]:
        """For a scatter, and the configuration that came closest in the search."""
        whole = {f"bound_{name}": getattr(self, name) for name in ("size", "of", "other", "rows")}
        sides = {f"bound_{name}": getattr(self, name).astype(np.float32) for name in ("left", "right", "sharper")}
        return whole | sides | {f"closest_{name}": getattr(self.search, name) for name in ("first", "second", "other")}


def evidence(sets: Sets, sizes: Sequence[int], seed: int = 0, report: Report = silent) -> Evidence:
    """sets: the classes; sizes: of the groups that are cut from their halves."""
    bar = Bar(report, (len(sizes) + 2) * STEPS)
    found = margin(sets, bar.part(0, STEPS, "the triplet margin"))
    parts = []
    for number, size in enumerate(sizes, 1):
        part = bar.part(number * STEPS, STEPS, f"the bound for groups of {size}")
        parts.append(_of_size(sets, size, found.value, np.random.default_rng([seed, size]), part))
    tried = search(seed, bar.part((len(sizes) + 1) * STEPS, STEPS))
    bar.step((len(sizes) + 2) * STEPS, "checked the bound")
    columns = {name: np.concatenate([part[name] for part, _ in parts]) for name in parts[0][0]}
    checked, broken = (sum(getattr(each, name) for _, each in parts) for name in ("checked", "broken"))
    return Evidence(margin=found, checked=checked, broken=broken, search=tried, literal=literal(), **columns)


def _of_size(
    sets: Sets, size: int, value: float, random: np.random.Generator, report: Report
) -> tuple[dict[str, NDArray], Bounds]:
    """Pairs of groups of one size, as `Evidence` has them, and their bounds.

    The n-th group of one half of a class is paired with the n-th of the other half.
    """
    most = int(np.clip(PAIRS // len(sets), 1, MOST))
    sides = drawn(halves(sets, np.arange(len(sets)), random), size, most)
    rows, classes = (np.concatenate([getattr(side, name) for side in sides]) for name in ("rows", "classes"))
    count = len(sides[0].rows)
    pairs = np.arange(2 * count).reshape(2, count).T
    found = bounds(Sets.equal(sets.vectors[rows]), classes, value, pairs, report)
    columns = {"size": np.full(count, size, dtype=np.int64), "of": classes[:count], "other": classes[found.other]}
    columns["rows"] = rows[np.column_stack([pairs, found.other])].ravel()
    return columns | {name: getattr(found, name) for name in ("left", "right", "sharper")}, found


def _slack(left: Doubles, right: Doubles) -> Doubles:
    return 1 - left / np.maximum(right, np.finfo(np.float32).tiny)
