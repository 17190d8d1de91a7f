"""The networks of DeepDPM: one that assigns rows to clusters, and one a cluster that cuts it in two.

Ronen, Finder and Freifeld: DeepDPM: Deep clustering with an unknown number of clusters. CVPR 2022.
"""

import math

import torch
from torch import Tensor, nn

from core.clustering.deep.two_means import squared_distances


class ClusteringNet(nn.Module):
    """f_cl: rows → r ∈ Δ^K, one hidden layer. Its last layer grows and shrinks by whole units."""

    def __init__(self, dimensions: int, hidden: int, clusters: int, generator: torch.Generator) -> None:
        super().__init__()
        self.hidden_weight = nn.Parameter(_uniform(generator, dimensions, hidden, fan=dimensions))
        self.hidden_bias = nn.Parameter(_uniform(generator, hidden, fan=dimensions))
        self.weight = nn.Parameter(_uniform(generator, hidden, clusters, fan=hidden))
        self.bias = nn.Parameter(torch.zeros(clusters))

    @property
    def clusters(self) -> int:
        return len(self.bias)

    def log_probabilities(self, x: Tensor) -> Tensor:
        """log r: (B, D) → (B, K)."""
        active = torch.relu(torch.addmm(self.hidden_bias, x, self.hidden_weight))
        return torch.log_softmax(torch.addmm(self.bias, active, self.weight), 1)

    @torch.no_grad()
    def select(self, units: Tensor) -> None:
        """Makes the output units copies of these old ones: (K',); a unit's copies share its probability equally."""
        copies = torch.bincount(units, minlength=self.clusters)[units]
        self.weight = nn.Parameter(self.weight[:, units])
        self.bias = nn.Parameter(self.bias[units] - copies.to(self.bias).log())


class SubclusteringNets(nn.Module):
    """f_sub of every cluster, one hidden layer each, their weights stacked so that all are one batched product.

    Each begins as the cut half way between two centres of its cluster: centres (K, 2, D).
    """

    def __init__(self, centres: Tensor, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        clusters, _, dimensions = centres.shape
        normal = centres[:, 0] - centres[:, 1]
        length = normal.norm(dim=1, keepdim=True).clamp_min(1e-6)
        steep = 4 * normal / length.square()
        offset = -(steep * centres.mean(1)).sum(1, keepdim=True)
        noise = _uniform(generator, clusters, dimensions, hidden, fan=dimensions).to(centres)
        weight = centres.new_zeros(clusters, hidden, 2)
        weight[:, :2] = centres.new_tensor([[0.5, -0.5], [-0.5, 0.5]])
        self.hidden_weight = nn.Parameter(torch.cat([steep[..., None], -steep[..., None], noise[..., 2:]], 2))
        hidden_bias = nn.functional.pad(torch.cat([offset, -offset], 1), (0, hidden - 2))
        self.hidden_bias = nn.Parameter(hidden_bias[:, None])
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(centres.new_zeros(clusters, 1, 2))

    def log_probabilities(self, x: Tensor, clusters: Tensor | slice = slice(None)) -> Tensor:
        """log r̃ of rows by the nets of their own clusters: x (A, B, D), clusters (A,) → (A, B, 2)."""
        hidden_weight, hidden_bias, weight, bias = (each[clusters] for each in self.parameters())
        active = torch.relu(torch.baddbmm(hidden_bias, x, hidden_weight))
        return torch.log_softmax(torch.baddbmm(bias, active, weight), 2)


def cluster_loss(log_r: Tensor, log_target: Tensor, floor: float = 1e-6) -> Tensor:
    """L_cl, the mean over rows of KL(r ‖ r^E): both (B, K); the target's probabilities are kept above a floor."""
    return (log_r.exp() * (log_r - log_target.clamp_min(math.log(floor)))).sum(1).mean()


def subcluster_loss(log_r: Tensor, x: Tensor, centres: Tensor) -> Tensor:
    """L_sub, Σ_j r̃_j |x - μ̃_j|², mean over the rows and summed over clusters: (A, B, 2), (A, B, D), (A, 2, D)."""
    return (log_r.exp() * squared_distances(x, centres)).sum(2).mean(1).sum()


def _uniform(generator: torch.Generator, *shape: int, fan: int) -> Tensor:
    return (torch.rand(*shape, generator=generator) * 2 - 1) / math.sqrt(fan)
