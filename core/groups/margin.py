"""The triplet margin that an embedding meets: exact over all triplets, without looking at each.

Schroff, Kalenichenko and Philbin: FaceNet: a unified embedding for face recognition and clustering. CVPR 2015.

m = max over a of (its distance to the farthest of its class, less that to the nearest of another): N² distances instead
of N³ triplets, each pair of rows once, a block at a time. Blocks are float32 products, which leave few others of each
row in question: those within the products' rounding of the best. Float64 decides among them, and distances are taken
from the differences, as products are too coarse for close rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.groups.sets import Sets
from core.progress import Progress, Report, silent
from core.results import Booleans, Floats, Integers

Doubles = NDArray[np.float64]

BLOCK = 4_096
"""Rows and columns of distances that are held at once."""


@dataclass(frozen=True)
class Margin:
    """What an embedding with classes meets. value: m. closest: the largest share of the theorem's bound (see
    `core.groups.bound`) that groups of the data can reach.

    farthest: (N,) float32, each item's distance to the farthest of its class; nearest: to the nearest of another.
    """

    value: float
    closest: float
    farthest: Floats
    nearest: Floats


def margin(sets: Sets, report: Report = silent) -> Margin:
    """sets: the classes. Raises `BadInput` for fewer than two of them, and where none holds two items."""
    if len(sets) < 2 or sets.sizes.max() < 2:
        raise BadInput(
            f"{len(sets)} groups with at most {sets.sizes.max()} items make no triplets: choose other groups"
        )
    far, near = _distances(sets, report)
    able = sets.sizes[sets.group] > 1
    value = float((far - near)[able].max())
    bound = 2 * np.maximum(value, near[able])
    closest = np.divide(far[able], bound, out=np.ones_like(bound), where=bound > 0)
    return Margin(value, float(closest.max()), far.astype(np.float32), near.astype(np.float32))


class _Best:
    """How far the nearest (sign 1) or the farthest (sign -1) other of each row is, of those that it has met.

    half: (N,) float64, the least of sign · distance² / 2.
    """

    def __init__(self, x: Floats, sign: int) -> None:
        self.x, self.sign = x, sign
        self.half = np.full(len(x), np.inf)
        self.mean = x.mean(axis=0, dtype=np.float64)
        lengths = np.linalg.norm(x - self.mean.astype(np.float32), axis=1).astype(np.float64)
        self.rounding = (x.shape[1] + 4) * np.finfo(np.float32).eps * np.square(lengths + lengths.max()) / 2

    @property
    def distances(self) -> Doubles:
        return np.sqrt(2 * self.sign * self.half)

    def meet(self, rows: slice, columns: slice, values: Floats) -> None:
        """values: (rows, columns), sign · distance² / 2 by float32 products; infinite for what is not asked about."""
        least = values.min(axis=1)
        limit = np.minimum(least, self.half[rows]) + self.rounding[rows]
        asked = np.flatnonzero(np.isfinite(least) & (least <= limit))
        close = values[asked] <= limit[asked, None].astype(np.float32)
        self._decide(asked + rows.start, columns, close)

    def _decide(self, rows: Integers, columns: slice, close: Booleans) -> None:
        """Of the close ones of each row, (R, columns), the best."""
        chosen = close.argmax(axis=1)
        tied = np.flatnonzero(np.count_nonzero(close, axis=1) > 1)
        if len(tied):
            exact = self.sign * _halves(self.x[rows[tied]] - self.mean, self.x[columns] - self.mean)
            chosen[tied] = np.where(close[tied], exact, np.inf).argmin(axis=1)
        apart = self.x[rows].astype(np.float64) - self.x[chosen + columns.start]
        self.half[rows] = np.minimum(self.half[rows], self.sign * np.square(apart).sum(axis=1) / 2)


def _distances(sets: Sets, report: Report) -> tuple[Doubles, Doubles]:
    """Of each row to the farthest of its class, and to the nearest of another: (N,) twice."""
    farthest, nearest = _Best(sets.vectors, -1), _Best(sets.vectors, 1)
    x = sets.vectors - nearest.mean.astype(np.float32)
    blocks = [slice(start, min(start + BLOCK, len(x))) for start in range(0, len(x), BLOCK)]
    done, total = 0, len(blocks) * (len(blocks) + 1) // 2
    for number, rows in enumerate(blocks):
        for columns in blocks[number:]:
            report(Progress(done, total, "measuring distances"))
            _meet(farthest, nearest, rows, columns, _halves(x[rows], x[columns]), sets.group)
            done += 1
    return farthest.distances, nearest.distances


def _halves(x: NDArray, y: NDArray) -> NDArray:
    """|x - y|² / 2 of all pairs, by products in the arrays' precision: (R, D), (C, D) → (R, C)."""
    found = (-x) @ y.T
    found += np.square(y).sum(axis=1) / 2
    found += np.square(x).sum(axis=1)[:, None] / 2
    return found


def _meet(farthest: _Best, nearest: _Best, rows: slice, columns: slice, away: Floats, group: Integers) -> None:
    """Both ways: each pair of rows is met once. Classes lie together, so most blocks hold no class in both."""
    both = [(rows, columns, away)] if rows == columns else [(rows, columns, away), (columns, rows, away.T)]
    if group[columns.start] <= group[rows.stop - 1]:
        own = group[rows, None] == group[columns]
        inside = np.where(own, -away, np.inf)
        for here, there, _ in both:
            farthest.meet(here, there, inside if here is rows else inside.T)
        away[own] = np.inf
    for here, there, values in both:
        nearest.meet(here, there, values)
