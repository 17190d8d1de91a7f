"""DBSCAN: items with enough neighbours within a radius, and what they reach; K is found, stray items are noise.

Ester, Kriegel, Sander and Xu: A density-based algorithm for discovering clusters in large spatial databases with
noise. KDD, 1996.
Schubert, Sander, Ester, Kriegel and Xu: DBSCAN revisited, revisited. ACM TODS, 2017 (choice of the two parameters).
Satopää, Albrecht, Irwin and Raghavan: Finding a "kneedle" in a haystack. ICDCS Workshops, 2011 (the knee).

Without `eps` the radius is where the sorted distances to the min_samples-th neighbour begin to shoot up: the point of
that curve that is farthest from the line between its ends. No labels are asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.checks import all_alike, check_rows, renumbered
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

LIBRARIES = ("scipy.sparse.csgraph", "sklearn.neighbors")
MOST_NEIGHBOURS = 20
ROUNDING = 1e-6
"""Of the longest row: nearer than that items are the same, for the arithmetic of distances rounds."""
MEASURING = "measuring densities"
MOST_PENDING = 500_000
CELLS = 10_000_000
"""Pairs of items looked at together: what a batch needs of memory at worst, where everything is near everything."""


@dataclass(frozen=True)
class Params:
    eps: float = param(0.0, "radius of a neighbourhood; 0: the knee of the distances", minimum=0, maximum=1e9)
    min_samples: int = param(0, "items that make a place dense; 0: twice the dimensions, at most 20", minimum=0)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32, N ≥ 2 → a `Clustering`; metrics: the eps and min_samples used.

    confidence: 1 for items in dense places, below for items at a cluster's border (their share of min_samples).
    Neighbourhoods are walked in batches and never held all at once. Stopped, it raises `Cancelled`: half of the
    links are no clusters.
    """
    check_rows(x)
    samples = min(params.min_samples or usual_neighbours(x), len(x))
    if all_alike(x):
        return _one_cluster(len(x), samples, report)
    search = _Search(x, samples, Bar(report, 2 * len(x)))
    distances = search.distances()
    eps = params.eps or max(knee(distances), ROUNDING * float(np.linalg.norm(x, axis=1).max()))
    links = _Links(distances <= eps)
    for batch in search.within(eps):
        links.add(batch)
    search.bar.step(2 * len(x), "neighbourhoods joined")
    labels = links.clusters()
    confidence = np.minimum(links.sizes / samples, 1).astype(np.float32) * (labels >= 0)
    return Clustering(labels, confidence, {"eps": float(eps), "min_samples": float(samples)})


def usual_neighbours(x: Floats) -> int:
    """Twice the dimensions (Sander et al. 1998), at least 4, at most 20, and at most a tenth of the items."""
    return int(max(2, min(max(4, 2 * x.shape[1]), MOST_NEIGHBOURS, len(x) // 10)))


def knee(distances: NDArray[np.floating]) -> float:
    """The distance at the knee of the sorted curve; of a flat curve the last one."""
    curve = np.sort(distances).astype(np.float64)
    rise = curve[-1] - curve[0]
    below = np.linspace(0, 1, len(curve)) - (curve - curve[0]) / (rise or 1)
    return float(curve[int(below.argmax())])


@dataclass(frozen=True)
class _Pairs:
    """Rows near each other: `rows[i]` has `others[i]` within the radius, at `distances[i]`; each is near itself."""

    rows: NDArray[np.int64]
    others: NDArray[np.int64]
    distances: NDArray[np.floating]

    def where(self, chosen: NDArray[np.bool_]) -> "_Pairs":
        return _Pairs(self.rows[chosen], self.others[chosen], self.distances[chosen])


class _Search:
    """Neighbours by scikit-learn: a k-d tree in few dimensions, all distances in many; a batch at a time."""

    def __init__(self, x: Floats, samples: int, bar: Bar) -> None:
        from sklearn.neighbors import NearestNeighbors

        self.x, self.bar = x, bar
        self.batch = max(64, CELLS // len(x))
        self.bar.step(0, MEASURING)
        self.index: Any = NearestNeighbors(n_neighbors=samples, n_jobs=-1).fit(x)

    def distances(self) -> NDArray[np.floating]:
        """From each row to the `samples`-th of its neighbours, itself the first: (N,)."""
        return np.concatenate([self._farthest(start) for start in range(0, len(self.x), self.batch)])

    def _farthest(self, start: int) -> NDArray[np.floating]:
        self.bar.step(start, MEASURING)
        return self.index.kneighbors(self.x[start : start + self.batch])[0][:, -1]

    def within(self, eps: float) -> Iterator[_Pairs]:
        """Every pair within eps, in both orders, a batch of rows at a time."""
        for start in range(0, len(self.x), self.batch):
            self.bar.step(len(self.x) + start, "joining neighbourhoods", {"eps": eps})
            distances, others = self.index.radius_neighbors(self.x[start : start + self.batch], eps)
            rows = np.repeat(np.arange(start, start + len(others)), [len(each) for each in others])
            yield _Pairs(rows, np.concatenate(others), np.concatenate(distances))


class _Links:
    """Who is near whom, kept as connected groups rather than as pairs. core: (N,) bool, rows in dense places."""

    def __init__(self, core: NDArray[np.bool_]) -> None:
        self.core = core
        self.sizes = np.zeros(len(core), dtype=np.int64)
        self._group = np.arange(len(core))
        self._core_of = np.where(core, self._group, -1)
        self._pending: list[NDArray[np.int64]] = []

    def add(self, pairs: _Pairs) -> None:
        self.sizes += np.bincount(pairs.rows, minlength=len(self.core))
        reaching = pairs.where(self.core[pairs.others])
        dense = self.core[reaching.rows]
        self._attach(reaching.where(~dense))
        self._join(reaching.where(dense & (reaching.others < reaching.rows)))

    def clusters(self) -> NDArray[np.int64]:
        """Labels of all rows: (N,) int64; -1 where no dense place is near."""
        self._merge()
        return renumbered(np.where(self._core_of >= 0, self._group[self._core_of], -1))

    def _attach(self, pairs: _Pairs) -> None:
        """Rows at a border go with the nearest row in a dense place."""
        nearest_last = np.argsort(-pairs.distances, kind="stable")
        self._core_of[pairs.rows[nearest_last]] = pairs.others[nearest_last]

    def _join(self, pairs: _Pairs) -> None:
        groups = np.stack([self._group[pairs.rows], self._group[pairs.others]])
        self._pending.append(groups[:, groups[0] != groups[1]])
        if sum(each.shape[1] for each in self._pending) > MOST_PENDING:
            self._merge()

    def _merge(self) -> None:
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        if self._pending:
            ends = np.concatenate(self._pending, axis=1)
            links = coo_matrix((np.ones(ends.shape[1], dtype=bool), ends), shape=(len(self.core),) * 2)
            self._group = connected_components(links, directed=False)[1].astype(np.int64)[self._group]
            self._pending = []


def _one_cluster(count: int, samples: int, report: Report) -> Clustering:
    Bar(report, 1).step(1, "every item is the same")
    metrics = {"eps": 0.0, "min_samples": float(samples)}
    return Clustering(np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.float32), metrics)


METHOD = Method("dbscan", "DBSCAN", Params, fit)
