"""The momentum group features of SMoG in torch; the formulas are in `core.groups.smog`."""

from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from core.groups.learning.lesson import Lesson, Options, plain
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
    """A: (D, D), and the features of the taught groups: (K, D), unit norm."""

    def __init__(self, lesson: Lesson, momentum: float) -> None:
        super().__init__()
        self.start, self.momentum = lesson.start, momentum
        self.linear = nn.Parameter(torch.tensor(self.start.linear))
        means = torch.from_numpy(group_means(lesson.taught).astype(np.float32))
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


def teach(sets: Sets, params: MomentumOptions, report: Report) -> WhitenedMean:
    """The projection that is best on the classes held out; sets: groups of two items or more."""
    lesson = Lesson(sets, params, report)
    net = Projection(lesson, params.momentum)

    def loss() -> Tensor:
        rows, group = _partners(lesson)
        first, second = net(lesson.items(rows[:, 0])), net(lesson.items(rows[:, 1]))
        return cross_entropy(first @ net.moved(second, group).T / params.temperature, group)

    return lesson.learn(net, loss, "learning from momentum groups")


def _partners(lesson: Lesson) -> tuple[np.ndarray, Tensor]:
    """Items of random groups, each with another item of its group: rows (B, 2), groups (B,)."""
    taught, random = lesson.taught, lesson.random
    group = random.integers(len(taught), size=lesson.params.classes)
    sizes = taught.sizes[group]
    first = random.integers(sizes)
    second = (first + 1 + random.integers(sizes - 1)) % sizes
    return taught.starts[group][:, None] + np.stack([first, second], axis=1), torch.from_numpy(group)
