"""The turns of DeepDPM and an auto-encoder; `core.clustering.deepdpm_ae` has the parameters and says what is learned.

Ronen, Finder and Freifeld: DeepDPM: Deep clustering with an unknown number of clusters. CVPR 2022.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.clustering import deepdpm
from core.clustering.deep.codes import EVERY, LEARNING_RATE, Pretraining, adam, batches_an_epoch, pretrained, shuffled
from core.clustering.deep.preparation import one_cluster, prepare
from core.errors import Cancelled
from core.progress import Bar, Progress, Report
from core.results import Clustering, Floats

SHARE = 0.1
"""Of the pretraining's passes and learning rate: what each later turn of the auto-encoder has."""


class Alternation:
    """found: the clusters of the last turn, None before the first; begin: the bar's step at which a stage begins.

    x: (N, D) float32; params: those of DeepDPM in each turn; turns: after the first clusters; pull: the weight of the
    distance to the own cluster.
    """

    def __init__(
        self, x: Floats, pretraining: Pretraining, params: deepdpm.Params, turns: int, pull: float, report: Report
    ) -> None:
        self.x, self.params, self.turns, self.pull = x, params, turns, pull
        self.pretraining = pretraining.resolved(len(x))
        self.passes = max(1, round(SHARE * self.pretraining.epochs))
        self.turn = self.passes * batches_an_epoch(len(x))
        steps = self.pretraining.steps(len(x)) + params.epochs + turns * (self.turn + params.epochs)
        self.bar, self.begin = Bar(report, steps), 0
        self.random = np.random.default_rng(params.seed)
        self.found: Clustering | None = None
        self.history: dict[str, list[Any]] = {"pretraining_loss": [], "code_loss": []}
        self.metrics: dict[str, float] = {}

    def go(self) -> None:
        """Raises `Cancelled` where it is stopped; `result` then gives what there is."""
        self._pretrain()
        clusters = self._cluster()
        for _ in range(self.turns):
            self._pull(clusters)
            clusters = self._cluster()
        self.bar.step(self.begin, f"found {clusters.k} clusters", {"k": float(clusters.k)})

    def result(self, partial: bool) -> Clustering:
        assert self.found is not None
        metrics = {**self.found.metrics, **self.metrics}
        return replace(self.found, metrics=metrics, history=self.history, partial=partial)

    def _pretrain(self) -> None:
        known = pretrained(self.x, self.pretraining, self.bar)
        if known.partial:
            raise Cancelled("stopped before there were clusters")
        self.coder, self.metrics, self.history["pretraining_loss"] = known.coder, known.metrics(), known.losses
        self.optimizer = adam(list(self.coder.parameters()), SHARE * LEARNING_RATE)
        self.begin += self.pretraining.steps(len(self.x))

    def _cluster(self) -> Clustering:
        """DeepDPM on the code as it is now, from the clusters that there are."""

        def onward(progress: Progress) -> None:
            self.bar.step(self.begin + progress.done, progress.message, progress.metrics)

        found = self._found(onward)
        if found.history["k"]:  # stopped before the first epoch, its net knows nothing yet
            self._keep(found)
        if found.partial:
            raise Cancelled("stopped")
        self.begin += self.params.epochs
        return found

    def _found(self, report: Report) -> Clustering:
        data = prepare(self.coder.codes(self.x))
        if not data.rows.shape[1]:
            return one_cluster(len(self.x))
        if self.found is None:
            return deepdpm.learn(data, deepdpm.initial_labels(data, self.params), self.params, report)
        params = replace(self.params, start_k=self.found.k)
        return deepdpm.learn(data, torch.from_numpy(self.found.labels).to(data.device), params, report)

    def _keep(self, found: Clustering) -> None:
        """The clusters of this turn in place of the last; histories one after the other, by epochs of all turns."""
        before = len(self.history.get("k", []))
        for name, values in found.history.items():
            moved = [each | {"epoch": each["epoch"] + before} if isinstance(each, dict) else each for each in values]
            self.history.setdefault(name, []).extend(moved)
        self.found = found

    def _pull(self, clusters: Clustering) -> None:
        """The auto-encoder's turn: reconstruction, and each row towards the mean of its cluster."""
        codes = self.coder.codes(self.x)
        spread = np.maximum(codes.std(0), 1e-6)
        centres = means(codes / spread, clusters.labels, clusters.k)
        step = self.begin
        for _ in range(self.passes):
            total = 0.0
            for rows in shuffled(len(self.x), self.random):
                total, step = total + len(rows) * self._step(rows, centres[clusters.labels[rows]], spread), step + 1
                if step % EVERY == 0:
                    self.bar.step(step, "drawing rows to their clusters", {"k": float(clusters.k)})
            self.history["code_loss"].append(total / len(self.x))
        self.begin += self.turn

    def _step(self, rows: NDArray[np.int64], targets: Floats, spread: Floats) -> float:
        prepared = self.coder.prepare(self.x[rows])
        codes = self.coder.encode(prepared)
        scaled = codes / torch.from_numpy(spread).to(codes)
        distance = torch.nn.functional.mse_loss(scaled, torch.from_numpy(targets).to(codes))
        rebuilt = torch.nn.functional.mse_loss(self.coder.decode(codes), prepared)
        loss = rebuilt + self.pull * distance
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())


def means(x: Floats, labels: NDArray[np.int64], k: int) -> Floats:
    """The mean row of each cluster: (N, D), (N,) → (K, D) float32."""
    sums = np.zeros((k, x.shape[1]))
    np.add.at(sums, labels, x)
    return (sums / np.bincount(labels, minlength=k)[:, None]).astype(np.float32)
