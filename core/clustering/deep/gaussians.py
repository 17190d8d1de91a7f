"""The E step of a Gaussian mixture in float32, many rows and clusters as one product of matrices.

Dempster, Laird and Rubin: Maximum likelihood from incomplete data via the EM algorithm. JRSS B, 1977.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

CELLS = 2**23
"""Numbers that the E step may hold at once for full covariances: 32 MB."""


@dataclass(frozen=True)
class Mixture:
    """K Gaussians and their weights, ready for rows.

    log_weights: (K,). means: (K, D). factors: (K, D, D) with Σ⁻¹ = P Pᵀ, or (K, D), 1 / σ of independent axes.
    """

    log_weights: Tensor
    means: Tensor
    factors: Tensor

    @classmethod
    def from_covariances(cls, weights: Tensor, means: Tensor, covariances: Tensor) -> "Mixture":
        """weights: (K,); covariances: (K, D, D), or (K, D) variances of independent axes; all float64."""
        if covariances.ndim == means.ndim:
            return cls(weights.log(), means, covariances.rsqrt())
        identity = torch.eye(means.shape[-1]).to(covariances)
        lower = torch.linalg.cholesky(covariances)
        factors = torch.linalg.solve_triangular(lower, identity.expand_as(lower), upper=False).mT
        return cls(weights.log(), means, factors)

    @property
    def diagonal(self) -> bool:
        return self.factors.ndim == self.means.ndim

    def __len__(self) -> int:
        return len(self.means)

    def __getitem__(self, index: Tensor) -> "Mixture":
        return Mixture(self.log_weights[index], self.means[index], self.factors[index])

    def log_joint(self, x: Tensor) -> Tensor:
        """log π_k N(x; μ_k, Σ_k) of each row and cluster. x: (B, D) float32 → (B, K) float32."""
        if self.diagonal:
            return self._diagonal_distances(x).mul_(-0.5).add_(self._constants())
        rows = max(1, CELLS // (len(self) * x.shape[1]))
        factors = self.factors.float()
        shift = (self.means[:, None] @ self.factors)[:, 0].float()
        parts = [_full_distances(part, factors, shift) for part in x.split(rows)]
        return torch.cat(parts).mul_(-0.5).add_(self._constants())

    def log_joint_of_own(self, x: Tensor) -> Tensor:
        """Each row under the J Gaussians of its own cluster (all fields lead with (A, J)): (A, B, D) → (A, B, J)."""
        parts = []
        for j in range(self.means.shape[1]):
            offset = x - self.means[:, j, None].float()
            factors = self.factors[:, j].float()
            projected = offset * factors[:, None] if self.diagonal else offset @ factors
            parts.append(projected.square().sum(2))
        return torch.stack(parts, 2).mul_(-0.5).add_(self._constants()[:, None])

    def own_coordinates(self, x: Tensor, clusters: Tensor) -> Tensor:
        """Rows (A, B, D) of clusters (A,) about their cluster's mean and, for full covariances, in its own metric.

        There every direction has unit variance, so that 2-means cuts along the one with two humps and not along
        the longest. Independent axes keep their lengths: most carry noise alone, and would drown the others.
        """
        offset = x - self.means[clusters][:, None].float()
        return offset if self.diagonal else offset @ self.factors[clusters].float()

    def log_responsibilities(self, x: Tensor) -> Tensor:
        """log r^E, the E step: (B, K) float32."""
        return torch.log_softmax(self.log_joint(x), 1)

    def _diagonal_distances(self, x: Tensor) -> Tensor:
        """Squared Mahalanobis distances, multiplied out: (B, K)."""
        precisions = self.factors.square()
        linear = (-2 * self.means * precisions).T.float()
        constant = (self.means.square() * precisions).sum(1).float()
        return (x * x) @ precisions.T.float() + x @ linear + constant

    def _constants(self) -> Tensor:
        diagonal = self.factors if self.diagonal else self.factors.diagonal(dim1=-2, dim2=-1)
        log_determinant = diagonal.log().sum(-1) if self.diagonal else torch.linalg.slogdet(self.factors).logabsdet
        dimensions = self.means.shape[-1]
        return (self.log_weights + log_determinant - 0.5 * dimensions * math.log(2 * math.pi)).float()


def _full_distances(x: Tensor, factors: Tensor, shift: Tensor) -> Tensor:
    """|Pᵀ (x - μ)|² of each row and cluster: (B, K)."""
    clusters, dimensions, _ = factors.shape
    flat = factors.permute(1, 0, 2).reshape(dimensions, clusters * dimensions)
    projected = (x @ flat).view(len(x), clusters, dimensions).sub_(shift)
    return projected.square_().sum(2)
