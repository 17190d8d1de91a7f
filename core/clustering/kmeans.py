"""K-means: K centres, each item to the nearest; quick, and right where groups are round and of like size.

Lloyd: Least squares quantization in PCM. IEEE Transactions on Information Theory, 1982.
Arthur and Vassilvitskii: k-means++: The advantages of careful seeding. SODA, 2007.
Bradley and Fayyad: Refining initial points for K-means clustering. ICML, 1998.

The first centres come from a sample of the items: k-means++ and a few steps, a few times over, and the best of these
initialisations is kept. From there every step is over all items.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.clustering.checks import check_rows, different_rows, renumbered
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

LIBRARIES = ("faiss", "sklearn.cluster")
SAMPLE_PER_CENTRE = 50
LEAST_SAMPLE = 2_000
SAMPLE_ITERATIONS = 10
MANY_NUMBERS, MANY_CENTRES = 10_000_000, 50
SLICE_COST = 1e11
"""Products of coordinates between two reports: one to two seconds on two cores."""


@dataclass(frozen=True)
class Params:
    k: int = param(10, "how many clusters", minimum=1, maximum=100_000)
    n_init: int = param(6, "initialisations on a sample, of which the best is kept", minimum=1, maximum=100)
    max_iter: int = param(300, "most steps over all items", minimum=1, maximum=10_000)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32 with at least k different rows → a `Clustering`.

    metrics: inertia (sum of squared distances to the centres). history: inertia after each slice of steps.
    confidence: 1 - d₁ / d₂, d₁ and d₂ the distances to the nearest and the second nearest centre.
    """
    check_rows(x, params.k)
    run = _Run(x, params, Bar(report, params.max_iter))
    run.begin()
    run.go_on()
    labels, confidence = assigned(x, run.centres)
    metrics = {"inertia": run.inertia[-1], "iterations": float(run.done)}
    return Clustering(renumbered(labels), confidence, metrics, {"inertia": run.inertia}, run.stopped)


def assigned(x: Floats, centres: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The nearest of (K, D) centres for each row, and how sure: (N,) int64, (N,) float32 in 0 … 1."""
    import faiss

    squares, nearest = faiss.knn(x, np.ascontiguousarray(centres, dtype=np.float32), min(2, len(centres)))
    if len(centres) == 1:
        return nearest[:, 0], np.ones(len(x), dtype=np.float32)
    first, second = np.sqrt(np.maximum(squares, 0)).T
    return nearest[:, 0], 1 - first / np.where(second > 0, second, 1)


class _Run:
    """One K-means: where its centres are, and how it came there."""

    def __init__(self, x: Floats, params: Params, bar: Bar) -> None:
        self.x, self.params, self.bar = x, params, bar
        self.done, self.stopped, self.inertia = 0, False, list[float]()
        self.centres: Floats = x[:0]

    def begin(self) -> None:
        """The best of several initialisations on a sample: by its inertia there."""
        self.bar.step(0, "looking for a beginning")
        random = np.random.RandomState(self.params.seed)
        rows = self._sample(random)
        begun = [_started(rows, self.params.k, random) for _ in range(self.params.n_init if self.params.k > 1 else 1)]
        self.centres = min(begun, key=lambda steps: steps.inertia).centres

    def go_on(self) -> None:
        """Steps over all items, in slices between which one can stop, until nothing moves or they are used up."""
        slice = int(np.clip(SLICE_COST / (self.x.size * self.params.k), 5, self.params.max_iter))
        settled = False
        while not settled and not self.stopped:
            most = min(slice, self.params.max_iter - self.done)
            steps = _lloyd(self.x, self.centres, most)
            self.centres, self.done = steps.centres, self.done + steps.done
            self.inertia.append(steps.inertia)
            settled = steps.done < most or self.done >= self.params.max_iter
            self._tell(settled)

    def _tell(self, settled: bool) -> None:
        done = self.params.max_iter if settled else self.done
        message = f"moving centres: {self.done} steps"
        self.stopped = self.bar.stopped(done, message, {"inertia": self.inertia[-1]})

    def _sample(self, random: np.random.RandomState) -> Floats:
        size = max(LEAST_SAMPLE, SAMPLE_PER_CENTRE * self.params.k)
        if len(self.x) <= size:
            return self.x
        rows = self.x[np.sort(random.choice(len(self.x), size, replace=False))]
        return rows if different_rows(rows, self.params.k) >= self.params.k else self.x


class _Steps(NamedTuple):
    """Where the centres are after some steps of Lloyd's."""

    centres: Floats
    inertia: float
    done: int


def _started(rows: Floats, k: int, random: np.random.RandomState) -> _Steps:
    """A short K-means from greedy k-means++; scikit-learn draws it several times sooner from float64."""
    from sklearn.cluster import kmeans_plusplus

    centres, _ = kmeans_plusplus(rows.astype(np.float64), k, random_state=random)
    return _lloyd(rows, centres.astype(np.float32), SAMPLE_ITERATIONS)


def _lloyd(x: Floats, centres: Floats, most: int) -> _Steps:
    """At most so many steps; fewer where nothing moves any more.

    scikit-learn's steps are quicker, but it copies and measures the rows first: faiss is sooner done where there are
    many numbers, and many centres between which few steps are needed.
    """
    at_scale = x.size > MANY_NUMBERS and len(centres) > MANY_CENTRES
    return _by_faiss(x, centres, most) if at_scale else _by_sklearn(x, centres, most)


def _by_sklearn(x: Floats, centres: Floats, most: int) -> _Steps:
    from sklearn.cluster import KMeans

    model = KMeans(len(centres), init=centres, n_init=1, max_iter=most, random_state=0).fit(x)
    return _Steps(model.cluster_centers_, float(model.inertia_), model.n_iter_)


def _by_faiss(x: Floats, centres: Floats, most: int) -> _Steps:
    """All rows count; left alone, faiss would take a sample of them without a word."""
    import faiss

    model = faiss.Kmeans(
        x.shape[1], len(centres), niter=most, min_points_per_centroid=1, max_points_per_centroid=len(x)
    )
    model.train(np.ascontiguousarray(x), init_centroids=centres)
    inertia = [step["obj"] for step in model.iteration_stats or []]
    return _Steps(np.asarray(model.centroids), float(inertia[-1]), len(inertia))


METHOD = Method("kmeans", "K-means", Params, fit)
