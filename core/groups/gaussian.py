"""Gaussian: mean and covariance of the items, two groups compared by the 2-Wasserstein distance.

Dowson and Landau: The Fréchet distance between multivariate normal distributions. Journal of Multivariate Analysis,
1982. Vilnis and McCallum: Word representations via Gaussian embedding. ICLR 2015.

    W₂² = |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁^½ Σ₂ Σ₁^½)^½)

Covariances that share their axes commute, and then W₂² = |μ₁ - μ₂|² + |σ₁ - σ₂|² with σ the standard deviations along
the axes: Euclidean distance of (μ, σ). So each covariance is diagonal here, along the principal axes of what the
training groups vary within: exact for groups whose covariance has these axes, and the only form that a few items can
support. Each variance is shrunk towards the training groups' own: (n s² + n₀ s₀²) / (n + n₀), where n₀ is `prior`;
a group of one has just s₀².
"""

from dataclasses import dataclass

import numpy as np

from core.groups.sets import GroupEmbedder, Sets, check, within_covariance
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.results import Floats


@dataclass(frozen=True)
class Params:
    prior: float = param(5, "n₀: as how many items the usual variance counts", minimum=0, maximum=1e6)


@dataclass(frozen=True)
class Gaussian(GroupEmbedder):
    """(G, n, D) → (G, 2 D): means, then standard deviations along the axes.

    axes: (D, D) float32, one a column. usual: (D,) float32, s₀² along each.
    """

    axes: Floats
    usual: Floats
    prior: float

    def embed(self, x: Floats) -> Floats:
        size, mean = x.shape[1], x.mean(axis=1)
        own = np.square((x - mean[:, None]) @ self.axes).mean(axis=1)
        weight = size + self.prior
        variances = (size * own + self.prior * self.usual) / weight
        return np.hstack([mean @ self.axes, np.sqrt(variances)]).astype(np.float32)


def fit(sets: Sets, params: Params, report: Report = silent) -> Gaussian:
    """sets: G ≥ 2 groups of D dimensions, from which axes and usual variances are taken → a `Gaussian`."""
    check(sets)
    report(Progress(0, 1, "measuring how groups vary"))
    variances, axes = np.linalg.eigh(within_covariance(sets))
    usual = np.maximum(variances, 0)
    report(Progress(1, 1, "measured how groups vary"))
    metrics = {"within_variance": float(usual.sum())}
    return Gaussian(axes.astype(np.float32), usual.astype(np.float32), params.prior, metrics=metrics)


METHOD = Method("gaussian", "Gaussian, Wasserstein", Params, fit)
