"""The invertible network T: latent ↔ disentangled latent, of which each factor has a block, and a residual the rest."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from FrEIA.framework import SequenceINN
from FrEIA.modules import AllInOneBlock
from torch import Tensor, nn

DEPTH, HIDDEN = 8, 256
SHARED = 0.9
"""σ, the correlation of the dimensions that a pair of pictures shares, as in the paper."""


class InvertibleNetwork(nn.Module):
    """T of Esser, Rombach and Ommer (CVPR 2020): ActNorm, affine coupling and shuffle, eight times.

    The blocks are FrEIA's: beside zuko's couplings of the same width they took 0.8 to 1.0 of the time with 1.3 times
    the parameters, and they have ActNorm. sizes: factor → its number of dimensions; the residual has the others,
    and comes last. values: factor → its number of values; each value has a learned place in its factor's block.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, latent: int, sizes: Mapping[str, int], values: Mapping[str, int]) -> None:
        super().__init__()
        self.sizes = dict(sizes)
        self.register_buffer("mean", torch.zeros(latent))
        self.register_buffer("deviation", torch.ones(latent))
        self.flow = SequenceINN(latent)
        for _ in range(DEPTH):
            self.flow.append(AllInOneBlock, subnet_constructor=subnet)
        self.shuffle()
        self.places = nn.ParameterList(
            nn.Parameter(0.1 * torch.randn(values[factor], size)) for factor, size in self.sizes.items()
        )

    def shuffle(self) -> None:
        """Let torch's chance order the dimensions between blocks, since FrEIA asks NumPy's, which no seed here sets."""
        for block in self.flow.module_list:
            order = torch.eye(len(self.mean))[torch.randperm(len(self.mean))]
            block.w_perm.data.copy_(order)
            block.w_perm_inv.data.copy_(order.T)

    @property
    def blocks(self) -> dict[str, slice]:
        """Factor → its columns."""
        ends = torch.tensor([0, *self.sizes.values()]).cumsum(0).tolist()
        return {factor: slice(a, b) for factor, a, b in zip(self.sizes, ends, ends[1:], strict=False)}

    @property
    def residual(self) -> slice:
        """The columns of no factor."""
        return slice(sum(self.sizes.values()), len(self.mean))

    def standardise(self, latents: Tensor) -> None:
        """Let latents (N, D) have mean 0 and deviation 1 before the first block."""
        self.mean.copy_(latents.mean(0))
        self.deviation.copy_(latents.std(0).clamp_min(1e-6))

    def forward(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Latent (N, D) → disentangled (N, D) and log|det T'| (N,)."""
        disentangled, log_determinant = self.flow((latent - self.mean) / self.deviation)
        return disentangled, log_determinant - self.deviation.log().sum()

    def inverse(self, disentangled: Tensor) -> Tensor:
        """Disentangled (N, D) → latent (N, D)."""
        return self.flow(disentangled, rev=True)[0] * self.deviation + self.mean

    def moved(self, disentangled: Tensor, old: Tensor, new: Tensor) -> Tensor:
        """Disentangled latents with each factor's block moved from the place of its old value to that of its new one.

        old, new: (N, F) values.
        """
        places = [place[b] - place[a] for place, a, b in zip(self.places, old.T, new.T, strict=True)]
        return disentangled + torch.cat([*places, torch.zeros_like(disentangled[:, self.residual])], 1)


def subnet(inputs: int, outputs: int) -> nn.Sequential:
    """What scales and shifts one half of the dimensions by the other."""
    hidden = (nn.Linear(inputs, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU())
    return nn.Sequential(*hidden, nn.Linear(HIDDEN, outputs))


Transformed = tuple[Tensor, Tensor]
"""What T gives: disentangled latents (N, D) and log|det T'| (N,)."""


def factor_loss(
    network: InvertibleNetwork, a: Transformed, b: Transformed, shared: Tensor, sigma: float = SHARED
) -> Tensor:
    """The negative log-likelihood in nats of pairs T(a), T(b), up to a constant.

    shared (N, F + 1) bool: which factors, and last whether the residual, a pair has in common. Dimensions are
    standard normal; shared ones correlate by σ:
    |T(a)|² - 2 log|det T'(a)| + Σ_k |T(b)_k - σ_k T(a)_k|² / (1 - σ_k²) - 2 log|det T'(b)|, halved, where σ_k is
    σ for what is shared and else 0. The paper's pairs share one factor; ours share any, so that a counterfactual
    pair (all but one, and the residual) is one term. The paper counts the determinant half as much.
    """
    (z_a, determinant_a), (z_b, determinant_b) = a, b
    widths = torch.tensor([*network.sizes.values(), z_a.shape[1] - network.residual.start], device=z_a.device)
    correlation = sigma * shared.to(z_a).repeat_interleave(widths, 1)
    variance = 1 - correlation.square()
    conditional = (z_b - correlation * z_a).square() / variance + variance.log()
    return 0.5 * (z_a.square() + conditional).sum(1).mean() - (determinant_a + determinant_b).mean()


def correlation_score(a: Tensor, b: Tensor) -> float:
    """s_F = Σ_i Corr(a_i, b_i) over pairs (N, D) that share a factor; those without spread count nothing."""
    a, b = a - a.mean(0), b - b.mean(0)
    spread = (a.square().mean(0) * b.square().mean(0)).sqrt()
    return float(((a * b).mean(0) / spread.clamp_min(1e-12)).clamp_min(0).sum())


def block_sizes(scores: Mapping[str, float], least: Mapping[str, int], latent: int) -> dict[str, int]:
    """Dimensions for each factor: the share of its score in the latent's number of them, rounded, at least `least`."""
    return {
        factor: max(least[factor], round(score * latent / max(latent, sum(scores.values()))))
        for factor, score in scores.items()
    }
