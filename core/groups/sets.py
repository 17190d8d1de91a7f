"""Groups of items, and what a method makes of them: a vector a group, compared by Euclidean distance.

Every method here ends in vectors. Where a group is compared by its cosine, its vector is of unit norm; the
2-Wasserstein distance of Gaussians is Euclidean in means and standard deviations (`core.groups.gaussian`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.progress import Progress, Report, silent
from core.results import Floats, Integers, check_matrix

Doubles = NDArray[np.float64]

LEAST_GROUPS = 2
AT_ONCE = 8_192
"""Items that are embedded, and groups whose distances are made, in one piece."""


@dataclass(frozen=True)
class Sets:
    """Items in G groups, group after group.

    vectors: (N, D) float32, finite. sizes: (G,) int64, items of each group, at least 1, N in all.
    """

    vectors: Floats
    sizes: Integers

    def __post_init__(self) -> None:
        check_matrix("vectors", self.vectors)
        sizes = self.sizes
        if sizes.ndim != 1 or sizes.dtype != np.int64 or (sizes < 1).any() or sizes.sum() != len(self.vectors):
            shape = f"sizes: {sizes.dtype} of shape {sizes.shape}"
            raise BadInput(f"{shape}, but (G,) int64 from 1 up with a sum of {len(self.vectors)} is needed")

    @classmethod
    def of(cls, vectors: Floats, group: Integers) -> "Sets":
        """From rows in any order; group: (N,) the number of each row's group, 0 … G - 1 without a gap."""
        order = np.argsort(group, kind="stable")
        return cls(vectors[order], np.bincount(group).astype(np.int64))

    @classmethod
    def equal(cls, blocks: Floats) -> "Sets":
        """Groups of one size: (G, n, D)."""
        groups, size, dimensions = blocks.shape
        return cls(blocks.reshape(groups * size, dimensions), np.full(groups, size, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def dimensions(self) -> int:
        return self.vectors.shape[1]

    @cached_property
    def starts(self) -> Integers:
        """(G,) int64, where each group begins."""
        return np.cumsum(self.sizes) - self.sizes

    @property
    def group(self) -> Integers:
        """(N,) int64, the number of each row's group."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def rows(self, group: int) -> Integers:
        """Where a group's items lie among the vectors."""
        return np.arange(self.starts[group], self.starts[group] + self.sizes[group])

    def take(self, groups: Integers | Sequence[int]) -> "Sets":
        """Some of the groups, in that order."""
        rows = np.concatenate([self.rows(group) for group in groups])
        return Sets(self.vectors[rows], self.sizes[np.asarray(groups, dtype=np.int64)])

    def blocks(self) -> Iterator[tuple[Integers, Floats]]:
        """Groups of like size together, not too many at once: their numbers (B,), their items (B, n, D)."""
        for size in np.unique(self.sizes):
            groups = np.flatnonzero(self.sizes == size)
            step = max(1, AT_ONCE // int(size))
            for some in (groups[start : start + step] for start in range(0, len(groups), step)):
                yield some, self.vectors[self.starts[some][:, None] + np.arange(size)]


@dataclass(frozen=True, kw_only=True)
class GroupEmbedder:
    """A fitted method: any set of items → one vector, the same in whatever order the items come.

    metrics: figures of the fit. history: how they went while it learned. partial: stopped before its end.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    partial: bool = False

    def embed(self, x: Floats) -> Floats:
        """Groups of one size: (G, n, D) float32 → (G, E) float32."""
        raise NotImplementedError

    def __call__(self, sets: Sets, report: Report = silent) -> Floats:
        """(G, E) float32; a large group is one piece, so that memory is that of the largest group."""
        made: Floats | None = None
        for groups, block in sets.blocks():
            report(Progress(int(groups[0]), None, "embedding groups"))
            vectors = self.embed(block)
            if made is None:
                made = np.empty((len(sets), vectors.shape[1]), dtype=np.float32)
            made[groups] = vectors
        return np.empty((0, 0), dtype=np.float32) if made is None else made


def distances(a: Floats, b: Floats) -> Floats:
    """Euclidean distances between group embeddings, (A, E) and (B, E) → (A, B) float32; by float64 products."""
    left, right = a.astype(np.float64), b.astype(np.float64)
    squares = left @ right.T
    squares *= -2
    squares += np.square(left).sum(axis=1)[:, None]
    squares += np.square(right).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0, out=squares), out=squares).astype(np.float32)


def unit(x: Floats) -> Floats:
    """Vectors along the last axis divided by their norms; zeros stay zeros."""
    norms = np.linalg.norm(x, axis=-1, keepdims=True)
    return (x / np.where(norms > 0, norms, 1)).astype(np.float32, copy=False)


def check(sets: Sets) -> None:
    """Raises `BadInput` for fewer than two groups, where none holds two items, and for rows of zero dimensions."""
    if sets.dimensions == 0:
        raise BadInput(f"vectors have shape {sets.vectors.shape}: at least one dimension is needed")
    if len(sets) < LEAST_GROUPS:
        raise BadInput(f"{len(sets)} group is fewer than {LEAST_GROUPS}: group the items by another column")
    if sets.sizes.max() < 2:
        raise BadInput(f"each of the {len(sets):,} groups holds one item: group the items by another column")


def several(sets: Sets) -> Sets:
    """The groups of two items or more: one item alone says nothing of how a group varies, and cannot be halved."""
    return sets if sets.sizes.min() > 1 else sets.take(np.flatnonzero(sets.sizes > 1))


def group_means(sets: Sets) -> Doubles:
    """(G, D)."""
    return np.add.reduceat(sets.vectors, sets.starts, axis=0, dtype=np.float64) / sets.sizes[:, None]


def within_covariance(sets: Sets) -> Doubles:
    """The pooled covariance about the groups' means: (D, D), unbiased; zero where every group holds one item."""
    means, group = group_means(sets), sets.group
    total = np.zeros((sets.dimensions, sets.dimensions))
    for start in range(0, len(group), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        away = sets.vectors[here] - means[group[here]]
        total += away.T @ away
    return total / max(len(group) - len(sets), 1)
