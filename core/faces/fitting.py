"""Training T: on pairs of pictures of the same people, or of people who come once, with labels alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor
from torch.nn import functional

from core.faces.autoencoders import AutoEncoder
from core.faces.editor import by_value
from core.faces.invertible import SHARED, InvertibleNetwork, block_sizes, correlation_score, factor_loss
from core.faces.optimisation import Checkpoint, Schedule, processor, steps
from core.progress import Report, silent

SHRINKAGE = 0.05
"""The share of the covariance that is taken to be the same in every direction."""
TINY = 1e-6
"""Lets two factors that always come together be told apart no better than by chance, instead of not at all."""


@dataclass(frozen=True)
class Pairs:
    """Pictures of the same people, as an auto-encoder sees them.

    latents (P, V, D), labels (P, V, F), coefficients (P, V, …): V versions of each of P people. The first is the
    person; each other one differs from it in some factors and keeps all else. Of people who come once, with labels
    alone, T is trained by `fit_unpaired`.
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


# people who come once: a start that reads the factors, then training


def fit_unpaired(
    latents: Tensor,
    labels: Tensor,
    values: Mapping[str, int],
    schedule: Schedule,
    seed: int = 0,
    report: Report = silent,
    checkpoint: Checkpoint | None = None,
) -> InvertibleNetwork:
    """Train T on latents (N, D) with labels (N, F), on a GPU where there is one; see `steps`.

    values: factor → its number of values. A block has a dimension for each value but the first: so many are what
    the places of the values span.
    """
    torch.manual_seed(seed)
    network = InvertibleNetwork(latents.shape[1], {factor: count - 1 for factor, count in values.items()}, values)
    network.standardise(latents)
    align(network, latents, labels)
    settle(network, latents, labels)
    place = processor()
    network.to(place)
    steps(
        network,
        lambda rows: place_loss(network, latents[rows].to(place), labels[rows].to(place)),
        len(latents),
        schedule,
        report,
        "splitting the factors",
        checkpoint,
    )
    settle(network.cpu().eval(), latents, labels)
    return network


def place_loss(network: InvertibleNetwork, latents: Tensor, labels: Tensor, sigma: float = SHARED) -> Tensor:
    """The negative log-likelihood in nats of latents (N, D) given their labels (N, F), up to a constant.

    Σ_k |T(z)_k - p_k|² / (1 - σ) + |T(z)_0|² - 2 log|det T'(z)|, halved: the blocks of people with one value of factor
    k spread by 1 - σ about its place p_k, so that two of them correlate by σ as in the factor loss, of which this is
    the limit where each person is paired with all who share the value at once (places as in Izmailov, Kirichenko,
    Finzi and Wilson, *Semi-Supervised Learning with Normalizing Flows*, ICML 2020). Single pairs that share a value by
    chance need far more steps to tell as much.
    """
    disentangled, determinant = network(latents)
    places = torch.cat([place[column] for place, column in zip(network.places, labels.T, strict=True)], 1)
    away = (disentangled[:, : network.residual.start] - places).square().sum(1) / (1 - sigma)
    return 0.5 * (away + disentangled[:, network.residual].square().sum(1)).mean() - determinant.mean()


@torch.no_grad()
def settle(network: InvertibleNetwork, latents: Tensor, labels: Tensor) -> None:
    """Let the place of a value be the mean of its people's blocks."""
    disentangled = network(latents)[0]
    for place, column, block in zip(network.places, labels.T, network.blocks.values(), strict=True):
        place.copy_(by_value(disentangled[:, block], column, place))


@torch.no_grad()
def align(network: InvertibleNetwork, latents: Tensor, labels: Tensor) -> None:
    """Let T of a fresh network be linear, and its blocks tell the factors of latents (N, D) already.

    Latents are taken to be a sum of one effect for each value and of noise, as in a multivariate analysis of variance.
    A block's dimensions are the least-squares estimates of its effects where the noise is white (for one factor of two
    values Fisher's discriminant, 1936): an edit moves along the effect, and no other factor's block changes. All other
    dimensions are orthogonal to every effect. From chance alone, training hardly finds the factors.
    """
    for block in network.flow.module_list:  # couplings that neither scale nor shift
        for parameter in block.subnet[-1].parameters():
            parameter.zero_()
    effects, noise = analysed(network(latents)[0].double(), labels, [len(place) for place in network.places])
    turn = arranged(network, effects, noise)
    scale = torch.linalg.slogdet(turn).logabsdet.div(len(turn)).exp()
    last = network.flow.module_list[-1]  # whose permutation may be any matrix of determinant 1
    last.w_perm.copy_(turn / scale @ last.w_perm.double())
    last.w_perm_inv.copy_(last.w_perm_inv.double() @ torch.linalg.inv(turn) * scale)
    network.deviation.div_(scale)


def analysed(latents: Tensor, labels: Tensor, values: list[int]) -> tuple[Tensor, Tensor]:
    """The effect (K, D) of each value beside its factor's first, and the covariance (D, D) that no value explains."""
    indicators = [functional.one_hot(column, count)[:, 1:] for column, count in zip(labels.T, values, strict=True)]
    design = torch.cat([torch.ones(len(latents), 1, dtype=latents.dtype), *indicators], 1)
    fitted = torch.linalg.lstsq(design, latents).solution
    rest = latents - design @ fitted
    covariance = rest.T @ rest / len(latents)
    same = covariance.diagonal().mean() * torch.eye(len(covariance), dtype=latents.dtype)
    return fitted[1:], (1 - SHRINKAGE) * covariance + SHRINKAGE * same


def arranged(network: InvertibleNetwork, effects: Tensor, noise: Tensor) -> Tensor:
    """The map (D, D) to latents of which each block begins with the estimates of its factor's effects (K, D)."""
    values, vectors = torch.linalg.eigh(noise)
    whitening = vectors / values.sqrt() @ vectors.T
    white = effects @ whitening
    readers = torch.linalg.solve(white @ white.T + TINY * torch.eye(len(white), dtype=white.dtype), white)
    readers = readers * (1 - SHARED) ** 0.5 / readers.norm(dim=1, keepdim=True)
    others = iter(torch.linalg.svd(white).Vh[len(white) :])
    own_rows = iter(readers)
    rows = []
    for place, size in zip(network.places, network.sizes.values(), strict=True):
        own = len(place) - 1
        rows += [*islice(own_rows, own), *islice(others, size - own)]
    return torch.stack([*rows, *others]) @ whitening
