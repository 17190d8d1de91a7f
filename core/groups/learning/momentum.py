"""The momentum group features of SMoG in torch; the formulas are in `core.groups.smog`."""

from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from core.groups.learning.trainer import Options, Trainer, plain
from core.groups.sets import Sets, group_means
from core.groups.start import WhitenedMean
from core.progress import Report


class MomentumOptions(Options, Protocol):
    """What SMoG's `Params` have."""

    @property
    def momentum(self) -> float: ...
    @property
    def temperature(self) -> float: ...


class Projection(nn.Module):
    """A: (D, D), and the features of the training groups: (K, D), unit norm."""

    def __init__(self, trainer: Trainer, momentum: float) -> None:
        super().__init__()
        self.start, self.momentum = trainer.start, momentum
        self.linear = nn.Parameter(torch.tensor(self.start.linear))
        means = torch.from_numpy(group_means(trainer.training_sets).astype(np.float32))
        self.groups = normalize(means @ self.linear.detach().T)

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) → (B, D), unit norm."""
        return normalize(x @ self.linear.T)

    def moved(self, features: Tensor, group: Tensor) -> Tensor:
        """The groups' features after a batch, (K, D); what it adds carries the gradient, what was there does not."""
        self.groups = moved(self.groups.detach(), features, group, self.momentum)
        return self.groups

    def export(self) -> WhitenedMean:
        return WhitenedMean(replace(self.start, linear=plain(self.linear)))


def moved(groups: Tensor, features: Tensor, group: Tensor, momentum: float) -> Tensor:
    """g_k ← unit(β g_k + (1 - β) mean of the features of group k); groups without any stay."""
    totals = torch.zeros_like(groups).index_add(0, group, features)
    counts = torch.bincount(group, minlength=len(groups))[:, None]
    means = totals / counts.clamp_min(1)
    return torch.where(counts > 0, normalize(momentum * groups + (1 - momentum) * means), groups)


def train(sets: Sets, params: MomentumOptions, report: Report) -> WhitenedMean:
    """The projection that is best on the classes held out; sets: groups of two items or more."""
    trainer = Trainer(sets, params, report)
    net = Projection(trainer, params.momentum)

    def loss() -> Tensor:
        rows, group = _partners(trainer)
        first, second = net(trainer.items(rows[:, 0])), net(trainer.items(rows[:, 1]))
        return cross_entropy(first @ net.moved(second, group).T / params.temperature, group)

    return trainer.learn(net, loss, "learning from momentum groups")


def _partners(trainer: Trainer) -> tuple[np.ndarray, Tensor]:
    """Items of random groups, each with another item of its group: rows (B, 2), groups (B,)."""
    training_sets, random = trainer.training_sets, trainer.random
    group = random.integers(len(training_sets), size=trainer.params.classes)
    sizes = training_sets.sizes[group]
    first = random.integers(sizes)
    second = (first + 1 + random.integers(sizes - 1)) % sizes
    return training_sets.starts[group][:, None] + np.stack([first, second], axis=1), torch.from_numpy(group)
