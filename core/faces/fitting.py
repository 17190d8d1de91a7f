"""Training: an auto-encoder on pictures, then the invertible network on pairs of its latents."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.faces.autoencoders import AutoEncoder
from core.faces.invertible import InvertibleNetwork, block_sizes, correlation_score, factor_loss
from core.progress import Progress, Report, silent

SAMPLE = 8_000
"""Pictures from which the principal components are taken."""
WARM_UP = 100
"""Steps over which the step size grows."""


@dataclass(frozen=True)
class Schedule:
    """epochs: passes over the data. batch: rows a step. rate: the largest step size of AdamW."""

    epochs: int
    batch: int = 128
    rate: float = 1e-3


def steps(
    network: nn.Module, loss: Callable[[Tensor], Tensor], rows: int, schedule: Schedule, report: Report, stage: str
) -> None:
    """Minimise `loss` (of a batch of row numbers) by AdamW; the step size warms up, then follows half a cosine."""
    optimizer = torch.optim.AdamW(network.parameters(), schedule.rate, weight_decay=1e-4)
    total = schedule.epochs * max(1, rows // schedule.batch)
    plan = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: pace(n, total))
    for number, chosen in enumerate(batches(rows, total, schedule.batch)):
        value = loss(chosen)
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 100.0)
        optimizer.step()
        plan.step()
        report(Progress(number + 1, total, stage, {"loss": float(value.detach())}))


def pace(step: int, total: int) -> float:
    """The share of the largest step size."""
    return min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / total)))


def batches(rows: int, total: int, size: int) -> Iterator[Tensor]:
    """`total` batches of row numbers, each row once before any comes again."""
    order = torch.randperm(rows)
    start = 0
    for _ in range(total):
        if start + size > rows:
            order, start = torch.randperm(rows), 0
        yield order[start : start + size]
        start += size


def fit_autoencoder(
    pictures: Tensor, kind: str, schedule: Schedule, seed: int = 0, report: Report = silent
) -> AutoEncoder:
    """Train one kind on pictures (N, 3, S, S) uint8."""
    torch.manual_seed(seed)
    model = AutoEncoder(kind, pictures.shape[-1])
    model.patches.fit(as_float(pictures[torch.randperm(len(pictures))[:SAMPLE]]))
    coefficients = in_chunks(model.patches, pictures)
    steps(
        model,
        lambda rows: model.loss(coefficients[rows].float())[0],
        len(pictures),
        schedule,
        report,
        f"training {kind}",
    )
    return model.eval()


@torch.no_grad()
def in_chunks(function: Callable[[Tensor], Tensor], pictures: Tensor, size: int = 1000) -> Tensor:
    """A function of pictures (N, 3, S, S) uint8, kept at half precision where it is large."""
    return torch.cat([function(as_float(part)) for part in pictures.split(size)])


def as_float(pictures: Tensor) -> Tensor:
    """uint8 → [0, 1]."""
    return pictures.float() / 255


@dataclass(frozen=True)
class Pairs:
    """Pictures of the same people, as an auto-encoder sees them.

    latents (P, V, D), labels (P, V, F), coefficients (P, V, …): V versions of each of P people. The first is the
    person; each other one, if there are any, differs from it in some factors and keeps all else.
    """

    latents: Tensor
    labels: Tensor
    coefficients: Tensor

    def __len__(self) -> int:
        return len(self.latents)

    @property
    def counterfactual(self) -> bool:
        return self.latents.shape[1] > 1


def fit_invertible(
    autoencoder: AutoEncoder,
    pairs: Pairs,
    values: dict[str, int],
    schedule: Schedule,
    seed: int = 0,
    report: Report = silent,
) -> InvertibleNetwork:
    """Train T on latents by the factor loss, and where there are counterfactuals by what D makes of an edit too.

    values: factor → its number of values.
    """
    torch.manual_seed(seed)
    sizes = sized(pairs, values)
    network = InvertibleNetwork(autoencoder.size, sizes, values)
    network.standardise(pairs.latents.flatten(0, 1))
    autoencoder.requires_grad_(False)

    def loss(rows: Tensor) -> Tensor:
        others = rows.roll(1)
        person, stranger = pairs.latents[rows, 0], pairs.latents[others, 0]
        total = factor_loss(network, person, stranger, same(pairs.labels[rows, 0], pairs.labels[others, 0], False))
        if pairs.counterfactual:
            version = torch.randint(1, pairs.latents.shape[1], (len(rows),))
            total = total + counterfactual_loss(autoencoder, network, pairs, rows, version)
        return total

    steps(network, loss, len(pairs), schedule, report, "training the invertible network")
    if not pairs.counterfactual:
        settle(network, pairs)
    return network.eval()


def counterfactual_loss(
    autoencoder: AutoEncoder, network: InvertibleNetwork, pairs: Pairs, rows: Tensor, version: Tensor
) -> Tensor:
    """The factor loss of person and counterfactual, and the error of the edit that should make one of the other.

    The error is that of decoded pictures under a Gaussian of the deviation that fits best, counted as if a picture
    had as many numbers as a latent, so that neither term drowns the other. Half of the edits go back to the person.
    """
    ends = torch.stack([torch.zeros_like(version), version])
    ends = ends if torch.rand(()) < 0.5 else ends.flip(0)
    (a, b), (label_a, label_b) = pairs.latents[rows, ends], pairs.labels[rows, ends]
    edited = network.inverse(network.moved(network(a)[0], label_a, label_b))
    wrong = (autoencoder.decode(edited) - pairs.coefficients[rows, ends[1]].float()).square().mean()
    return factor_loss(network, a, b, same(label_a, label_b, True)) + a.shape[1] / 2 * wrong.log()


def same(a: Tensor, b: Tensor, residual: bool) -> Tensor:
    """(N, F + 1) bool: which factors two people share, and last whether they share the rest."""
    return torch.cat([a == b, torch.full((len(a), 1), residual)], 1)


def sized(pairs: Pairs, values: dict[str, int]) -> dict[str, int]:
    """The codes of each factor, by the correlation of pairs of people who share its value."""
    scores = {}
    for column, factor in enumerate(values):
        order = torch.argsort(pairs.labels[:, 0, column], stable=True)
        both = pairs.labels[order[:-1], 0, column] == pairs.labels[order[1:], 0, column]
        scores[factor] = correlation_score(pairs.latents[order[:-1][both], 0], pairs.latents[order[1:][both], 0])
    least = {factor: count - 1 for factor, count in values.items()}
    return block_sizes(scores, least, pairs.latents.shape[2])


@torch.no_grad()
def settle(network: InvertibleNetwork, pairs: Pairs) -> None:
    """The place of a value is the mean of its people's codes."""
    codes = network(pairs.latents[:, 0])[0]
    for column, (place, block) in enumerate(zip(network.places, network.blocks.values(), strict=True)):
        for value in range(len(place)):
            place[value] = codes[pairs.labels[:, 0, column] == value][:, block].mean(0)
