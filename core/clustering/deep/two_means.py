"""A first cut of each cluster in two by 2-means, all clusters as batched products of matrices.

Lloyd: Least squares quantization in PCM. IEEE Transactions on Information Theory, 1982.
"""

import torch
from torch import Tensor

from core.clustering.deep.gaussians import Mixture
from core.clustering.deep.members import Members

SAMPLE = 512
"""Rows of each cluster on which the first cut is found; what learns from it sees all rows."""
STARTS = 4
ITERATIONS = 15
CELLS = 2**23


def squared_distances(x: Tensor, centres: Tensor) -> Tensor:
    """(A, B, D) rows and (A, J, D) centres → (A, B, J), multiplied out about the centres' mean."""
    middle = centres.mean(1, keepdim=True)
    x, centres = x - middle, centres - middle
    cross = torch.baddbmm(centres.square().sum(2)[:, None], x, centres.mT, alpha=-2)
    return cross + x.square().sum(2, keepdim=True)


def two_means(x: Tensor, members: Members, mixture: Mixture, generator: torch.Generator) -> Tensor:
    """Two centres in each cluster by 2-means on a sample of its rows, in its own coordinates: (K, 2, D).

    x: (N, D). Of several starts, the first along the principal axis and the others along lines through two rows
    drawn at random, the one with the least squared distances is kept. A few clusters at a time, so that many
    clusters of many dimensions stay small.
    """
    rows = members.sample(SAMPLE, generator)
    axes = torch.rand(len(rows), x.shape[1], generator=generator).to(x) - 0.5
    clusters = torch.arange(members.clusters, device=x.device)
    together = max(1, CELLS // (SAMPLE * x.shape[1]))
    parts = zip(rows.split(together), axes.split(together), clusters.split(together), strict=True)
    return torch.cat([_best_of_starts(mixture.own_coordinates(x[part], own), axis) for part, axis, own in parts])


def _best_of_starts(x: Tensor, random_axis: Tensor) -> Tensor:
    """x: (A, S, D) rows of each cluster, in random order → centres (A, 2, D)."""
    centred = x - x.mean(1, keepdim=True)
    pairs = (centred[:, 2 * start] - centred[:, 2 * start + 1] for start in range(STARTS - 1))
    found = [_two_means(centred, x, axis) for axis in (_principal_axis(centred, random_axis), *pairs)]
    costs = torch.stack([squared_distances(x, centres).min(2).values.sum(1) for centres in found])
    return torch.stack(found)[costs.argmin(0), torch.arange(len(x), device=x.device)]


def _two_means(centred: Tensor, x: Tensor, axis: Tensor) -> Tensor:
    """Lloyd's iterations from the cut across an axis (A, D) through the mean: centres (A, 2, D)."""
    side = ((centred @ axis[..., None]) > 0).to(x)
    sides = torch.cat([side, 1 - side], 2)
    for _ in range(ITERATIONS):
        nearest = squared_distances(x, _centres(sides, x)).argmin(2)
        sides = torch.nn.functional.one_hot(nearest, 2).to(x)
    return _centres(sides, x)


def _centres(sides: Tensor, x: Tensor) -> Tensor:
    return (sides.mT @ x) / sides.sum(1).clamp_min(1)[..., None]


def _principal_axis(centred: Tensor, start: Tensor, iterations: int = 10) -> Tensor:
    """The direction of largest variance by power iteration: (A, S, D), (A, D) → (A, D)."""
    axis = start
    for _ in range(iterations):
        axis = ((centred @ axis[..., None]).mT @ centred)[:, 0]
        axis = axis / axis.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return axis
