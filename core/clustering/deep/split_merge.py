"""Splits and merges of clusters by the Hastings ratio of a Dirichlet-process mixture.

Chang and Fisher: Parallel sampling of DP mixture models using sub-cluster splits. NeurIPS 2013.
Ronen, Finder and Freifeld: DeepDPM: Deep clustering with an unknown number of clusters. CVPR 2022.

    H_split = α Γ(N_1) f(X_1) Γ(N_2) f(X_2) / (Γ(N) f(X)),   H_merge = 1 / H_split

f is the marginal likelihood of the rows of one cluster. All ratios are logarithms in float64.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.clustering.deep.niw import NormalInverseWishart, Statistics

NEIGHBOURS = 3


@dataclass(frozen=True)
class Merge:
    """Two clusters become one: `first` stays, `second` goes."""

    first: int
    second: int
    log_ratio: float


def log_split_ratio(prior: NormalInverseWishart, alpha: float, parts: Statistics) -> Tensor:
    """log H_split of each cluster from the statistics (K, 2) of its subclusters: (K,); -∞ where one is empty."""
    return _log_ratio(prior, alpha, parts[:, 0], parts[:, 1])


def log_merge_ratio(prior: NormalInverseWishart, alpha: float, first: Statistics, second: Statistics) -> Tensor:
    """log H_merge of pairs of clusters, the statistics (P,) of the one and the other: (P,); ∞ where one is empty."""
    return -_log_ratio(prior, alpha, first, second)


def log_random_split_correction(alpha: float, first: Tensor, second: Tensor) -> Tensor:
    """What a merge costs more where a split is undone by a random split (Chang and Fisher 2013, section 4.3): (P,).

    The subclusters of a cluster that was merged are the two clusters it was made of: the reverse move would have to
    draw exactly this partition from a Dirichlet–multinomial with α / 2 each. first, second: (P,) counts.
    """
    half = first.new_tensor(alpha / 2)
    parts = torch.lgamma(half + first) + torch.lgamma(half + second) - 2 * torch.lgamma(half)
    return parts + torch.lgamma(2 * half) - torch.lgamma(2 * half + first + second)


def accepted(log_ratios: Tensor, generator: torch.Generator) -> Tensor:
    """Which proposals are taken, each with probability min(1, H): (P,) bool."""
    drawn = torch.rand(log_ratios.shape, generator=generator, dtype=torch.float64).to(log_ratios.device)
    return drawn.log() < log_ratios


def accepted_merges(
    prior: NormalInverseWishart,
    alpha: float,
    clusters: Statistics,
    generator: torch.Generator,
    random_split: bool = False,
) -> list[Merge]:
    """Merges of clusters (K,) with their nearest neighbours that were taken, the best first, no cluster twice.

    random_split: the reverse move is a random split (see `log_random_split_correction`), as in a sampler.
    """
    pairs = neighbour_pairs(clusters.sums / clusters.counts.clamp_min(1)[:, None])
    if not len(pairs):
        return []
    first, second = clusters[pairs[:, 0]], clusters[pairs[:, 1]]
    log_ratios = log_merge_ratio(prior, alpha, first, second)
    if random_split:
        log_ratios = log_ratios + log_random_split_correction(alpha, first.counts, second.counts)
    taken = accepted(log_ratios, generator)
    order = log_ratios.argsort(descending=True, stable=True)
    best = order[taken[order]]
    candidates = zip(*pairs[best].T.tolist(), log_ratios[best].tolist(), strict=True)
    return disjoint([Merge(*each) for each in candidates])


def neighbour_pairs(means: Tensor, neighbours: int = NEIGHBOURS) -> Tensor:
    """Each cluster with its nearest neighbours by the distance of means, every pair once: (P, 2), first < second."""
    count = len(means)
    if count < 2:
        return torch.empty(0, 2, dtype=torch.int64, device=means.device)
    distances = torch.cdist(means, means).fill_diagonal_(math.inf)
    nearest = distances.topk(min(neighbours, count - 1), largest=False).indices
    pairs = torch.stack([torch.arange(count, device=means.device)[:, None].expand_as(nearest), nearest], -1)
    return pairs.flatten(0, 1).sort(1).values.unique(dim=0)


def disjoint(candidates: list[Merge]) -> list[Merge]:
    """The first ones of an ordered list that share no cluster."""
    used: set[int] = set()
    chosen = []
    for merge in candidates:
        if used.isdisjoint((merge.first, merge.second)):
            chosen.append(merge)
            used |= {merge.first, merge.second}
    return chosen


def _log_ratio(prior: NormalInverseWishart, alpha: float, first: Statistics, second: Statistics) -> Tensor:
    apart = _log_evidence(prior, first) + _log_evidence(prior, second)
    ratio = math.log(alpha) + apart - _log_evidence(prior, first + second)
    possible = (first.counts > 0) & (second.counts > 0)
    return torch.where(possible, ratio, -math.inf)


def _log_evidence(prior: NormalInverseWishart, clusters: Statistics) -> Tensor:
    """log Γ(N) f(X); the callers leave empty clusters out."""
    return torch.lgamma(clusters.counts.clamp_min(1)) + prior.log_marginal(clusters)
