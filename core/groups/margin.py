"""The triplet margin that an embedding meets: exact over all triplets, without looking at each.

Schroff, Kalenichenko and Philbin: FaceNet: a unified embedding for face recognition and clustering. CVPR 2015.

m = max over a of (its distance to the farthest of its class, less that to the nearest of another): N² distances instead
of N³ triplets, each pair of rows once, a block at a time. Blocks are float32 products, which choose the two others of
each row; their distances are then taken from the differences, as products are too coarse for close rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.groups.sets import Integers, Sets
from core.progress import Progress, Report, silent
from core.results import Floats

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
    farthest, nearest = _others(sets, report)
    far, near = (_apart(sets.vectors, each) for each in (farthest, nearest))
    able = sets.sizes[sets.group] > 1
    value = float((far - near)[able].max())
    bound = 2 * np.maximum(value, near[able])
    closest = np.divide(far[able], bound, out=np.ones_like(bound), where=bound > 0)
    return Margin(value, float(closest.max()), far.astype(np.float32), near.astype(np.float32))


class _Best:
    """The least value that each row has met, and in which column."""

    def __init__(self, count: int) -> None:
        self.value = np.full(count, np.inf, dtype=np.float32)
        self.column = np.arange(count)

    def meet(self, rows: slice, columns: slice, values: Floats) -> None:
        """values: (rows, columns)."""
        least = values.min(axis=1)
        better = np.flatnonzero(least < self.value[rows])
        self.value[rows][better] = least[better]
        self.column[rows][better] = columns.start + values[better].argmin(axis=1)


def _others(sets: Sets, report: Report) -> tuple[Integers, Integers]:
    """Of each row the farthest of its class, and the nearest of another: (N,) twice."""
    x, group = sets.vectors - sets.vectors.mean(axis=0), sets.group
    farthest, nearest = _Best(len(x)), _Best(len(x))
    half = np.square(x).sum(axis=1) / 2
    blocks = [slice(start, min(start + BLOCK, len(x))) for start in range(0, len(x), BLOCK)]
    done, total = 0, len(blocks) * (len(blocks) + 1) // 2
    for number, rows in enumerate(blocks):
        for columns in blocks[number:]:
            report(Progress(done, total, "measuring distances"))
            away = (-x[rows]) @ x[columns].T
            away += half[columns]
            away += half[rows, None]
            _meet(farthest, nearest, rows, columns, away, group)
            done += 1
    return farthest.column, nearest.column


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


def _apart(x: Floats, others: Integers) -> Doubles:
    """Each row's distance to another, from their differences: (N,)."""
    made = np.empty(len(x))
    for start in range(0, len(x), BLOCK):
        here = slice(start, start + BLOCK)
        made[here] = np.sqrt(np.square(x[here].astype(np.float64) - x[others[here]]).sum(axis=1))
    return made
