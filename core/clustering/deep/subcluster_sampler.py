"""One draw after another of a Dirichlet-process mixture with subclusters, and the moves between draws.

Chang and Fisher: Parallel sampling of DP mixture models using sub-cluster splits. NeurIPS 2013.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.clustering.deep.gaussians import Mixture
from core.clustering.deep.members import Members
from core.clustering.deep.niw import NormalInverseWishart, Statistics
from core.clustering.deep.options import SamplerOptions
from core.clustering.deep.preparation import Prepared
from core.clustering.deep.split_merge import accepted, accepted_merges, log_split_ratio
from core.clustering.deep.statistics import block_statistics, grown, merge_record, split_records
from core.clustering.deep.two_means import squared_distances, two_means


class SubclusterSampler:
    """State between draws: `parts`, the statistics (K, 2) of the subclusters, and `ages`, (K,) draws since they began.

    A cluster of age 0 has no subclusters yet: the next draw begins them by 2-means.
    """

    def __init__(self, data: Prepared, options: SamplerOptions) -> None:
        self.data, self.options = data, options
        self.generator = torch.Generator().manual_seed(options.seed)
        self.random = np.random.default_rng(options.seed)
        self.prior = NormalInverseWishart.from_data(data.variances, len(data), data.diagonal, options.prior_share)
        self.history: dict[str, list[Any]] = {"k": [], "splits": [], "merges": []}
        self.drawn = 0
        labels = torch.randint(options.start_k, (len(data),), generator=self.generator).to(data.device)
        self._begin(Members(labels, options.start_k))

    @property
    def clusters(self) -> int:
        return len(self.ages)

    def draw(self) -> None:
        """Parameters, labels, sublabels, then splits and merges."""
        members = self._drop_empty(self._draw_labels())
        self.parts = self._draw_subclusters(members)
        self.ages += 1
        self._split()
        self._merge()
        self.drawn += 1
        self.history["k"].append(self.clusters)

    @torch.no_grad()
    def assign(self) -> tuple[Tensor, Tensor]:
        """Each row's most probable cluster (N,) int64 and its probability (N,) float32, at the posterior's mode."""
        mixture = self._mode()
        best = [mixture.log_responsibilities(x).max(1) for x in self.data.rows.split(self.options.batch)]
        return torch.cat([each.indices for each in best]), torch.cat([each.values for each in best]).exp()

    def _mode(self) -> Mixture:
        clusters = self.parts.pooled()
        weights = clusters.counts.clamp_min(1e-9) / clusters.counts.sum()
        return Mixture.from_covariances(weights, *self.prior.posterior(clusters).mode())

    def _begin(self, members: Members) -> None:
        """The first clusters, without subclusters yet."""
        self.ages = torch.zeros(members.clusters, dtype=torch.int64, device=self.data.device)
        self.parts = block_statistics(self.data, self.prior, members, 2, _all_in_the_first)

    def _draw_labels(self) -> Members:
        """π ~ Dirichlet(N_1 … N_K), (μ, Σ) ~ their posterior, z ~ π N(x; μ, Σ)."""
        clusters = self.parts.pooled()
        mixture = self._draw_mixture(clusters, clusters.counts)
        drawn = [self._draw_index(mixture.log_joint(x)) for x in self.data.rows.split(self.options.batch)]
        return Members(torch.cat(drawn), self.clusters)

    def _draw_mixture(self, clusters: Statistics, concentration: Tensor) -> Mixture:
        """Gaussians from their posteriors; the weights' last dimension sums to 1."""
        gamma = self.random.standard_gamma(concentration.clamp_min(1e-3).cpu().numpy())
        weights = torch.from_numpy(gamma).to(concentration).clamp_min(1e-300)
        means, factors = self.prior.posterior(clusters).sample(self.random)
        return Mixture((weights / weights.sum(-1, keepdim=True)).log(), means, factors)

    def _draw_index(self, log_joint: Tensor) -> Tensor:
        """One index of the last dimension in proportion to its probability (Gumbel's maximum)."""
        uniform = torch.rand(log_joint.shape, generator=self.generator).to(log_joint).clamp_min(1e-30)
        return (log_joint - (-uniform.log()).log()).argmax(-1)

    def _drop_empty(self, members: Members) -> Members:
        full = torch.nonzero(members.counts).flatten()
        if len(full) == members.clusters:
            return members
        number = torch.zeros(members.clusters, dtype=torch.int64, device=full.device)
        number[full] = torch.arange(len(full), device=full.device)
        self._keep(full)
        return Members(number[members.labels], len(full))

    def _draw_subclusters(self, members: Members) -> Statistics:
        """π̃ ~ Dirichlet(N_l + α / 2, N_r + α / 2) and so on; where they are to begin, by the nearer of two centres."""
        sub = self._draw_mixture(self.parts, self.parts.counts + self.options.alpha / 2)
        new = self.ages == 0
        centres, mode = None, self._mode()
        if new.any():
            centres = two_means(self.data.rows, members, mode, self.prior, self.generator)

        def sides(x: Tensor, clusters: Tensor) -> Tensor:
            drawn = self._draw_index(sub[clusters].log_joint_of_own(x))
            if centres is not None:
                nearest = squared_distances(mode.own_coordinates(x, clusters), centres[clusters]).argmin(2)
                drawn = torch.where(new[clusters][:, None], nearest, drawn)
            return torch.nn.functional.one_hot(drawn, 2)

        return block_statistics(self.data, self.prior, members, 2, sides)

    def _split(self) -> None:
        log_ratios = log_split_ratio(self.prior, self.options.alpha, self.parts)
        ripe = self.ages > self.options.burn_in
        split = torch.nonzero(accepted(log_ratios, self.generator) & ripe).flatten()
        worn = self.ages >= self.options.restart
        self.ages[worn] = 0
        if not len(split):
            return
        self.history["splits"] += split_records(self.drawn, split, self.parts, log_ratios)
        whole = grown(self.parts, split)
        self._keep(torch.cat([torch.arange(self.clusters, device=split.device), split]))
        fresh = torch.cat([split, torch.arange(self.clusters - len(split), self.clusters, device=split.device)])
        self.ages[fresh] = 0
        # Until they begin at the next draw, all rows of a new cluster count as its first subcluster's.
        for each in self.parts:
            each[fresh] = 0
        self.parts[fresh, 0] = whole[fresh]

    def _merge(self) -> None:
        clusters = self.parts.pooled()
        merges = accepted_merges(self.prior, self.options.alpha, clusters, self.generator, random_split=True)
        if not merges:
            return
        self.history["merges"] += [merge_record(self.drawn, each, clusters) for each in merges]
        first, second = torch.tensor([(each.first, each.second) for each in merges], device=self.data.device).T
        # The subclusters of the merged cluster are the two clusters that it was made of.
        pairs = zip(clusters[first], clusters[second], strict=True)
        self.parts[first] = Statistics(*(torch.stack(each, 1) for each in pairs))
        self.ages[first] = 1
        stay = torch.ones(self.clusters, dtype=torch.bool, device=self.data.device)
        stay[second] = False
        self._keep(torch.nonzero(stay).flatten())

    def _keep(self, clusters: Tensor) -> None:
        self.parts, self.ages = self.parts[clusters], self.ages[clusters]


def _all_in_the_first(x: Tensor, clusters: Tensor) -> Tensor:
    return torch.stack([torch.ones_like(x[..., 0]), torch.zeros_like(x[..., 0])], -1)
