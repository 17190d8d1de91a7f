r"""The theorem of the triplet margin, checked on data: how far apart two groups of one class can be.

Schroff, Kalenichenko and Philbin: FaceNet: a unified embedding for face recognition and clustering. CVPR 2015 (the
triplet loss). The theorem is that of "Learning representations of groups of data points" (2023), which this project
began with.

**As it was written.** Let $\|f(x_a) - f(x_p)\| - \|f(x_a) - f(x_n)\| \le m$ for every item $x_a$, positive $x_p$ and
negative $x_n$. For groups $G_1, G_2$ of class $k_1$ and $H$ of class $k_2$, each embedded as its mean,
$f(G_1) - f(G_2) \le 2 \max\{m, \max_{s_1 \in G_1, s_2 \in H} \|s_1 - s_2\|\}$.

**What has to be mended.** The left side is a vector: its norm is meant. $s$ must be the items' embeddings: with the
items themselves the statement is false, as $f(x) = 10 x$ on the line shows (`core.groups.counterexample.literal`).
$k_1 \ne k_2$ is needed. Nothing else is: every finite set meets some $m$, of either sign, so $f$ need not be optimal;
the triplet loss with margin $\alpha$ is zero just where $m \le -\alpha$.

**Corrected.** With $m$ the largest $\|a - p\| - \|a - n\|$ of the triplets and $D = \max_{a \in G_1, n \in H}
\|a - n\|$, all of embeddings, and $k_1 \ne k_2$:
$\|f(G_1) - f(G_2)\| \le m + \frac{1}{|G_1|} \sum_{a \in G_1} \min_{n \in H} \|a - n\| \le m + D \le 2 \max\{m, D\}$.

**Proof.** $f(G_1) - f(G_2)$ is the mean of $a - p$ over all $a \in G_1, p \in G_2$, so its norm is at most the mean of
$\|a - p\|$. Groups of one class share no item, so $(a, p, n)$ is a triplet for every $n \in H$, and
$\|a - p\| \le m + \|a - n\|$. Take the nearest $n$ and average: the first inequality. The second replaces each
minimum by the largest distance; the third holds as $u + v \le 2 \max\{u, v\}$. On the line, $a = 0, p = 2, n = 1$ has
$m = 1$ and $D = 1$, and both sides are 2: the constant cannot be smaller. With $m < 0$ the middle bound is $D - |m|$,
less than half of the last.

**No choice of groups comes closer** to the bound than one item each: the left side is at most the largest
$\|a - p\|$ of a pair, and $D \ge \|a - n\|$ for its own $a$. So the largest share of the bound that any groups of the
data can reach is $\max_a \|a - p_a\| / 2 \max\{m, \|a - n_a\|\}$, with $p_a$ the farthest item of its class and $n_a$
the nearest of another (`core.groups.margin`): 1 or less where the theorem holds for every group that could be formed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.groups.sets import Sets
from core.progress import Progress, Report, silent
from core.results import Integers

Doubles = NDArray[np.float64]

CELLS = 20_000_000
"""Distances that are held at once."""
TOLERANCE = 1e-6
"""By how much, of the left side and at least of one, rounding may err before a bound counts as broken."""


@dataclass(frozen=True)
class Bounds:
    """Both sides for P pairs of groups of one class, each against the group H where the bound is the tightest.

    left: |f(G_1) - f(G_2)|. right: 2 max{m, D}, of either order of the pair the smaller. sharper: m + the mean distance
    to the nearest of H, at its own tightest H. All (P,) float64. other: (P,) int64, H of the right side.
    checked: how many (G_1, G_2, H) there were, either order. broken: how many of them had a left side above the right
    one or the sharper one, by more than rounding errs.
    """

    left: Doubles
    right: Doubles
    sharper: Doubles
    other: Integers
    checked: int
    broken: int


def bounds(groups: Sets, classes: Integers, value: float, pairs: Integers, report: Report = silent) -> Bounds:
    """Both sides for every pair, in either order, against every group of another class.

    groups: G_jk, of few items each; classes: (G,) the class of each; value: m; pairs: (P, 2) groups of one class.
    """
    means = np.add.reduceat(groups.vectors, groups.starts, axis=0, dtype=np.float64) / groups.sizes[:, None]
    left = np.sqrt(np.square(means[pairs[:, 0]] - means[pairs[:, 1]]).sum(axis=1))
    ordered = np.concatenate([pairs[:, 0], pairs[:, 1]])
    step = max(1, CELLS // 2 // (len(groups.vectors) * int(groups.sizes.max())))
    parts = []
    for start in range(0, len(ordered), step):
        report(Progress(start, len(ordered), "comparing groups"))
        here = slice(start, start + step)
        parts.append(_sides(groups, classes, value, ordered[here], np.tile(left, 2)[here]))
    return _tightest(left, [np.concatenate(each) for each in zip(*parts, strict=True)])


def _sides(groups: Sets, classes: Integers, value: float, first: Integers, left: Doubles) -> tuple[NDArray, ...]:
    """Of G_1, over all H: the smallest right side, its H, the smallest sharper side, how many H, how many break it."""
    widest, nearest = _between(groups.take(first), groups)
    apart = classes[first][:, None] != classes
    right = np.where(apart, 2 * np.maximum(value, widest), np.inf)
    sharper = np.where(apart, value + nearest, np.inf)
    over = left[:, None] > np.minimum(right, sharper) + TOLERANCE * np.maximum(left[:, None], 1)
    return right.min(axis=1), right.argmin(axis=1), sharper.min(axis=1), apart.sum(axis=1), over.sum(axis=1)


def _tightest(left: Doubles, sides: Sequence[NDArray]) -> Bounds:
    """Of the two orders of a pair, the smaller sides."""
    right, other, sharper, checked, broken = (each.reshape(2, len(left)) for each in sides)
    order, pair = right.argmin(axis=0), np.arange(len(left))
    counts = {"checked": int(checked.sum()), "broken": int(broken.sum())}
    return Bounds(left, right[order, pair], sharper.min(axis=0), other[order, pair], **counts)


def _between(some: Sets, groups: Sets) -> tuple[Doubles, Doubles]:
    """From each of some groups to every group: the largest distance of two items, and the mean over its own items of
    the distance to the nearest: (A, G) twice."""
    away = _away(some.vectors.astype(np.float64), groups.vectors.astype(np.float64))
    widest = np.maximum.reduceat(np.maximum.reduceat(away, groups.starts, axis=1), some.starts, axis=0)
    nearest = np.add.reduceat(np.minimum.reduceat(away, groups.starts, axis=1), some.starts, axis=0)
    return widest, nearest / some.sizes[:, None]


def _away(some: Doubles, every: Doubles) -> Doubles:
    """Distances by products: (A, D), (N, D) → (A, N)."""
    away = some @ every.T
    away *= -2
    away += np.square(every).sum(axis=1)
    away += np.square(some).sum(axis=1)[:, None]
    return np.sqrt(np.maximum(away, 0, out=away), out=away)
