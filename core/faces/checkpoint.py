"""A training that stops and goes on as if it never had: all its state in one safetensors file, written now and then."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.errors import BadInput, Cancelled

FORMAT = "clipscape-training-1"
EVERY, FIRST = 30.0, 5.0
"""Seconds between two writings, and before the first."""


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
        self.order, self.start = tensors["order"], int(tensors["start"])
        self.losses = tensors["losses"].tolist()
        torch.set_rng_state(tensors["random"])
        if "random.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random.cuda"])


@dataclass
class Checkpoint:
    """Where a training keeps its state. every: seconds between two writings. kept: told of each, with the work."""

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
            with safe_open(self.path, "pt") as file:
                if json.loads((file.metadata() or {}).get("clipscape", "{}")).get("format") != FORMAT:
                    raise BadInput(f"{self.path} holds no state of a training: begin anew", "resume")
                names = list(file.keys())
                return {name: file.get_tensor(name) for name in names}
        except (OSError, SafetensorError, ValueError, AttributeError):
            raise BadInput(f"{self.path} is no whole safetensors file: begin anew", "resume") from None

    def begun(self, network: nn.Module) -> bool:
        """Whether something was kept, which the network then has; raises `BadInput` for the state of another."""
        state = self.network()
        try:
            if state:
                network.load_state_dict(state)
        except RuntimeError as error:
            raise self.other(error) from None
        return bool(state)

    def network(self) -> dict[str, Tensor]:
        """The state of the network alone."""
        return under("network.", self.read())

    def restore(self, work: Work) -> None:
        """The work as it was kept, or left as it is; raises `BadInput` for the state of another network or set."""
        tensors = self.read()
        try:
            if tensors:
                work.restore(tensors)
        except (RuntimeError, KeyError, ValueError, TypeError) as error:
            raise self.other(error) from None

    def other(self, error: Exception) -> BadInput:
        """What a file with the state of another network or set is answered with."""
        reason = " ".join(str(error).split())[:200]
        return BadInput(f"{self.path} is of another shape ({reason}): begin anew", "resume")

    def save(self, work: Work) -> None:
        """Written whole or not at all."""
        partial = self.path.with_suffix(".partial")
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in work.tensors().items()}
        save_file(tensors, partial, {"clipscape": json.dumps({"format": FORMAT})})
        partial.replace(self.path)
        self.kept(work)
        self.next = time.monotonic() + self.every


@contextmanager
def kept(work: Work, checkpoint: Checkpoint | None) -> Iterator[Callable[[], None]]:
    """The work goes on from where it was kept; it is kept again when it is stopped, at the end, and meanwhile where
    the given function is called when it is time."""
    if checkpoint is None:
        yield lambda: None
        return
    checkpoint.restore(work)
    before = work.done

    def now_and_then() -> None:
        if time.monotonic() >= checkpoint.next:
            checkpoint.save(work)

    try:
        yield now_and_then
    except Cancelled:
        checkpoint.save(work)
        raise
    if work.done > before:
        checkpoint.save(work)


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin so, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
