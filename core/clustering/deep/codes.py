"""The auto-encoder D-500-500-2000-d that `autoencoder`, `dec` and `deepdpm-ae` share, and its pretraining.

Xie, Girshick and Farhadi: Unsupervised deep embedding for clustering analysis. ICML, 2016 (the layers).
Vincent et al.: Stacked denoising autoencoders. JMLR, 2010 (what the paper pretrains with).
Kingma and Ba: Adam: A method for stochastic optimization. ICLR, 2015.

The paper trains layer after layer for 150,000 steps of SGD; here all layers learn plain reconstruction at once, with
Adam and a learning rate that warms up and then falls to zero, for about `STEPS` steps. Rows are centred and divided
by one scale for all columns, so that their mean square is 1: the columns keep their proportions, pixels of 0 … 1 and
unit-norm embeddings can use the same learning rate. Rows are read a batch at a time, never copied as a whole.

A pretrained net is kept in the process under a fingerprint of its rows and of how it was trained: methods that are
compared on the same rows train it once.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.clustering.streaming import chunks, mean_row, slices
from core.encoders.device import best, cpu_has_bfloat16
from core.errors import Cancelled
from core.progress import Bar
from core.results import Floats

HIDDEN = (500, 500, 2000)
LEARNING_RATE = 1e-3
WARM_UP = 0.05
STEPS = 8_000
MOST_EPOCHS = 100
LEAST_BATCH, LARGEST_BATCH = 32, 512
KEPT = 4
EVERY = 10
"""Steps between two reports: about a second on two cores."""


@dataclass(frozen=True)
class Pretraining:
    """How an auto-encoder is trained. epochs: passes over the rows; 0: `epochs_for` the rows."""

    dimensions: int = 10
    epochs: int = 0
    seed: int = 0

    def resolved(self, rows: int) -> "Pretraining":
        """With the number of epochs that is used for so many rows."""
        return replace(self, epochs=self.epochs or epochs_for(rows))

    def steps(self, rows: int) -> int:
        return self.resolved(rows).epochs * batches_an_epoch(rows)


def batch_size(rows: int) -> int:
    """Large where there are many rows (matrix units want it), small enough for 40 steps an epoch of few rows."""
    return min(rows, LARGEST_BATCH, max(LEAST_BATCH, rows // 40))


def batches_an_epoch(rows: int) -> int:
    return math.ceil(rows / batch_size(rows))


def epochs_for(rows: int) -> int:
    """As many passes as `STEPS` steps hold, at most `MOST_EPOCHS`, at least 1: 70,000 rows 58, 10,000 rows 100."""
    return min(MOST_EPOCHS, max(1, round(STEPS / batches_an_epoch(rows))))


def shuffled(rows: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """One epoch: every row once, in batches whose sizes differ by at most one."""
    return iter(np.array_split(random.permutation(rows), batches_an_epoch(rows)))


class Coder(nn.Module):
    """The auto-encoder with the centre and the scale of the rows that it was made for.

    hidden: D-500-500-2000 with ReLU; code: 2000-d, linear; decoder: d-2000-500-500-D, the last layer linear.
    Initial weights are torch's, uniform within ±1/√fan-in. Lies on the GPU where there is one.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: Floats, scale: float, pretraining: Pretraining) -> None:
        super().__init__()
        columns, dimensions = len(mean), pretraining.dimensions
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(pretraining.seed)
            self.hidden = nn.Sequential(*_layers((columns, *HIDDEN)), nn.ReLU())
            self.code = nn.Linear(HIDDEN[-1], dimensions)
            self.decoder = nn.Sequential(*_layers((dimensions, *reversed(HIDDEN), columns)))
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.to(best())

    @property
    def device(self) -> torch.device:
        return self.mean.device

    def prepare(self, rows: Floats) -> Tensor:
        """Rows as the net wants them, on its device: (B, D), centred, mean square 1 over the whole set."""
        return (torch.from_numpy(np.ascontiguousarray(rows)).to(self.device) - self.mean) / self.scale

    def encode(self, prepared: Tensor) -> Tensor:
        """(B, D) prepared rows → (B, d) codes. The last layer is float32 everywhere: distances are taken on it."""
        with autocast(self.device):
            hidden = self.hidden(prepared)
        return self.code(hidden.float())

    def decode(self, codes: Tensor) -> Tensor:
        """(B, d) codes → (B, D) prepared rows made again, float32."""
        with autocast(self.device):
            return self.decoder(codes).float()

    def reconstruction_loss(self, prepared: Tensor) -> Tensor:
        """Mean squared error over all numbers of a batch; 1 is what the mean row would reach."""
        return nn.functional.mse_loss(self.decode(self.encode(prepared)), prepared)

    def codes(self, x: Floats) -> Floats:
        """The codes of all rows, a chunk at a time: (N, D) float32 → (N, d) float32."""
        codes = np.empty((len(x), self.code.out_features), dtype=np.float32)
        with torch.inference_mode():
            for rows in slices(len(x)):
                codes[rows] = self.encode(self.prepare(x[rows])).cpu().numpy()
        return codes


@dataclass(frozen=True)
class Pretrained:
    """A trained auto-encoder; whoever trains it further gets a copy of its own.

    losses: mean reconstruction loss of each epoch. seconds: what the pretraining took when it was done.
    reused: it was done before, for these rows. partial: it was stopped.
    """

    coder: Coder
    losses: list[float]
    seconds: float
    reused: bool = False
    partial: bool = False

    def metrics(self) -> dict[str, float]:
        loss = {"reconstruction_loss": self.losses[-1]} if self.losses else {}
        return loss | {"pretraining_seconds": self.seconds, "pretraining_reused": float(self.reused)}


def pretrained(x: Floats, pretraining: Pretraining, bar: Bar) -> Pretrained:
    """The auto-encoder of x: (N, D) float32, from the cache or trained now; the bar moves by `pretraining.steps(N)`.

    Stopped, it is given back as far as it came, as partial; stopped at the first report, `Cancelled` is raised.
    A reused one is told step by step as well, quickly: its losses are drawn as those of a new one.
    """
    bar.step(0, "pretraining the auto-encoder")
    pretraining = pretraining.resolved(len(x))
    key = (fingerprint(x), pretraining)
    if key in _cache:
        _cache.move_to_end(key)
        return _reused(_cache[key], len(x), bar)
    done = train(x, pretraining, bar)
    if not done.partial:
        _keep(key, deepcopy(done))
    return done


def train(x: Floats, pretraining: Pretraining, bar: Bar) -> Pretrained:
    """A new auto-encoder of x: (N, D) float32; partial if stopped."""
    begun = perf_counter()
    run = _Training(x, pretraining.resolved(len(x)), bar)
    stopped = run.go()
    return Pretrained(run.coder, run.losses, perf_counter() - begun, partial=stopped)


def _reused(known: Pretrained, rows: int, bar: Bar) -> Pretrained:
    reporter, stopped = _Reporter(bar, rows, len(known.losses)), False
    try:
        for step in range(1, reporter.steps + 1):
            reporter.step(step, known.losses[: (step - 1) // reporter.batches])
    except Cancelled:
        stopped = True
    return replace(deepcopy(known), reused=True, partial=stopped)


class _Reporter:
    """What a bar is told of a pretraining, new or reused."""

    def __init__(self, bar: Bar, rows: int, epochs: int) -> None:
        self.bar, self.batches, self.epochs = bar, batches_an_epoch(rows), epochs
        self.steps = epochs * self.batches

    def step(self, step: int, losses: list[float]) -> None:
        """So many steps are done, with the losses of the epochs before."""
        if step % EVERY == 0 or step == self.steps:
            metrics = {"loss": losses[-1]} if losses else {}
            epoch = (step - 1) // self.batches + 1
            self.bar.step(step, f"pretraining the auto-encoder: epoch {epoch} of {self.epochs}", metrics)


class _Training:
    """The epochs of one pretraining; `go` says whether it was stopped."""

    def __init__(self, x: Floats, pretraining: Pretraining, bar: Bar) -> None:
        self.x, self.coder, self.losses = x, Coder(*moments(x), pretraining), list[float]()
        self.reporter = _Reporter(bar, len(x), pretraining.epochs)
        self.random = np.random.default_rng(pretraining.seed)
        self.optimizer = adam(self.coder.parameters(), LEARNING_RATE)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, _rate(self.reporter.steps))

    def go(self) -> bool:
        try:
            for _ in range(self.reporter.epochs):
                self.losses.append(self._epoch())
        except Cancelled:
            return True
        return False

    def _epoch(self) -> float:
        total = torch.zeros((), device=self.coder.device)
        begin = len(self.losses) * self.reporter.batches
        for step, rows in enumerate(shuffled(len(self.x), self.random), begin + 1):
            total += self._step(rows) * len(rows)
            self.reporter.step(step, self.losses)
        return float(total) / len(self.x)

    def _step(self, rows: NDArray[np.int64]) -> Tensor:
        loss = self.coder.reconstruction_loss(self.coder.prepare(self.x[rows]))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        return loss.detach()


def adam(parameters: Iterator[nn.Parameter] | list[nn.Parameter], rate: float) -> torch.optim.Adam:
    """Adam in one pass over the weights: at small batches its memory traffic is a third of a step otherwise."""
    return torch.optim.Adam(parameters, rate, fused=best().type in ("cpu", "cuda"))


def autocast(device: torch.device) -> AbstractContextManager:
    """bfloat16 where the processor multiplies in it; its range is that of float32, so no loss has to be scaled."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.autocast("cuda", torch.bfloat16)
    if device.type == "cpu" and cpu_has_bfloat16():
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()


def moments(x: Floats) -> tuple[Floats, float]:
    """The mean row (D,) and the one scale: root mean square of what is left without it; 1 where nothing is left."""
    mean = mean_row(x)
    square = sum(float(np.square(chunk - mean).sum()) for chunk in chunks(x)) / x.size
    largest = float(np.abs(mean).max(initial=0))
    return mean.astype(np.float32), math.sqrt(square) if math.sqrt(square) > 1e-7 * largest else 1.0


def fingerprint(x: Floats) -> str:
    """Of the shape and all values."""
    digest = blake2b(str((x.shape, x.dtype)).encode(), digest_size=16)
    for chunk in chunks(x):
        digest.update(np.ascontiguousarray(chunk).data)
    return digest.hexdigest()


def forget() -> None:
    """Empties the cache of pretrained nets."""
    _cache.clear()


_cache: OrderedDict[tuple[str, Pretraining], Pretrained] = OrderedDict()


def _keep(key: tuple[str, Pretraining], done: Pretrained) -> None:
    _cache[key] = done
    while len(_cache) > KEPT:
        _cache.popitem(last=False)


def _layers(sizes: tuple[int, ...]) -> Iterator[nn.Module]:
    """Linear layers with a ReLU between each two."""
    for position, (inputs, outputs) in enumerate(pairwise(sizes)):
        if position:
            yield nn.ReLU()
        yield nn.Linear(inputs, outputs)


def _rate(steps: int) -> Callable[[int], float]:
    """Share of the learning rate at each step: a straight rise, then half a cosine down to zero."""
    warm = max(1, round(WARM_UP * steps))
    return lambda step: min((step + 1) / warm, 0.5 + 0.5 * math.cos(math.pi * min(1.0, step / steps)))
