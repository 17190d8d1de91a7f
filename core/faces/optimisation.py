"""Training by AdamW that stops and goes on as if it never had: all its state in one safetensors file."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from core import tensor_file
from core.errors import BadInput, Cancelled, one_line
from core.progress import Progress, Report
from core.tensor_file import UNREADABLE, Description, under

FORMAT: Literal["clipscape-training-1"] = "clipscape-training-1"
EVERY, FIRST = 30.0, 5.0
"""Seconds between two writings, and before the first."""
WARM_UP = 100
"""Steps over which the step size grows."""


class StateDescription(Description, frozen=True, kw_only=True):
    """Of the state of a training."""

    CONTENT = "state of a training"
    REMEDY = "begin anew"

    format: Literal["clipscape-training-1"]


@dataclass
class Work:
    """All that changes from step to step. order: rows of this pass, of which `start` are done; losses: one a step."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    order: Tensor
    start: int = 0
    losses: list[float] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Steps."""
        return len(self.losses)

    def batch(self, size: int) -> Tensor:
        """The next row numbers; each row comes once before any comes again."""
        if self.start + size > len(self.order):
            self.order, self.start = torch.randperm(len(self.order)), 0
        chosen = self.order[self.start : self.start + size]
        self.start += size
        return chosen

    def tensors(self) -> dict[str, Tensor]:
        """Everything by name, the generators of chance among it."""
        found = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        for number, state in self.optimizer.state_dict()["state"].items():
            found |= {f"optimizer.{number}.{name}": tensor for name, tensor in state.items()}
        found |= {"order": self.order, "start": torch.tensor(self.start), "random": torch.get_rng_state()}
        found["losses"] = torch.tensor(self.losses, dtype=torch.float64)
        return found | ({"random.cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {})

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Back to what `tensors` gave."""
        self.network.load_state_dict(under("network.", tensors))
        states: dict[int, dict[str, Tensor]] = {}
        for name, tensor in under("optimizer.", tensors).items():
            number, _, what = name.partition(".")
            states.setdefault(int(number), {})[what] = tensor
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": states, "param_groups": groups})
        if tensors["order"].shape != self.order.shape:
            raise ValueError(f"{len(tensors['order']):,} rows, not {len(self.order):,}")
        start = int(tensors["start"])
        if not (
            0 <= start <= len(self.order) and torch.equal(tensors["order"].sort().values, self.order.sort().values)
        ):
            raise ValueError("the rows of its pass are not each there once")
        self.order, self.start = tensors["order"], start
        self.losses = tensors["losses"].tolist()
        torch.set_rng_state(tensors["random"])
        if "random.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random.cuda"])


@dataclass
class Checkpoint:
    """Where a training keeps its state. every: seconds between two writings. kept: called after each, with the work."""

    path: Path
    every: float = EVERY
    kept: Callable[[Work], None] = lambda work: None

    def __post_init__(self) -> None:
        self.next = time.monotonic() + min(FIRST, self.every)

    def read(self) -> dict[str, Tensor]:
        """What was kept; nothing where there is no file. Raises `BadInput` for a file of anything else."""
        if not self.path.exists():
            return {}
        try:
            return tensor_file.read(self.path, StateDescription)[1]
        except BadInput as error:
            raise BadInput(str(error), "resume") from None

    def resume(self, restore: Callable[[dict[str, Tensor]], object]) -> bool:
        """Whether a state was kept, which `restore` has taken; raises `BadInput` for that of another network or set."""
        tensors = self.read()
        try:
            if tensors:
                restore(tensors)
        except UNREADABLE as error:
            raise BadInput(f"{self.path} is of another shape ({one_line(error)}): begin anew", "resume") from None
        return bool(tensors)

    def save(self, work: Work) -> None:
        """The state as it is now."""
        arrays = {name: tensor.detach().cpu().contiguous().numpy() for name, tensor in work.tensors().items()}
        tensor_file.write(self.path, arrays, StateDescription(format=FORMAT))
        self.kept(work)
        self.next = time.monotonic() + self.every

    def save_now_and_then(self, work: Work) -> None:
        """The state, where it is time to."""
        if time.monotonic() >= self.next:
            self.save(work)


@dataclass(frozen=True)
class Schedule:
    """epochs: passes over the data. batch: rows a step. rate: the largest step size of AdamW."""

    epochs: int
    batch: int = 128
    rate: float = 1e-3

    def steps(self, rows: int) -> int:
        """How many steps over so many rows."""
        return self.epochs * max(1, rows // self.batch)


def steps(
    network: nn.Module,
    loss: Callable[[Tensor], Tensor],
    rows: int,
    schedule: Schedule,
    report: Report,
    stage: str,
    checkpoint: Checkpoint | None = None,
) -> None:
    """Minimise `loss` (of a batch of row numbers) by AdamW; the step size warms up, then follows half a cosine.

    checkpoint: from where it goes on, and where it is kept now and then, when stopped, and at the end.
    """
    optimizer = torch.optim.AdamW(network.parameters(), schedule.rate, weight_decay=1e-4)
    total = schedule.steps(rows)
    work = Work(network, optimizer, torch.randperm(rows))
    if checkpoint:
        checkpoint.resume(work.restore)
    resumed_at = work.done
    try:
        while work.done < total:
            step(work, loss, schedule.batch, schedule.rate * pace(work.done, total), stage)
            report(Progress(work.done, total, stage, {"loss": work.losses[-1]}))
            if checkpoint:
                checkpoint.save_now_and_then(work)
    except Cancelled:
        if checkpoint:
            checkpoint.save(work)
        raise
    if checkpoint and work.done > resumed_at:
        checkpoint.save(work)


def step(work: Work, loss: Callable[[Tensor], Tensor], batch: int, rate: float, stage: str) -> None:
    """One step of a size; raises `BadInput` where the loss is no number to go on from."""
    work.optimizer.param_groups[0]["lr"] = rate
    value = loss(work.batch(batch))
    work.optimizer.zero_grad()
    value.backward()
    nn.utils.clip_grad_norm_(work.network.parameters(), 100.0)
    work.optimizer.step()
    work.losses.append(float(value.detach()))
    if not math.isfinite(work.losses[-1]):
        said = f"{stage}: the loss is {work.losses[-1]} at step {work.done:,}"
        raise BadInput(f"{said}: train with other pictures, or another seed")


def pace(step: int, total: int) -> float:
    """The share of the largest step size."""
    return min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / total)))


def processor() -> torch.device:
    """What to train on."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
