r"""A search for groups that break the bound of `core.groups.bound`: none may exist, and how close one comes.

Rastrigin: The convergence of the random search method in the extremal control of a many parameter system. Automation
and Remote Control, 1963 (climbing by random steps).

Small configurations are drawn at random: groups $G_1, G_2$ of one class and $H$ of another, of one to three points
each, in up to three dimensions. For each, $m$ is the smallest number that its triplets meet, which leaves the bound as
little as it can have. The best of each shape are then moved at random in ever smaller steps, always uphill on the share
left / right that the left side is of the right one. A share above 1 would be a counter-example. The search ends at 1,
which the points 0, 2 and 1 on the line reach: the bound is tight and holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, Report, silent

Doubles = NDArray[np.float64]

Shape = tuple[int, int, int, int]

SHAPES: list[Shape] = [(d, *counts) for d in (1, 2, 3) for counts in [*product((1, 2), (1, 2), (1, 2)), (3, 3, 3)]]
"""Dimensions, and how many points G_1, G_2 and H have."""
DRAWN = 2_000
"""Configurations of each shape."""
CLIMBERS, CLIMBS = 20, 150
"""The best of each shape, and how often they are moved."""
ROUNDING = 1e-9


@dataclass(frozen=True)
class Search:
    """tried: configurations, drawn and moved. closest: the largest share left / right. broken: how many were above 1.

    first, second, other: (n, d), the points of G_1, G_2 and H that came closest.
    """

    tried: int
    closest: float
    broken: int
    first: Doubles
    second: Doubles
    other: Doubles


@dataclass(frozen=True)
class Literal:
    """The statement read literally, with distances of the items and not of their embeddings, on one case.

    items: a, p and n on the line; scale c: f(x) = c x; left: |f(a) - f(p)|; right: 2 max{m, |a - n|}; holds:
    the left is at most the right.
    """

    items: Sequence[float]
    scale: float
    margin: float
    left: float
    right: float
    holds: bool


def search(seed: int = 0, report: Report = silent) -> Search:
    """Random configurations of every shape, and climbs from the best of them."""
    best = Search(0, -1.0, 0, *(np.zeros((0, 0)) for _ in range(3)))
    for number, shape in enumerate(SHAPES):
        report(Progress(number, len(SHAPES), "looking for a counter-example"))
        best = _better(best, _searched(shape, np.random.default_rng([seed, number])), shape)
    return best


def literal(scale: float = 10.0) -> Literal:
    """With f(x) = c x the distances of embeddings grow, those of items do not; here a = 0, p = 1, n = 3, and m = -c."""
    items = (0.0, 1.0, 3.0)
    a, p, n = (scale * each for each in items)
    margin = max(abs(a - p) - abs(a - n), abs(p - a) - abs(p - n))
    left, right = abs(a - p), 2 * max(margin, abs(items[0] - items[2]))
    return Literal(items, scale, margin, left, right, left <= right)


def shares(points: Doubles, shape: Shape) -> Doubles:
    """left / right of configurations (B, points, d), the points of G_1 first, then G_2, then H: (B,)."""
    _, first, second, _ = shape
    left = np.linalg.norm(points[:, :first].mean(1) - points[:, first : first + second].mean(1), axis=1)
    away = np.linalg.norm(points[:, :, None] - points[:, None], axis=3)
    margin, widest = margins(away, first + second), away[:, :first, first + second :].max(axis=(1, 2))
    right = 2 * np.maximum(margin, widest)
    return np.divide(left, right, out=np.zeros_like(left), where=right > 0)


def margins(away: Doubles, own: int) -> Doubles:
    """m of configurations by their distances (B, points, points): the first `own` are of one class. (B,).

    The points of H are a class, too, whose triplets count where it has two or more.
    """
    found = [_largest(away[:, :own, :own], away[:, :own, own:])]
    if away.shape[1] - own > 1:
        found.append(_largest(away[:, own:, own:], away[:, own:, :own]))
    return np.max(found, axis=0)


def _largest(positives: Doubles, negatives: Doubles) -> Doubles:
    return (positives.max(axis=2) - negatives.min(axis=2)).max(axis=1)


def _searched(shape: Shape, random: np.random.Generator) -> tuple[Doubles, Doubles]:
    """Points and shares of everything that was tried."""
    dimensions, *counts = shape
    points = random.normal(size=(DRAWN, sum(counts), dimensions))
    points[:, -counts[2] :] *= random.lognormal(size=(DRAWN, 1, 1))
    found = shares(points, shape)
    order = np.argsort(-found)[:CLIMBERS]
    climbing, height = points[order], found[order]
    tops = [found]
    for climb in range(CLIMBS):
        length = 0.5 ** (1 + 16 * climb / CLIMBS)
        moved = climbing + length * random.normal(size=climbing.shape)
        reached = shares(moved, shape)
        tops.append(reached)
        better = reached > height
        climbing[better], height[better] = moved[better], reached[better]
    return climbing[height.argmax()], np.concatenate(tops)


def _better(best: Search, found: tuple[Doubles, Doubles], shape: Shape) -> Search:
    points, reached = found
    _, first, second, _ = shape
    tried, broken = best.tried + len(reached), best.broken + int((reached > 1 + ROUNDING).sum())
    if reached.max() <= best.closest:
        return Search(tried, best.closest, broken, best.first, best.second, best.other)
    parts = np.split(points, [first, first + second])
    return Search(tried, float(reached.max()), broken, *parts)
