"""t-SNE (openTSNE): near rows stay near; good at showing groups, says little about distances between groups.

van der Maaten and Hinton: Visualizing data using t-SNE. JMLR, 2008.
Poličar, Stražar and Zupan: openTSNE: A modular Python library for t-SNE dimensionality reduction and embedding.
Journal of Statistical Software, 2024.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled
from core.machine import usable_processors
from core.maps.neighbours import Neighbours, Searcher
from core.maps.quality import check_rows
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Floats, Map

LEAST_ROWS = 4
EVERY = 25
FFT_ROWS = 3_000
"""Barnes-Hut is quicker for few rows, interpolation for many: 5.4 and 3.1 s for 100 steps of 4,000 rows."""
PLACING_ITERATIONS = 250
PLACING_PERPLEXITY = 5.0


@dataclass(frozen=True)
class Params:
    perplexity: float = param(30.0, "neighbours that each point cares for, about", minimum=1, maximum=500)
    max_iter: int = param(500, "steps after the early ones", minimum=0, maximum=20_000)
    early_exaggeration_iter: int = param(
        250, "first steps, in which groups are drawn together", minimum=0, maximum=5_000
    )
    early_exaggeration: float = param(12.0, "pull between neighbours in the early steps", minimum=1, maximum=100)
    exaggeration: float = param(1.0, "pull afterwards; above 1: tighter groups", minimum=1, maximum=100)
    learning_rate: float = param(0.0, "step size; 0: rows / exaggeration", minimum=0, maximum=1e6)
    metric: str = param("cosine", "distance between rows", choices=("cosine", "euclidean"))
    initialisation: str = param("pca", "where points begin", choices=("pca", "spectral", "random"))
    seed: int = param(0, "same seed, same map", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Map:
    """x: (N, D) float32, N ≥ 4 → a `Map`; stopped while points move, the map so far is given back as partial.

    A perplexity above (N - 1) / 3 is lowered to that; the metrics hold the one used.
    """
    check_rows(len(x), LEAST_ROWS)
    searcher = Searcher(x, params.metric)
    perplexity = min(params.perplexity, (len(x) - 1) / 3)
    steps = _Steps(Bar(report, params.early_exaggeration_iter + params.max_iter))
    neighbours = searcher.among(int(3 * perplexity), steps.bar.aside)
    embedding = _begin(x, neighbours, perplexity, params)
    embedding = steps.run(embedding, params.early_exaggeration_iter, params.early_exaggeration, params.learning_rate)
    embedding = steps.run(embedding, params.max_iter, params.exaggeration, params.learning_rate)
    metrics = {"kl_divergence": float(embedding.kl_divergence or 0), "perplexity": perplexity} | searcher.metrics
    return Map(np.asarray(embedding, dtype=np.float32), metrics, partial=steps.stopped)


def place(x: Floats, xy: Floats, x_new: Floats, params: Params, report: Report = silent) -> Floats:
    """New rows on an existing map, each drawn by its neighbours in x; the map itself does not move: (M, 2) float32."""
    from openTSNE import initialization
    from openTSNE.tsne import PartialTSNEEmbedding

    perplexity = min(PLACING_PERPLEXITY, (len(x) - 1) / 3)
    steps = _Steps(Bar(report, PLACING_ITERATIONS))
    neighbours = Searcher(x, params.metric).nearest(x_new, int(3 * perplexity), steps.bar.aside)
    reference = _still(xy)
    begin = initialization.median(reference, neighbours.indices)
    pull = _pull(neighbours, perplexity, len(x))
    embedding = PartialTSNEEmbedding(begin, reference, pull, negative_gradient_method="bh", n_jobs=usable_processors())
    embedding = steps.run(embedding, PLACING_ITERATIONS, 1.5, 0.1, max_grad_norm=0.25)
    if steps.stopped:
        raise Cancelled("stopped before the new points had found their places")
    return np.asarray(embedding, dtype=np.float32)


class _Steps:
    """Runs the phases of one optimisation, reports every few steps, and remembers whether it was stopped."""

    def __init__(self, bar: Bar) -> None:
        self.bar, self.done, self.stopped = bar, 0, False

    def run(self, embedding: Any, count: int, exaggeration: float, learning_rate: float, **more: float) -> Any:
        if self.stopped or not count:
            return embedding
        moved = embedding.optimize(
            n_iter=count,
            exaggeration=exaggeration,
            learning_rate=learning_rate or "auto",
            momentum=0.8,
            callbacks=self._stopped,
            callbacks_every_iters=EVERY,
            **more,
        )
        self.done += count
        return moved

    def _stopped(self, step: int, error: float, embedding: Any) -> bool:
        """Called by openTSNE; true stops it, and it gives back the map so far."""
        self.stopped = self.bar.stopped(self.done + step, "moving points", {"kl_divergence": float(error)})
        return self.stopped


def _begin(x: Floats, neighbours: Neighbours, perplexity: float, params: Params) -> Any:
    """The points at their first places, tied to their neighbours."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    known = PrecomputedNeighbors(neighbours.indices, neighbours.distances)
    affinities = PerplexityBasedNN(perplexity=perplexity, knn_index=known, n_jobs=usable_processors())
    begin = _first_places(x, affinities.P, params)
    options = {"n_jobs": usable_processors(), "max_step_norm": 5, "random_state": params.seed}
    return TSNEEmbedding(begin, affinities, negative_gradient_method="fft" if len(x) > FFT_ROWS else "bh", **options)


def _first_places(x: Floats, pull: Any, params: Params) -> NDArray[np.float64]:
    from openTSNE import initialization

    if params.initialisation == "spectral":
        return initialization.spectral(pull, random_state=params.seed)
    if params.initialisation == "pca" and min(x.shape) > 1 and np.ptp(x, axis=0).any():
        return initialization.pca(x, random_state=params.seed)
    return initialization.random(len(x), random_state=params.seed)


def _still(xy: Floats) -> Any:
    """A map to place rows on, as openTSNE wants it: nothing ties its points, because they will not move."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities
    from scipy.sparse import csr_matrix

    return TSNEEmbedding(xy, PrecomputedAffinities(csr_matrix((len(xy), len(xy))), normalize=False))


def _pull(neighbours: Neighbours, perplexity: float, reference_count: int) -> Any:
    """How strongly each new row is drawn to its neighbours: sparse (M, N), rows sum to 1."""
    from openTSNE.affinity import joint_probabilities_nn

    return joint_probabilities_nn(
        neighbours.indices,
        neighbours.distances,
        [perplexity],
        symmetrize=False,
        normalization="point-wise",
        n_reference_samples=reference_count,
        n_jobs=usable_processors(),
    )


METHOD = Method("tsne", "t-SNE", Params, fit, place)
