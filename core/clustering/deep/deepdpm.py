"""How DeepDPM learns: epochs of the clustering net and the M step, cuts by the subclustering nets, splits and merges.

Ronen, Finder and Freifeld: DeepDPM: Deep clustering with an unknown number of clusters. CVPR 2022.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from core.clustering.deep.deepdpm_nets import ClusteringNet, SubclusteringNets, cluster_loss, subcluster_loss
from core.clustering.deep.gaussians import Mixture
from core.clustering.deep.members import Members
from core.clustering.deep.niw import NormalInverseWishart, Statistics
from core.clustering.deep.options import DeepDPMOptions
from core.clustering.deep.preparation import Prepared
from core.clustering.deep.split_merge import accepted, accepted_merges, log_split_ratio
from core.clustering.deep.statistics import block_statistics, grown, merge_record, merged, split_records
from core.clustering.deep.two_means import two_means

STEPS = 16
"""An epoch has at least so many steps where batches of `LEAST_BATCH` rows allow it."""
LEAST_BATCH = 128
LEAST_ROWS = 32
"""Rows of each cluster in a step of the subclustering nets, at least."""
CAUTION = 0.2
"""The subclustering nets' share of the learning rate: they begin close to where they end."""
SETTLING_EPOCHS = 2
"""Epochs after a split or merge in which the net learns the new clusters before they may move."""
REPORT_STEPS = 64


class DeepDPM:
    """The clustering net, the mixture it is amortising, and what happened to them.

    labels: (N,) int64 on the data's processor, the clusters to start from; `step` is called with the epochs done,
    a message and figures, and may raise to stop: what has been learned so far stays usable.
    """

    def __init__(self, data: Prepared, labels: Tensor, options: DeepDPMOptions, step: Callable[..., None]) -> None:
        self.data, self.options, self.step = data, options, step
        self.generator = torch.Generator().manual_seed(options.seed)
        self.prior = NormalInverseWishart.from_data(data.variances, len(data), data.diagonal, options.prior_share)
        members = Members(labels, options.start_k)
        self.mixture = self._mode(self._hard_statistics(members))
        dimensions = data.rows.shape[1]
        self.net = ClusteringNet(dimensions, options.hidden, options.start_k, self.generator).to(data.device)
        self.epoch, self.last_loss = 0, torch.zeros(())
        self.history: dict[str, list[Any]] = {"k": [], "loss": [], "subcluster_loss": []}
        self.history |= {"splits": [], "merges": [], "given_up": []}
        self._new_optimizer()

    @property
    def clusters(self) -> int:
        return len(self.mixture)

    def learn(self) -> None:
        """Rounds of epochs and proposals until several rounds in a row change nothing, or the epochs are spent."""
        unchanged, settling = 0, SETTLING_EPOCHS
        while unchanged < self.options.patience and self.epoch < self.options.epochs:
            self._round(settling)
            changed = self.epoch < self.options.epochs and self._move()
            unchanged, settling = (0, SETTLING_EPOCHS) if changed else (unchanged + 1, 0)

    @torch.no_grad()
    def assign(self) -> tuple[Tensor, Tensor]:
        """Each row's cluster (N,) int64 and its probability (N,) float32, by the clustering net."""
        best = [self.net.log_probabilities(x).max(1) for x in self.data.rows.split(self.options.batch)]
        return torch.cat([each.indices for each in best]), torch.cat([each.values for each in best]).exp()

    def _round(self, settling: int) -> None:
        count = min(self.options.epochs_between_moves if self.clusters > 1 else 1, self.options.epochs - self.epoch)
        for age in range(count):
            self._epoch(frozen=age < settling and self.clusters > 1)

    def _epoch(self, frozen: bool) -> None:
        """The net follows the E step through all rows; then, unless frozen, the mixture follows the net: the M step."""
        total, statistics = 0.0, Statistics.zeros(self.clusters, self.prior)
        for step, rows in enumerate(self._batches()):
            if step % REPORT_STEPS == 0:
                self._tell("learning clusters")
            x = self.data.rows[rows]
            log_r = self._step(x)
            total += len(x) * float(self.last_loss)
            if not frozen:
                statistics += Statistics.of(x, log_r.exp(), self.data.diagonal)
        if not frozen:
            self._follow(statistics)
        self.epoch += 1
        self.history["k"].append(self.clusters)
        self.history["loss"].append(total / len(self.data))

    def _step(self, x: Tensor) -> Tensor:
        """One step of the clustering net: log r before the step."""
        log_r = self.net.log_probabilities(x)
        loss = cluster_loss(log_r, self.mixture.log_responsibilities(x))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.last_loss = loss.detach()
        return log_r.detach()

    def _follow(self, statistics: Statistics) -> None:
        """The M step; clusters that the net has given up are dropped."""
        if not self._give_up(statistics.counts < 1, statistics):
            self.mixture = self._mode(statistics)

    def _give_up(self, empty: Tensor, statistics: Statistics) -> bool:
        """Drops clusters (K,) bool that have no rows; whether there were any."""
        if not empty.any():
            return False
        self.history["given_up"].append({"epoch": self.epoch, "clusters": torch.nonzero(empty).flatten().tolist()})
        stay = torch.nonzero(~empty).flatten()
        self._change(statistics[stay], stay)
        return True

    def _mode(self, statistics: Statistics) -> Mixture:
        """The mixture at the posterior's mode, its weights the posterior's mean."""
        share = self.options.alpha / len(statistics.counts)
        weights = (statistics.counts + share) / (statistics.counts.sum() + self.options.alpha)
        return Mixture.from_covariances(weights, *self.prior.posterior(statistics).mode())

    def _move(self) -> bool:
        """Proposes merges, and where none is taken splits: whether anything changed."""
        members = Members(self.assign()[0], self.clusters)
        if self._give_up(members.counts == 0, self._hard_statistics(members)):
            return True
        parts = self._cut(members)
        return self._merge(parts.pooled()) or self._split(parts)

    def _cut(self, members: Members) -> Statistics:
        """Learns the subclustering nets and gives the statistics of the subclusters: (K, 2)."""
        rows = self.data.rows
        centres = two_means(rows, members, self.mixture, self.prior, self.generator)
        nets = SubclusteringNets(centres, self.options.hidden // 2, self.generator)
        optimizer = torch.optim.Adam(nets.parameters(), lr=CAUTION * self.options.learning_rate)
        size = max(LEAST_ROWS, self._batch_rows // self.clusters)
        total, steps = 0.0, -(-len(rows) // self._batch_rows)
        for step in range(steps):
            if step % REPORT_STEPS == 0:
                self._tell("looking for splits and merges")
            x = self.mixture.own_coordinates(rows[members.sample(size, self.generator)], self._all)
            loss = subcluster_loss(nets.log_probabilities(x), x, centres)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach())
        self.history["subcluster_loss"].append(total / steps)
        return self._subcluster_statistics(members, nets)

    @torch.no_grad()
    def _subcluster_statistics(self, members: Members, nets: SubclusteringNets) -> Statistics:
        def sides(x: Tensor, clusters: Tensor) -> Tensor:
            own = self.mixture.own_coordinates(x, clusters)
            return torch.nn.functional.one_hot(nets.log_probabilities(own, clusters).argmax(2), 2)

        return block_statistics(self.data, self.prior, members, 2, sides)

    def _hard_statistics(self, members: Members) -> Statistics:
        def whole(x: Tensor, clusters: Tensor) -> Tensor:
            return torch.ones_like(x[..., :1])

        return block_statistics(self.data, self.prior, members, 1, whole)[:, 0]

    def _merge(self, clusters: Statistics) -> bool:
        merges = accepted_merges(self.prior, self.options.alpha, clusters, self.generator)
        if not merges:
            return False
        self.history["merges"] += [merge_record(self.epoch, each, clusters) for each in merges]
        first, second = torch.tensor([(each.first, each.second) for each in merges], device=self.data.device).T
        clusters = merged(clusters, first, second)
        stay = torch.ones(self.clusters, dtype=torch.bool, device=self.data.device)
        stay[second] = False
        self._change(clusters[stay], torch.nonzero(stay).flatten())
        return True

    def _split(self, parts: Statistics) -> bool:
        log_ratios = log_split_ratio(self.prior, self.options.alpha, parts)
        split = torch.nonzero(accepted(log_ratios, self.generator)).flatten()
        if not len(split):
            return False
        self.history["splits"] += split_records(self.epoch, split, parts, log_ratios)
        units = torch.cat([self._all, split])
        self._change(grown(parts, split), units)
        return True

    def _change(self, statistics: Statistics, units: Tensor) -> None:
        """New clusters from their statistics, their units copied from the old units."""
        self.mixture = self._mode(statistics)
        self.net.select(units)
        self._new_optimizer()

    def _new_optimizer(self) -> None:
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.options.learning_rate)

    @property
    def _batch_rows(self) -> int:
        return min(self.options.batch, max(LEAST_BATCH, len(self.data) // STEPS))

    def _batches(self) -> Iterator[Tensor]:
        order = torch.randperm(len(self.data), generator=self.generator).to(self.data.device)
        return iter(order.split(self._batch_rows))

    @property
    def _all(self) -> Tensor:
        return torch.arange(self.clusters, device=self.data.device)

    def _tell(self, message: str) -> None:
        self.step(self.epoch, f"{message}: K = {self.clusters}", {"k": float(self.clusters)})
