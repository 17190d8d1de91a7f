"""UMAP: near rows stay near, with rather more of the order between groups than t-SNE; quick above 10,000 rows.

McInnes, Healy and Melville: UMAP: Uniform manifold approximation and projection for dimension reduction. 2018.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.maps.neighbours import Neighbours, Searcher
from core.maps.quality import check_rows
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Floats, Map

LEAST_ROWS = 4
SPECTRAL_ROWS = 50
PLACING_EPOCHS = 100
STARTING = "starting UMAP (the first time on a machine it compiles itself: about a minute)"


@dataclass(frozen=True)
class Params:
    n_neighbors: int = param(15, "neighbours that tie a point; more: the larger order", minimum=2, maximum=500)
    min_dist: float = param(0.1, "least distance between points on the map", minimum=0, maximum=1)
    metric: str = param("cosine", "distance between rows", choices=("cosine", "euclidean"))
    epochs: int = param(0, "steps; 0: 500 up to 10,000 rows, 200 above", minimum=0, maximum=20_000)
    seed: int = param(0, "same seed, same map", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Map:
    """x: (N, D) float32, N ≥ 4 → a `Map`; its metrics hold how many neighbours were used, at most N - 1."""
    check_rows(len(x), LEAST_ROWS)
    searcher = Searcher(x, params.metric)
    count = min(params.n_neighbors, len(x) - 1)
    bar = Bar(report, params.epochs or (500 if len(x) <= 10_000 else 200))
    neighbours = searcher.among(count - 1, bar.aside).with_self()
    bar.step(0, STARTING)
    xy = _embed(x, neighbours, params, bar)
    return Map(xy, {"n_neighbors": float(count)} | searcher.metrics)


def place(x: Floats, xy: Floats, x_new: Floats, params: Params, report: Report = silent) -> Floats:
    """New rows on an existing map, each drawn by its neighbours in x; the map itself does not move: (M, 2) float32.

    The steps of UMAP's own `transform`, from vectors and coordinates alone: no fitted model has to be kept.
    """
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, init_graph_transform, make_epochs_per_sample

    count = min(params.n_neighbors, len(x))
    bar = Bar(report, PLACING_EPOCHS)
    neighbours = Searcher(x, params.metric).nearest(x_new, count, bar.aside)
    bar.step(0, STARTING)
    graph = _ties(neighbours, len(x))
    a, b = find_ab_params(1.0, params.min_dist)
    return optimize_layout_euclidean(
        init_graph_transform(graph.tocsr(), xy),
        xy.copy(),
        graph.row,
        graph.col,
        PLACING_EPOCHS,
        len(x),
        make_epochs_per_sample(graph.data, PLACING_EPOCHS),
        a,
        b,
        np.random.default_rng(params.seed).integers(-(2**31) + 1, 2**31 - 1, 3),
        initial_alpha=0.25,
        tqdm_kwds=_listening(bar),
    )


class _Epochs:
    """A file for tqdm to write to, the only way that UMAP tells of its epochs; what it writes becomes a report."""

    def __init__(self, bar: Bar) -> None:
        self.bar = bar

    def write(self, text: str) -> None:
        done = text.strip()
        if done.isdigit():
            self.bar.step(int(done), "moving points")

    def flush(self) -> None:
        """Nothing is held back."""


def _listening(bar: Bar) -> dict[str, Any]:
    return {"file": _Epochs(bar), "disable": False, "bar_format": "{n}", "mininterval": 0.2, "miniters": 1}


def _embed(x: Floats, neighbours: Neighbours, params: Params, bar: Bar) -> Floats:
    from umap import UMAP

    model = UMAP(
        n_neighbors=neighbours.indices.shape[1],
        min_dist=params.min_dist,
        metric=params.metric,
        n_epochs=bar.total,
        init="spectral" if len(x) >= SPECTRAL_ROWS else "random",
        random_state=params.seed,
        n_jobs=1,
        precomputed_knn=(neighbours.indices, neighbours.distances),
        tqdm_kwds=_listening(bar),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.nan_to_num(model.fit_transform(x)).astype(np.float32)


def _ties(neighbours: Neighbours, reference_count: int) -> Any:
    """How strongly each new row is tied to its neighbours: sparse (M, N), weak ties left out."""
    from scipy.sparse import coo_matrix
    from umap.umap_ import compute_membership_strengths, smooth_knn_dist

    count = neighbours.indices.shape[1]
    sigmas, rhos = smooth_knn_dist(neighbours.distances, float(count), local_connectivity=0.0)
    rows, columns, values, _ = compute_membership_strengths(
        neighbours.indices.astype(np.int32), neighbours.distances, sigmas, rhos, bipartite=True
    )
    graph = coo_matrix((values, (rows, columns)), shape=(len(neighbours.indices), reference_count))
    graph.data[graph.data < graph.data.max() / PLACING_EPOCHS] = 0
    graph.eliminate_zeros()
    return graph


METHOD = Method("umap", "UMAP", Params, fit, place)
