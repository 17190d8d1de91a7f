"""How a learned group embedding is trained: groups of one class near each other, on classes that are held out stopped.

Snell, Swersky and Zemel: Prototypical networks for few-shot learning. NeurIPS 2017 (episodes, distances squared).
van den Oord, Li and Vinyals: Representation learning with contrastive predictive coding. 2018 (the loss).
Prechelt: Early stopping - but when? 1998. Kingma and Ba: Adam. ICLR 2015.

An episode draws two disjoint groups of n items from each of B training classes. Each group is to find the other one of
its class: L = -log Σ_own exp(-t d²) / Σ_all exp(-t d²), both ways, t learned too. Items get noise, so that the few that
there are cannot be learned by heart. A quarter of the training classes takes no part and judges every few steps; the
best state is kept, the untrained one among them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.groups.choosing import SIZES, half_taught
from core.groups.sets import GroupEmbedder, Sets
from core.groups.start import Begun, Start, start_of
from core.progress import Bar, Report
from core.results import Integers

EVERY = 10
"""Steps between two judgements."""
SHARPNESS = 20.0
"""t at first: squared distances of unit vectors lie between 0 and 4."""


class Options(Protocol):
    """What every learned method's `Params` has."""

    @property
    def steps(self) -> int: ...
    @property
    def classes(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def noise(self) -> float: ...
    @property
    def seed(self) -> int: ...


Embedder = TypeVar("Embedder", bound=GroupEmbedder, covariant=True)


class Net(Protocol[Embedder]):
    """What is learned, and how it becomes plain arrays."""

    def parameters(self) -> Iterator[nn.Parameter]: ...
    def export(self) -> Embedder: ...


@dataclass(frozen=True)
class Episode:
    """Two groups of each of B classes, or several pairs of one. first, second: (B, n, D); classes: (B,) int64."""

    first: Tensor
    second: Tensor
    classes: Tensor


class Trainer:
    """The training groups of one fit, where it begins, and its chance."""

    def __init__(self, sets: Sets, params: Options, report: Report) -> None:
        self.params, self.bar = params, Bar(report, params.steps)
        self.begun: Begun = start_of(sets, params.seed, self.bar.aside)
        self.random = np.random.default_rng(params.seed)
        self.generator = torch.Generator().manual_seed(params.seed)
        held = half_taught(sets, params.seed)
        self.training_sets = held[0] if held else sets
        self.judge = held[1] if held else None
        self.scale = float(np.sqrt(np.square(sets.vectors).sum(axis=1).mean())) or 1.0

    @property
    def start(self) -> Start:
        return self.begun.start

    def normal(self, *shape: int) -> Tensor:
        """Random numbers of the standard normal distribution."""
        return torch.randn(shape, generator=self.generator)

    def items(self, rows: Integers) -> Tensor:
        """Items of the training classes by their rows, with noise on each: rows' shape and D."""
        x = torch.from_numpy(self.training_sets.vectors[rows])
        return x + self.params.noise * self.scale / x.shape[-1] ** 0.5 * self.normal(*x.shape)

    def episode(self) -> Episode:
        """A new one, its size drawn among those that at least two classes reach."""
        reach = self.training_sets.sizes // 2
        size = int(self.random.choice([size for size in (1, *SIZES) if (reach >= size).sum() >= 2]))
        able = np.flatnonzero(reach >= size)
        chosen = self.random.choice(able, min(self.params.classes, len(able)), replace=False)
        pairs = max(1, self.params.classes // len(able))
        rows = [self._pairs(group, size, pairs) for group in chosen]
        counts = [len(each) for each in rows]
        items = self.items(np.concatenate(rows))
        return Episode(items[:, :size], items[:, size:], torch.from_numpy(np.repeat(chosen, counts)))

    def _pairs(self, group: int, size: int, most: int) -> Integers:
        """Disjoint pairs of groups of one class, each pair a row: (P, 2 n)."""
        rows = self.random.permutation(self.training_sets.rows(group))
        count = min(most, len(rows) // (2 * size))
        return rows[: count * 2 * size].reshape(count, 2 * size)

    def learn(self, net: Net[Embedder], loss: Callable[[], Tensor], message: str) -> Embedder:
        """Descends, judges every few steps, and gives the best embedder, with its metrics and history."""
        steps = self.params.steps if self.judge else 0
        best, best_step = net.export(), 0
        losses, scores = list[float](), list[float]()
        for step, value in enumerate(descent(net.parameters(), loss, steps, self.params.learning_rate)):
            losses.append(value)
            if step % EVERY == 0:
                self.bar.step(step, message, {"loss": value})
                made = net.export()
                scores.append(self.judge.score(made) if self.judge else 0.0)
                if scores[-1] > max(scores[:-1], default=-1.0):
                    best, best_step = made, step
        self.bar.step(self.params.steps, message)
        gain = max(scores) - scores[0] if scores else 0.0
        metrics = self.begun.metrics | {"best_step": float(best_step), "learned_gain": gain}
        return replace(best, metrics=metrics, history={"loss": losses, "held_out": scores})


def descent(
    parameters: Iterable[Tensor], loss: Callable[[], Tensor], steps: int, learning_rate: float
) -> Iterator[float]:
    """Yields the loss before each step of Adam, whose size falls to zero along a cosine."""
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        value = loss()
        yield float(value.detach())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()


def contrast(first: Tensor, second: Tensor, classes: Tensor, sharpness: Tensor) -> Tensor:
    """Each group against all of the other side, both ways: (B, E) twice, (B,) → a number."""
    squares = first.square().sum(1)[:, None] + second.square().sum(1) - 2 * first @ second.T
    scores = -squares * sharpness
    other = classes[:, None] != classes
    return _one_way(scores, other) + _one_way(scores.T, other)


def _one_way(scores: Tensor, other: Tensor) -> Tensor:
    own = scores.masked_fill(other, float("-inf"))
    return (scores.logsumexp(1) - own.logsumexp(1)).mean()


def lengthened(y: Tensor, power: float) -> Tensor:
    """As `core.groups.start.lengthened`."""
    return y * y.norm(dim=-1, keepdim=True).clamp_min(1e-6) ** (power - 1)


def plain(parameter: Tensor) -> Any:
    """A copy as NumPy float32."""
    return parameter.detach().numpy().astype(np.float32, copy=True)
