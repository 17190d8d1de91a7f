"""Median: the point with the least sum of distances to the items, which a few odd ones cannot move far.

Weiszfeld: Sur le point pour lequel la somme des distances de n points donnés est minimum. Tohoku Mathematical Journal,
1937. Vardi and Zhang: The multivariate L1-median and associated data depth. PNAS, 2000.

    f(G) = argmin_y Σ |y - x|

The geometric median, not that of each coordinate: the coordinates of an embedding mean nothing by themselves, and this
one turns with the space as distances and cosines do. Up to half of the items may lie anywhere before it breaks down.
Of one or two items it is their mean: of two, every point between them has the same sum.

The steps are Weiszfeld's with the distances bounded from below by a small share of the group's spread, so that a step
that lands on an item is defined; the point found is the exact minimum up to that share.
"""

from dataclasses import dataclass

import numpy as np

from core.groups.sets import GroupEmbedder, Sets, check
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.results import Floats

NEAREST = 1e-3
"""Share of the mean distance below which a distance is not let fall."""
SETTLED = 1e-5
"""Of the same: the longest step after which nothing more is done."""


@dataclass(frozen=True)
class Params:
    max_iter: int = param(100, "most steps towards the median", minimum=1, maximum=10_000)


@dataclass(frozen=True)
class Median(GroupEmbedder):
    """(G, n, D) → (G, D)."""

    iterations: int

    def embed(self, x: Floats) -> Floats:
        return x.mean(axis=1) if x.shape[1] <= 2 else geometric_median(x, self.iterations)


def geometric_median(x: Floats, iterations: int) -> Floats:
    """(G, n, D) float32 → (G, D) float32; groups that have settled are left alone."""
    points = x.mean(axis=1)
    spread = _distances(x, points).mean(axis=1)
    moving = np.flatnonzero(spread > 0)
    for _ in range(iterations):
        if not len(moving):
            break
        some = x[moving] if len(moving) < len(x) else x
        weights = 1 / np.maximum(_distances(some, points[moving]), NEAREST * spread[moving, None])
        weights /= weights.sum(axis=1, keepdims=True)
        nearer = np.einsum("gn,gnd->gd", weights, some)
        steps = np.linalg.norm(nearer - points[moving], axis=1)
        points[moving] = nearer
        moving = moving[steps > SETTLED * spread[moving]]
    return points


def _distances(x: Floats, points: Floats) -> Floats:
    """Of each group's items to its point: (G, n)."""
    return np.linalg.norm(x - points[:, None], axis=2)


def fit(sets: Sets, params: Params, report: Report = silent) -> Median:
    """sets: G ≥ 2 groups of D dimensions → a `Median`; nothing is learned."""
    check(sets)
    report(Progress(1, 1, "nothing to learn"))
    return Median(params.max_iter)


METHOD = Method("median", "Geometric median", Params, fit)
