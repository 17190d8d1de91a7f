"""Variational Dirichlet-process mixture: Gaussians, of which the data keep as many as they need; K is found.

Blei and Jordan: Variational inference for Dirichlet process mixtures. Bayesian Analysis, 2006.
Hughes and Sudderth: Memoized online variational inference for Dirichlet process mixture models. NeurIPS, 2013 (the
name: their moVB adds births and merges of components to the same model; here components only empty themselves).
Fraley and Raftery: Bayesian regularization for normal mixture estimation and model-based clustering. Journal of
Classification, 2007 (the prior covariance: that of all items, over the number of components to the power 2 / D).

Covariances are full up to 64 dimensions where each component has at least 2 D items to learn from, and diagonal
elsewhere; `covariance` overrides that.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.checks import check_rows, different_rows
from core.clustering.mixtures import REGULARISATION, SHAPES, TOLERANCE, Steps, covariance, scaled, shape_of
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

LIBRARIES = ("sklearn.mixture",)


@dataclass(frozen=True)
class Params:
    components: int = param(50, "most clusters that can be found", minimum=1, maximum=5_000)
    concentration: float = param(1.0, "of the Dirichlet process; higher: more clusters", minimum=1e-6, maximum=1e6)
    covariance: str = param("auto", "full, diagonal, or full where there is data for it", choices=SHAPES)
    max_iter: int = param(200, "most steps", minimum=1, maximum=10_000)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32, N ≥ 2 → a `Clustering`; confidence is the posterior.

    metrics: bound (evidence lower bound, up to a constant), full (1: full covariances), components (most clusters).
    history: k (components that hold at least one item) after each slice of steps.
    """
    check_rows(x)
    bar = Bar(report, params.max_iter)
    bar.step(0, "looking for a beginning")
    most = different_rows(x, params.components)
    shape = shape_of(params.covariance, x, most)
    rows = scaled(x, shape)
    steps = Steps(_model(rows, most, shape, params), bar)
    steps.run(rows, params.max_iter)
    return steps.result(rows, {"full": float(shape == "full"), "components": float(most)})


def _model(rows: NDArray[np.floating], most: int, shape: str, params: Params) -> Any:
    from sklearn.mixture import BayesianGaussianMixture

    return BayesianGaussianMixture(
        n_components=most,
        covariance_type=shape,
        tol=TOLERANCE,
        reg_covar=REGULARISATION,
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=params.concentration,
        covariance_prior=covariance(rows, shape) / most ** (2 / rows.shape[1]),
        random_state=params.seed,
    )


METHOD = Method("movb", "Variational Dirichlet-process mixture", Params, fit)
