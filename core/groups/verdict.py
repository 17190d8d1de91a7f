"""The question that learned embeddings have to answer: do they find more than the plain mean where groups are small?

Benjamini and Hochberg: Controlling the false discovery rate. JRSS B, 1995. Every learned method is tested at every
small size, so the p of the paired tests (`core.groups.significance`) are corrected for there being so many of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.groups.figures import AgainstMean
from core.groups.significance import LEVEL, Difference
from core.methods import discover
from core.semantics.correlation import adjusted

FEWEST, MOST = 2, 8
"""Sizes of groups that the question is about: of one item there is nothing to pool, of many the mean finds all."""
MEASURES = ("top1", "map")

Against = Mapping[str, Sequence[AgainstMean]]
"""By method, a row a size."""


@dataclass(frozen=True)
class Answer:
    """One size by one measure.

    best: the learned method with the largest difference from the mean; low, high: its 95 % interval; p, and q, which is
    p corrected; None where one split is all. better: the learned methods that beat the mean by q, the largest first.
    """

    size: int
    best: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    better: tuple[str, ...]


def learned() -> list[str]:
    """The methods that learn from the training groups: those of which chance, and so the seed, changes something."""
    return [name for name, method in discover("core.groups").items() if method.seeded]


def verdict(against: Against, measure: str) -> list[Answer]:
    """An answer for each small size that was asked about; none where no learned method was compared.

    measure: "top1" or "map".
    """
    names = [name for name in learned() if name in against]
    sizes = [row.size for row in against[names[0]] if FEWEST <= row.size <= MOST] if names else []
    asked = {name: {row.size: row.by(measure) for row in against[name]} for name in names}
    q = _corrected([[asked[name][size].p for name in names] for size in sizes])
    return [_answer(size, {name: asked[name][size] for name in names}, q[row]) for row, size in enumerate(sizes)]


def _corrected(p: list[list[float | None]]) -> list[list[float | None]]:
    known = np.array([[np.nan if each is None else each for each in row] for row in p], dtype=np.float64)
    found = adjusted(known.ravel(), "bh").reshape(known.shape)
    return [[None if np.isnan(each) else float(each) for each in row] for row in found]


def _answer(size: int, tested: Mapping[str, Difference], q: Sequence[float | None]) -> Answer:
    corrected = dict(zip(tested, q, strict=True))
    order = sorted(tested, key=lambda name: -tested[name].difference)
    best = tested[order[0]]
    better = tuple(name for name in order if tested[name].difference > 0 and _sure(corrected[name]))
    return Answer(size, order[0], best.difference, best.low, best.high, best.p, corrected[order[0]], better)


def _sure(q: float | None) -> bool:
    return q is not None and q < LEVEL
