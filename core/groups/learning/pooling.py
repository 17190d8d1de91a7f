"""Attention pooling and DeepSets as torch has them; the formulas are in `core.groups.attention` and `.deepsets`."""

from typing import Any, Protocol

import torch
from torch import Tensor, nn

from core.groups.learning.trainer import SHARPNESS, Episode, Options, Trainer, contrast, lengthened, plain
from core.groups.pooling import Attention, DeepSets
from core.groups.sets import Sets
from core.progress import Report


class PoolingOptions(Options, Protocol):
    """What `Params` of both methods have."""

    @property
    def hidden(self) -> int: ...


class _Pooling(nn.Module):
    """A net that ends in the start; the start itself stays as it was chosen."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self.start = trainer.start
        self.linear = torch.from_numpy(self.start.linear)
        self.sharpness = nn.Parameter(torch.tensor(SHARPNESS).log())

    def pooled(self, x: Tensor) -> Tensor:
        """(B, n, D) → (B, D)."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        return lengthened(self.pooled(x) @ self.linear.T, self.start.power)

    def weights(self) -> dict[str, Any]:
        """What pools as float32 arrays by name: all that is learned but the sharpness of the loss."""
        return {name: plain(each) for name, each in self.named_parameters() if each is not self.sharpness}


class AttentionNet(_Pooling):
    def __init__(self, trainer: Trainer, hidden: int) -> None:
        super().__init__(trainer)
        dimensions = len(self.linear)
        spread = 4 / (trainer.scale * dimensions**0.5)
        self.look, self.gate = (nn.Parameter(trainer.normal(hidden, dimensions) * spread) for _ in range(2))
        self.look_bias, self.gate_bias, self.score = (nn.Parameter(torch.zeros(hidden)) for _ in range(3))

    def pooled(self, x: Tensor) -> Tensor:
        gates = torch.sigmoid(x @ self.gate.T + self.gate_bias)
        scores = (torch.tanh(x @ self.look.T + self.look_bias) * gates) @ self.score
        return (scores.softmax(1)[:, :, None] * x).sum(1)

    def export(self) -> Attention:
        return Attention(self.start, **self.weights())


class DeepSetsNet(_Pooling):
    def __init__(self, trainer: Trainer, hidden: int) -> None:
        super().__init__(trainer)
        dimensions = len(self.linear)
        self.item = nn.Parameter(trainer.normal(hidden, dimensions) / trainer.scale)
        self.inner = nn.Parameter(trainer.normal(hidden, hidden) * (2 / hidden) ** 0.5)
        self.item_bias, self.inner_bias = (nn.Parameter(torch.zeros(hidden)) for _ in range(2))
        self.output = nn.Parameter(torch.zeros(dimensions, hidden))

    def pooled(self, x: Tensor) -> Tensor:
        pooled = torch.relu(x @ self.item.T + self.item_bias).mean(1)
        return x.mean(1) + torch.relu(pooled @ self.inner.T + self.inner_bias) @ self.output.T

    def export(self) -> DeepSets:
        return DeepSets(self.start, **self.weights())


def train_attention(sets: Sets, params: PoolingOptions, report: Report) -> Attention:
    """The weights that are best on the classes held out; sets: groups of two items or more."""
    trainer = Trainer(sets, params, report)
    net = AttentionNet(trainer, params.hidden)
    return trainer.learn(net, lambda: _loss(net, trainer.episode()), "learning which items count")


def train_deep_sets(sets: Sets, params: PoolingOptions, report: Report) -> DeepSets:
    """The nets that are best on the classes held out; sets: groups of two items or more."""
    trainer = Trainer(sets, params, report)
    net = DeepSetsNet(trainer, params.hidden)
    return trainer.learn(net, lambda: _loss(net, trainer.episode()), "learning what items say together")


def _loss(net: _Pooling, episode: Episode) -> Tensor:
    return contrast(net(episode.first), net(episode.second), episode.classes, net.sharpness.exp())
