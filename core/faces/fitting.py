"""Training: an auto-encoder on pictures, then the invertible network on pairs of its latents."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import BadInput, Cancelled
from core.faces.autoencoders import AutoEncoder, as_float
from core.faces.checkpoint import Checkpoint, Work
from core.faces.invertible import InvertibleNetwork, block_sizes, correlation_score, factor_loss
from core.faces.tensor_file import under
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


def fit_autoencoder(
    pictures: Tensor,
    kind: str,
    schedule: Schedule,
    seed: int = 0,
    report: Report = silent,
    checkpoint: Checkpoint | None = None,
) -> AutoEncoder:
    """Train one kind on pictures (N, 3, S, S) uint8, on a GPU where there is one; see `steps`."""
    torch.manual_seed(seed)
    model = AutoEncoder(kind, pictures.shape[-1])
    if not (checkpoint and checkpoint.resume(lambda kept: model.load_state_dict(under("network.", kept)))):
        model.patches.fit(as_float(pictures[torch.randperm(len(pictures))[:SAMPLE]]))
    coefficients = in_chunks(model.patches, pictures)
    place = processor()
    model.to(place)
    steps(
        model,
        lambda rows: model.loss(coefficients[rows].float().to(place))[0],
        len(pictures),
        schedule,
        report,
        f"training {kind}",
        checkpoint,
    )
    return model.cpu().eval()


@torch.no_grad()
def in_chunks(function: Callable[[Tensor], Tensor], pictures: Tensor, size: int = 1000) -> Tensor:
    """A function of pictures (N, 3, S, S) uint8, kept at half precision where it is large."""
    return torch.cat([function(as_float(part)) for part in pictures.split(size)])


def processor() -> torch.device:
    """What to train on."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Pairs:
    """Pictures of the same people, as an auto-encoder sees them.

    latents (P, V, D), labels (P, V, F), coefficients (P, V, …): V versions of each of P people. The first is the
    person; each other one differs from it in some factors and keeps all else. Of people who come once, with labels
    alone, T is trained in `core.faces.unpaired`.
    """

    latents: Tensor
    labels: Tensor
    coefficients: Tensor

    def __len__(self) -> int:
        return len(self.latents)


def fit_invertible(
    autoencoder: AutoEncoder,
    pairs: Pairs,
    values: dict[str, int],
    schedule: Schedule,
    seed: int = 0,
    report: Report = silent,
    begun: InvertibleNetwork | None = None,
    weight: float = 1.0,
) -> InvertibleNetwork:
    """Train T by the factor loss, and by what D makes of an edit, on a GPU where there is one; see `steps`.

    values: factor → its number of values. begun: a network to go on with, in another cycle of step sizes. weight: of
    the edit's error, see `pair_loss`.
    """
    torch.manual_seed(seed)
    network = begun or InvertibleNetwork(autoencoder.size, sized(pairs, values), values)
    if begun is None:
        network.standardise(pairs.latents.flatten(0, 1))
    for each in (autoencoder.requires_grad_(False), network):
        each.to(processor())

    steps(
        network,
        lambda rows: pair_loss(autoencoder, network, pairs, rows, weight),
        len(pairs),
        schedule,
        report,
        "splitting the factors",
    )
    for each in (autoencoder, network):
        each.cpu().eval()
    return network


def pair_loss(
    autoencoder: AutoEncoder, network: InvertibleNetwork, pairs: Pairs, rows: Tensor, weight: float = 1.0
) -> Tensor:
    """The factor loss of people with strangers and with their counterfactuals, and the error of the edit.

    That is the edit which should make one of the other, and its error that of the decoded picture under a Gaussian of
    the deviation that fits it best, so that a smile counts as much as a head of hair; and as if a picture had `weight`
    times as many numbers as a latent, so that at 1 neither term drowns the other. In half of the batches it is the
    person who has to be made of the counterfactual.
    """
    others = rows.roll(1)
    ends = torch.stack([torch.zeros_like(rows), torch.randint(1, pairs.latents.shape[1], rows.shape)])
    ends = ends if torch.rand(()) < 0.5 else ends.flip(0)
    labels = pairs.labels[rows, ends]
    latents = torch.stack([*pairs.latents[rows, ends], pairs.latents[others, 0]]).to(network.mean.device)
    disentangled, determinants = (part.unflatten(0, (3, len(rows))) for part in network(latents.flatten(0, 1)))
    person, other, stranger = zip(disentangled, determinants, strict=True)
    total = factor_loss(network, person, stranger, same(labels[0], pairs.labels[others, 0], False))
    edited = autoencoder.decode(network.inverse(network.moved(disentangled[0], *labels)))
    errors = (edited - pairs.coefficients[rows, ends[1]].to(edited)).square().flatten(1).mean(1)
    total = total + factor_loss(network, person, other, same(labels[0], labels[1], True))
    return total + weight * latents.shape[2] / 2 * errors.log().mean()


def same(a: Tensor, b: Tensor, residual: bool) -> Tensor:
    """(N, F + 1) bool: which factors two people share, and last whether they share the rest."""
    return torch.cat([a == b, torch.full((len(a), 1), residual)], 1)


def sized(pairs: Pairs, values: dict[str, int]) -> dict[str, int]:
    """The latent dimensions of each factor, by the correlation of pairs of people who share its value."""
    scores = {}
    for column, factor in enumerate(values):
        order = torch.argsort(pairs.labels[:, 0, column], stable=True)
        both = pairs.labels[order[:-1], 0, column] == pairs.labels[order[1:], 0, column]
        scores[factor] = correlation_score(pairs.latents[order[:-1][both], 0], pairs.latents[order[1:][both], 0])
    least = {factor: count - 1 for factor, count in values.items()}
    return block_sizes(scores, least, pairs.latents.shape[2])
