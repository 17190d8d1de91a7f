"""The first and the last layer of every auto-encoder here: principal components of patches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Patches(nn.Module):
    """Pictures (N, 3, S, S) in [0, 1] ↔ coefficients (N, K, S/p, S/p) of their p × p patches.

    The components are orthonormal: a squared error of coefficients is the squared error of the pictures that they
    make, so that an auto-encoder trains on coefficients and never touches a pixel. With p = S the patch is the whole
    picture and the components are eigenfaces (Turk and Pentland, 1991). A picture's own patches lose what lies
    outside the K components.
    """

    mean: Tensor
    components: Tensor

    def __init__(self, patch: int, components: int) -> None:
        super().__init__()
        self.patch = patch
        self.register_buffer("mean", torch.zeros(3, patch, patch))
        self.register_buffer("components", torch.zeros(components, 3, patch, patch))

    def fit(self, pictures: Tensor) -> Patches:
        """Set mean and components to those of pictures (N, 3, S, S); at most 8,000 of them are needed."""
        shape = self.mean.shape
        rows = functional.unfold(pictures, self.patch, stride=self.patch).transpose(1, 2).reshape(-1, shape.numel())
        mean, rank = rows.mean(0), len(self.components)
        directions = torch.svd_lowrank(rows - mean, q=min(rank + 16, *rows.shape), niter=3)[2][:, :rank]
        self.mean.copy_(mean.view(shape))
        self.components[: directions.shape[1]].copy_(directions.T.reshape(-1, *shape))
        return self

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures → coefficients."""
        directions = self.components.flatten(1)
        apart = functional.pixel_unshuffle(pictures, self.patch).movedim(1, 3)
        return functional.linear(apart, directions, -directions @ self.mean.flatten()).movedim(3, 1)

    def inverse(self, coefficients: Tensor) -> Tensor:
        """Coefficients → pictures, not clipped."""
        directions = self.components.flatten(1).T
        apart = functional.linear(coefficients.movedim(1, 3), directions, self.mean.flatten())
        return functional.pixel_shuffle(apart.movedim(3, 1), self.patch)
