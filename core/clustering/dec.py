"""DEC: an auto-encoder's code is trained on until rows lie close to the centre that they most likely belong to.

Xie, Girshick and Farhadi: Unsupervised deep embedding for clustering analysis. ICML, 2016.

    q_ij ∝ (1 + |z_i - μ_j|² / α)^(-(α + 1) / 2)      how likely row i is of cluster j, by Student's t
    p_ij ∝ q_ij² / Σ_i q_ij                           the target: q made sharper, over all rows
    L = Σ_i Σ_j p_ij log(p_ij / q_ij)                 minimised over the encoder's weights and the centres

The code comes from `core.clustering.deep.codes`, the first centres from the best of 20 K-means on it. The target is
taken anew about every 140 steps but at most once an epoch; the end is when fewer than `tolerance` of the labels have
changed between two targets. Where the paper steps with SGD, Adam does here: its steps do not depend on the code's
scale. Its rate is that of five at which seeds agree most, no label read (`python -m tests.benchmarks.dec_rate`): a
faster one goes far towards a target before that is put right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.clustering.autoencoder import RESTARTS, kmeans_centres
from core.clustering.checks import check_rows, renumbered
from core.errors import Cancelled
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

if TYPE_CHECKING:
    from torch import Tensor

    from core.clustering.deep.codes import Coder, Pretrained

LEARNING_RATE = 3e-5
STEPS_A_TARGET = 140
STEPS = 8_400
LEAST_TARGETS = 5
CELLS = 2**22
"""Numbers of one chunk of q: 16 MB."""


@dataclass(frozen=True)
class Params:
    k: int = param(10, "how many clusters", minimum=1, maximum=100_000)
    dimensions: int = param(10, "numbers in the code of a row", minimum=1, maximum=1_000)
    epochs: int = param(0, "epochs of the pretraining; 0: about 8,000 steps, at most 100", minimum=0, maximum=10_000)
    targets: int = param(0, "most times that the target is taken; 0: about 8,400 steps", minimum=0, maximum=10_000)
    tolerance: float = param(0.001, "the end: so small a share of labels changes", minimum=0, maximum=1)
    alpha: float = param(1.0, "degrees of freedom of Student's t", minimum=0.01, maximum=1_000)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32 with at least k different rows → a `Clustering`.

    confidence: q of the row's cluster. metrics: kl_divergence over all rows, targets (how many were taken), converged
    (1: the stopping rule ended it), and those of the pretraining. history: `changed`, the share of labels that changed
    since the target before; `loss`, the mean KL divergence a row between two targets; `pretraining_loss` an epoch.
    Stopped, the labels of the last target are given back as partial; before the first, those of K-means.
    """
    from core.clustering.deep.codes import Pretraining, pretrained

    check_rows(x, params.k)
    pretraining = Pretraining(params.dimensions, params.epochs, params.seed)
    schedule = Schedule.of(len(x), params.targets)
    bar = Bar(report, pretraining.steps(len(x)) + schedule.steps)
    known = pretrained(x, pretraining, bar)
    run = DEC(x, known.coder, params, bar, restarts=1 if known.partial else RESTARTS)
    stopped = known.partial or run.go(schedule, begin=pretraining.steps(len(x)))
    return run.result(known, stopped)


@dataclass(frozen=True)
class Schedule:
    """Most targets, epochs between two, and steps in all."""

    targets: int
    epochs: int
    steps: int

    @classmethod
    def of(cls, rows: int, targets: int) -> "Schedule":
        from core.clustering.deep.codes import batches_an_epoch

        epochs = max(1, round(STEPS_A_TARGET / batches_an_epoch(rows)))
        steps = epochs * batches_an_epoch(rows)
        targets = targets or max(LEAST_TARGETS, round(STEPS / steps))
        return cls(targets, epochs, targets * steps)


def student_t(codes: "Tensor", centres: "Tensor", alpha: float = 1.0) -> "Tensor":
    """Soft assignment q: (B, d) codes and (K, d) centres → (B, K), rows sum to 1."""
    return log_student_t(codes, centres, alpha).exp()


def log_student_t(codes: "Tensor", centres: "Tensor", alpha: float = 1.0) -> "Tensor":
    """log q: (B, K). Finite however far the centres are, as q itself and its logarithm would not be."""
    squares = (codes[:, None] - centres).square().sum(2)
    return (-(alpha + 1) / 2 * (squares / alpha).log1p()).log_softmax(1)


def sharpened(q: "Tensor", frequencies: "Tensor") -> "Tensor":
    """Target p of some rows: (B, K) q and (K,) sums of q over all rows → (B, K), rows sum to 1."""
    weights = q.square() / frequencies.clamp_min(1e-30)
    return weights / weights.sum(1, keepdim=True)


def kl_divergence(p: "Tensor", log_q: "Tensor") -> "Tensor":
    """Σ p log(p / q): (B, K) twice → (B,), one a row."""
    return (p.xlogy(p) - p * log_q).sum(1)


class Target:
    """p of all rows as it was when taken, kept as codes and centres: N × d numbers, not N × K.

    labels: (N,) int64, the likeliest cluster. confidence: (N,) float32, its q. divergence: mean KL a row.
    """

    def __init__(self, codes: Floats, centres: "Tensor", alpha: float) -> None:
        import torch

        self.codes, self.centres, self.alpha = torch.from_numpy(codes), centres.detach().cpu().clone(), alpha
        sums = [log_q.exp().sum(0, dtype=torch.float64) for log_q in self._chunks()]
        self.frequencies = torch.stack(sums).sum(0).float()
        likeliest = [log_q.exp().max(1) for log_q in self._chunks()]
        self.labels: NDArray[np.int64] = torch.cat([each.indices for each in likeliest]).numpy()
        self.confidence: Floats = torch.cat([each.values for each in likeliest]).numpy()

    @property
    def divergence(self) -> float:
        """Never below zero, where float32 rounding alone would put it."""
        parts = ((sharpened(log_q.exp(), self.frequencies), log_q) for log_q in self._chunks())
        return max(0.0, sum(float(kl_divergence(p, log_q).sum()) for p, log_q in parts) / len(self.codes))

    def p(self, rows: NDArray[np.int64]) -> "Tensor":
        """(B, K) of some rows."""
        return sharpened(student_t(self.codes[rows], self.centres, self.alpha), self.frequencies)

    def _chunks(self) -> Iterator["Tensor"]:
        """log q of all rows, so many at a time that memory stays small at any K."""
        size = max(1, CELLS // self.centres.numel())
        return (log_student_t(codes, self.centres, self.alpha) for codes in self.codes.split(size))


class DEC:
    """One run: the encoder, the centres, the target, and how it went."""

    def __init__(self, x: Floats, coder: "Coder", params: Params, bar: Bar, restarts: int = RESTARTS) -> None:
        import torch

        from core.clustering.deep.codes import adam

        self.x, self.coder, self.params, self.bar = x, coder, params, bar
        codes = coder.codes(x)
        centres, _ = kmeans_centres(codes, params.k, params.seed, restarts)
        self.centres = torch.nn.Parameter(torch.from_numpy(centres).to(coder.device))
        self.target = Target(codes, self.centres, params.alpha)
        weights = [*coder.hidden.parameters(), *coder.code.parameters(), self.centres]
        self.optimizer = adam(weights, LEARNING_RATE)
        self.random = np.random.default_rng(params.seed)
        self.losses, self.changed, self.converged = list[float](), list[float](), False

    def go(self, schedule: Schedule, begin: int) -> bool:
        """Targets and the epochs between them until the stopping rule holds; true if stopped from outside."""
        try:
            while not self.converged and len(self.changed) < schedule.targets:
                self._towards_target(schedule, begin + len(self.changed) * (schedule.steps // schedule.targets))
                self._take_target()
            self.bar.step(self.bar.total or 0, f"clustered after {len(self.changed)} targets")
        except Cancelled:
            return True
        return False

    def result(self, known: "Pretrained", stopped: bool) -> Clustering:
        metrics = {"kl_divergence": self.target.divergence, "targets": float(len(self.changed))}
        metrics |= {"converged": float(self.converged)} | known.metrics()
        history = {"loss": self.losses, "changed": self.changed, "pretraining_loss": known.losses}
        labels, confidence = self.target.labels, self.target.confidence
        return Clustering(renumbered(labels), confidence.clip(0, 1), metrics, history, stopped)

    def _towards_target(self, schedule: Schedule, begin: int) -> None:
        """The epochs between two targets."""
        from core.clustering.deep.codes import EVERY, shuffled

        total, step = 0.0, begin
        for _ in range(schedule.epochs):
            for rows in shuffled(len(self.x), self.random):
                total, step = total + self._step(rows) * len(rows), step + 1
                if step % EVERY == 0:
                    self._tell(step)
        self.losses.append(total / len(self.x) / schedule.epochs)

    def _step(self, rows: NDArray[np.int64]) -> float:
        p = self.target.p(rows).to(self.coder.device)
        codes = self.coder.encode(self.coder.prepare(self.x[rows]))
        loss = kl_divergence(p, log_student_t(codes, self.centres, self.params.alpha)).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def _take_target(self) -> None:
        before = self.target.labels
        self.target = Target(self.coder.codes(self.x), self.centres, self.params.alpha)
        self.changed.append(float((self.target.labels != before).mean()))
        self.converged = self.changed[-1] < self.params.tolerance

    def _tell(self, step: int) -> None:
        changed = f", {self.changed[-1]:.2%} of the labels changed" if self.changed else ""
        metrics = {"loss": self.losses[-1], "changed": self.changed[-1]} if self.changed else {}
        self.bar.step(step, f"drawing rows to their centres: target {len(self.changed) + 1}{changed}", metrics)


METHOD = Method("dec", "DEC", Params, fit)
