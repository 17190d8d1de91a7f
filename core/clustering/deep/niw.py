"""Normal–inverse-Wishart prior of Gaussian clusters: posterior, mode and marginal likelihood, for many at once.

Gelman, Carlin, Stern, Dunson, Vehtari and Rubin: Bayesian Data Analysis, 3rd edition, section 3.6, 2013.
Murphy: Conjugate Bayesian analysis of the Gaussian distribution. Technical report, 2007.

    Σ ~ IW(Ψ, ν),   μ | Σ ~ N(m, Σ / κ)

Everything is float64 and batched over leading dimensions. Where Ψ is given as a diagonal the axes are independent,
each with a one-dimensional prior of its own (a normal–inverse-gamma with a = ν / 2, b = Ψ / 2): a full covariance
cannot be learned from a cluster of fewer rows than dimensions.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

LEAST_SCALE = 0.005
"""The authors' `prior_sigma_scale`: the expected share of the variance within a cluster, for few rows."""


@dataclass(frozen=True)
class Statistics:
    """What a Gaussian's posterior needs of weighted rows.

    counts: (…), the weights' sums. sums: (…, D). squares: (…, D, D), or (…, D) for independent axes. All float64.
    """

    counts: Tensor
    sums: Tensor
    squares: Tensor

    @classmethod
    def zeros(cls, clusters: int, prior: "NormalInverseWishart") -> "Statistics":
        """No rows yet, for so many clusters under a prior."""
        psi = prior.psi
        return cls(
            psi.new_zeros(clusters), psi.new_zeros(clusters, prior.dimensions), psi.new_zeros(clusters, *psi.shape)
        )

    @classmethod
    def of(cls, x: Tensor, weights: Tensor, diagonal: bool) -> "Statistics":
        """x: (B, D) rows; weights: (B, K), how much each row belongs to each cluster → statistics of K clusters."""
        weighted = weights.T.contiguous()
        squares = x * x if diagonal else (x[:, :, None] * x[:, None, :]).flatten(1)
        shape = (weights.shape[1], *([x.shape[1]] * (1 if diagonal else 2)))
        return cls(
            weights.sum(0, dtype=torch.float64), (weighted @ x).double(), (weighted @ squares).double().view(shape)
        )

    @classmethod
    def of_blocks(cls, x: Tensor, weights: Tensor, diagonal: bool) -> "Statistics":
        """x: (K, B, D), each cluster's own rows; weights: (K, B, J) → statistics of (K, J) subclusters."""
        weighted = weights.mT
        if diagonal:
            squares = (weighted @ (x * x)).double()
        else:
            squares = torch.stack([(x * each[..., None]).mT @ x for each in weights.unbind(-1)], 1).double()
        return cls(weights.sum(1, dtype=torch.float64), (weighted @ x).double(), squares)

    def __iter__(self) -> Iterator[Tensor]:
        """The three of them."""
        return iter((self.counts, self.sums, self.squares))

    def __add__(self, other: "Statistics") -> "Statistics":
        return Statistics(*(mine + others for mine, others in zip(self, other, strict=True)))

    def __getitem__(self, index: Any) -> "Statistics":
        return Statistics(*(each[index] for each in self))

    def __setitem__(self, index: Any, other: "Statistics") -> None:
        for mine, others in zip(self, other, strict=True):
            mine[index] = others

    def pooled(self) -> "Statistics":
        """The last batch dimension summed: subclusters (K, J) → clusters (K)."""
        axis = self.counts.ndim - 1
        return Statistics(*(each.sum(axis) for each in self))


@dataclass(frozen=True)
class NormalInverseWishart:
    """A prior (no batch dimensions) or a batch of posteriors.

    mean: (…, D), κ: (…), ν: (…), Ψ: (…, D, D), or (…, D) for independent axes (`diagonal`). All float64.
    """

    mean: Tensor
    kappa: Tensor
    nu: Tensor
    psi: Tensor

    @classmethod
    def from_variances(
        cls, variances: Tensor, diagonal: bool, scale: float, kappa: float = 1e-3
    ) -> "NormalInverseWishart":
        """A weak prior about the origin: Ψ holds `scale` times the data's variances.

        variances: (D,), of centred data. ν is the least for which the expected covariance exists, so that this
        expectation is Ψ itself.
        """
        variances = variances.double()
        psi = scale * variances
        nu = 3.0 if diagonal else variances.shape[-1] + 2.0
        scalar = variances.new_tensor
        return cls(torch.zeros_like(variances), scalar(kappa), scalar(nu), psi if diagonal else torch.diag(psi))

    @classmethod
    def from_data(cls, variances: Tensor, rows: int, diagonal: bool, share: float) -> "NormalInverseWishart":
        """The prior of a whole set: Ψ is a share of its scatter, N times its variances, and at least `LEAST_SCALE`.

        Rows that lie on a curved sheet fill only some of a cluster's axes; along the others a Gaussian can be made
        ever thinner, and a prior that does not grow with N would let many rows pay for ever more flat pieces.
        """
        return cls.from_variances(variances, diagonal, max(LEAST_SCALE, share * rows))

    @property
    def diagonal(self) -> bool:
        return self.psi.ndim == self.mean.ndim

    @property
    def dimensions(self) -> int:
        return self.mean.shape[-1]

    def posterior(self, statistics: Statistics) -> "NormalInverseWishart":
        """The prior updated by what was seen of each cluster."""
        kappa = self.kappa + statistics.counts
        mean = (self.kappa * self.mean + statistics.sums) / kappa[..., None]
        before = self.psi + self.kappa * self._square(self.mean)
        factor = kappa[..., None] if self.diagonal else kappa[..., None, None]
        psi = before + statistics.squares - factor * self._square(mean)
        return NormalInverseWishart(mean, kappa, self.nu + statistics.counts, self._bounded(psi))

    def mode(self) -> tuple[Tensor, Tensor]:
        """The most probable mean (…, D) and covariance (…, D, D), or variances (…, D): their joint maximum."""
        size = 1 if self.diagonal else self.dimensions
        denominator = self.nu + size + 2
        return self.mean, self.psi / (denominator[..., None] if self.diagonal else denominator[..., None, None])

    def log_marginal(self, statistics: Statistics) -> Tensor:
        """log f(X; λ), the rows' probability with mean and covariance integrated out: (…)."""
        posterior = self.posterior(statistics)
        constant = -0.5 * self.dimensions * math.log(math.pi) * statistics.counts
        return constant + posterior._log_normaliser() - self._log_normaliser()

    def sample(self, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Means (…, D) and precision factors P with Σ⁻¹ = P Pᵀ (…, D, D), or 1 / σ (…, D), one draw of each.

        Bartlett: On the theory of statistical regression. Proceedings of the Royal Society of Edinburgh, 1933.
        """
        noise = torch.from_numpy(random.standard_normal(self.mean.shape)).to(self.mean)
        spread = self.kappa.rsqrt()[..., None]
        if self.diagonal:
            chi = _chi(self.nu[..., None].expand_as(self.mean), random)
            return self.mean + spread * noise * self.psi.sqrt() / chi, chi / self.psi.sqrt()
        lower = torch.linalg.cholesky(self.psi)
        wishart = self._bartlett(random)
        factor = torch.linalg.solve_triangular(lower.mT, wishart, upper=True)
        step = torch.linalg.solve_triangular(wishart.mT, noise[..., None], upper=True)
        return self.mean + spread * (lower @ step)[..., 0], factor

    def _bartlett(self, random: np.random.Generator) -> Tensor:
        """A with A Aᵀ ~ Wishart(I, ν): lower triangular, (…, D, D)."""
        below = torch.from_numpy(random.standard_normal(self.psi.shape)).to(self.psi).tril(-1)
        freedom = self.nu[..., None] - torch.arange(self.dimensions).to(self.nu)
        return below + torch.diag_embed(_chi(freedom, random))

    def _log_normaliser(self) -> Tensor:
        """The logarithm of the prior's integral, less what cancels between prior and posterior."""
        dimensions = self.dimensions
        tail = 0.5 * dimensions * self.kappa.log()
        if self.diagonal:
            return dimensions * torch.lgamma(self.nu / 2) - self.nu / 2 * self.psi.log().sum(-1) - tail
        log_determinant = 2 * torch.linalg.cholesky(self.psi).diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return torch.mvlgamma(self.nu / 2, dimensions) - self.nu / 2 * log_determinant - tail

    def _square(self, mean: Tensor) -> Tensor:
        return mean * mean if self.diagonal else mean[..., :, None] * mean[..., None, :]

    def _bounded(self, psi: Tensor) -> Tensor:
        """A posterior Ψ is never below the prior's; rounding of nearly equal rows may say otherwise."""
        if self.diagonal:
            return torch.maximum(psi, self.psi)
        psi = (psi + psi.mT) / 2
        broken = torch.linalg.cholesky_ex(psi).info > 0
        if not broken.any():
            return psi
        least = torch.linalg.eigvalsh(self.psi).min()
        values, vectors = torch.linalg.eigh(psi)
        return torch.where(broken[..., None, None], (vectors * values.clamp_min(least)[..., None, :]) @ vectors.mT, psi)


def _chi(freedom: Tensor, random: np.random.Generator) -> Tensor:
    return torch.from_numpy(np.sqrt(random.chisquare(freedom.cpu().numpy()))).to(freedom)
