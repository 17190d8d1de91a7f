"""Gaussian mixture: K Gaussians fitted by EM; groups may be long, and of unlike size.

Dempster, Laird and Rubin: Maximum likelihood from incomplete data via the EM algorithm. JRSS B, 1977.

Covariances are full up to 64 dimensions where each component has at least 2 D items to learn from, and diagonal
elsewhere; `covariance` overrides that. Begins from the clusters of `kmeans`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering import kmeans
from core.clustering.checks import check_rows
from core.clustering.mixtures import REGULARISATION, SHAPES, TOLERANCE, Steps, covariance, scaled, shape_of
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

LIBRARIES = ("faiss", "sklearn.cluster", "sklearn.mixture")


@dataclass(frozen=True)
class Params:
    k: int = param(10, "how many clusters", minimum=1, maximum=10_000)
    covariance: str = param("auto", "full, diagonal, or full where there is data for it", choices=SHAPES)
    max_iter: int = param(200, "most EM steps", minimum=1, maximum=10_000)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32 with at least k different rows → a `Clustering`; confidence is the posterior.

    Stopped before EM began, it gives the clusters of K-means so far as partial.
    metrics: bound (mean log-likelihood an item, of rows scaled to mean variance 1), full (1: full covariances).
    """
    check_rows(x, params.k)
    bar = Bar(report, params.max_iter)
    bar.step(0, "looking for a beginning")
    shape = shape_of(params.covariance, x, params.k)
    rows = scaled(x, shape)
    begin = kmeans.fit(x, kmeans.Params(k=params.k, seed=params.seed), bar.aside)
    if begin.partial:
        return begin
    steps = Steps(_model(rows, begin, shape, params), bar)
    steps.run(rows, params.max_iter)
    return steps.result(rows, {"full": float(shape == "full")})


def _model(rows: NDArray[np.floating], begin: Clustering, shape: str, params: Params) -> Any:
    """A mixture whose components begin as the clusters given."""
    from sklearn.mixture import GaussianMixture

    groups = [rows[begin.labels == cluster] for cluster in range(begin.k)]
    return GaussianMixture(
        len(groups),
        covariance_type=shape,
        tol=TOLERANCE,
        reg_covar=REGULARISATION,
        weights_init=np.array([len(group) for group in groups], dtype=rows.dtype) / len(rows),
        means_init=np.array([group.mean(axis=0) for group in groups]),
        precisions_init=np.array([_precision(group, shape) for group in groups]),
        random_state=params.seed,
    )


def _precision(group: NDArray[np.floating], shape: str) -> NDArray[np.floating]:
    spread = covariance(group, shape)
    return 1 / spread if shape == "diag" else np.linalg.inv(spread)


METHOD = Method("gmm", "Gaussian mixture", Params, fit)
