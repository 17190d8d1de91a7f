"""A first cut of each cluster in two by 2-means, all clusters as batched products of matrices.

Lloyd: Least squares quantization in PCM. IEEE Transactions on Information Theory, 1982.
"""

import torch
from torch import Tensor

from core.clustering.deep.gaussians import Mixture
from core.clustering.deep.members import Members
from core.clustering.deep.niw import NormalInverseWishart, Statistics

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


def two_means(
    x: Tensor, members: Members, mixture: Mixture, prior: NormalInverseWishart, generator: torch.Generator
) -> Tensor:
    """Two centres in each cluster by 2-means on a sample of its rows, in its own coordinates: (K, 2, D).

    x: (N, D). Cut are the rows as they are and in their cluster's own metric, each from several starts: the first
    along the principal axis, the others along lines through two rows drawn at random. Two humps across a long axis
    show in the own metric, many clusters in many dimensions in the plain one. The cut whose parts are the most
    probable under the prior is kept. A few clusters at a time, so that many clusters of many dimensions stay small.
    """
    rows = members.sample(SAMPLE, generator)
    axes = torch.rand(len(rows), x.shape[1], generator=generator).to(x) - 0.5
    clusters = torch.arange(members.clusters, device=x.device)
    together = max(1, CELLS // (SAMPLE * x.shape[1]))
    parts = zip(rows.split(together), axes.split(together), clusters.split(together), strict=True)
    found = []
    for part, axis, own in parts:
        metrics = [mixture.own_coordinates(x[part], own)]
        if not mixture.diagonal:
            metrics.append(x[part])
        cuts = [_best_of_starts(each, axis) for each in metrics]
        found.append(_centres(_most_probable(x[part], cuts, prior), metrics[0]))
    return torch.cat(found)


def _most_probable(x: Tensor, cuts: list[Tensor], prior: NormalInverseWishart) -> Tensor:
    """Of several cuts (A, S, 2) of the rows (A, S, D) of each cluster the one with the largest evidence."""
    if len(cuts) == 1:
        return cuts[0]
    evidence = torch.stack([_evidence(x, each, prior) for each in cuts])
    return torch.stack(cuts)[evidence.argmax(0), torch.arange(len(x), device=x.device)]


def _evidence(x: Tensor, sides: Tensor, prior: NormalInverseWishart) -> Tensor:
    parts = Statistics.of_blocks(x, sides, prior.diagonal)
    return (torch.lgamma(parts.counts.clamp_min(1)) + prior.log_marginal(parts)).sum(1)


def _best_of_starts(x: Tensor, random_axis: Tensor) -> Tensor:
    """x: (A, S, D) rows of each cluster, in random order → which of two sides each is on, (A, S, 2) of 0 and 1."""
    centred = x - x.mean(1, keepdim=True)
    pairs = (centred[:, 2 * start] - centred[:, 2 * start + 1] for start in range(STARTS - 1))
    found = [_two_means(centred, x, axis) for axis in (_principal_axis(centred, random_axis), *pairs)]
    costs = torch.stack([squared_distances(x, _centres(sides, x)).min(2).values.sum(1) for sides in found])
    return torch.stack(found)[costs.argmin(0), torch.arange(len(x), device=x.device)]


def _two_means(centred: Tensor, x: Tensor, axis: Tensor) -> Tensor:
    """Lloyd's iterations from the cut across an axis (A, D) through the mean: the sides (A, S, 2)."""
    side = ((centred @ axis[..., None]) > 0).to(x)
    sides = torch.cat([side, 1 - side], 2)
    for _ in range(ITERATIONS):
        nearest = squared_distances(x, _centres(sides, x)).argmin(2)
        sides = torch.nn.functional.one_hot(nearest, 2).to(x)
    return sides


def _centres(sides: Tensor, x: Tensor) -> Tensor:
    return (sides.mT @ x) / sides.sum(1).clamp_min(1)[..., None]


def _principal_axis(centred: Tensor, start: Tensor, iterations: int = 10) -> Tensor:
    """The direction of largest variance by power iteration: (A, S, D), (A, D) → (A, D)."""
    axis = start
    for _ in range(iterations):
        axis = ((centred @ axis[..., None]).mT @ centred)[:, 0]
        axis = axis / axis.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return axis
