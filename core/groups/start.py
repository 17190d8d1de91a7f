"""Where learned group embeddings begin: a linear map of the mean and a power of its length, chosen on held-out classes.

Formulas and papers: `core.groups.whitened_mean`.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product

import numpy as np

from core.groups.choosing import Choice, choose
from core.groups.sets import GroupEmbedder, Sets, within_covariance
from core.progress import Report
from core.results import Floats

KEPT = 64
"""Choices that are remembered: the methods of a comparison begin at the same ones."""


@dataclass(frozen=True)
class Setting:
    """shrinkage λ: how much of the covariance is taken to be round; power γ: how much of the length is kept."""

    shrinkage: float
    power: float


SETTINGS = [Setting(*each) for each in product((1.0, 0.9, 0.6, 0.3), (1.0, 0.5, 0.25, 0.0))]
"""The mean itself first."""


@dataclass(frozen=True)
class Start:
    """y = L m, |y|^(γ-1) y. linear: (D, D) float32, such that items are of a mean square of about one; power: γ."""

    linear: Floats
    power: float

    def __call__(self, means: Floats) -> Floats:
        """(G, D) → (G, D)."""
        return lengthened(means @ self.linear.T, self.power)


@dataclass(frozen=True)
class Begun:
    """A start and how it was chosen. metrics: shrinkage, power, gain and its standard error on held-out classes."""

    start: Start
    metrics: dict[str, float]


@dataclass(frozen=True)
class WhitenedMean(GroupEmbedder):
    """(G, n, D) → (G, D)."""

    start: Start

    def embed(self, x: Floats) -> Floats:
        return self.start(x.mean(axis=1))


def start_of(sets: Sets, seed: int, report: Report) -> Begun:
    """Chosen on classes held out of a part of the groups, then made from all of them."""
    choice = _choice(sets, seed, report)
    setting = choice.setting
    figures = {"shrinkage": setting.shrinkage, "power": setting.power}
    metrics = figures | {"start_gain": choice.gain, "start_error": choice.error}
    return Begun(Start(_Within(sets).whitening(setting.shrinkage), setting.power), metrics)


def lengthened(y: Floats, power: float) -> Floats:
    """Vectors with their length to the power: (G, D); zeros stay zeros."""
    lengths = np.linalg.norm(y, axis=1, keepdims=True)
    return (y * np.where(lengths > 0, lengths, 1) ** (power - 1)).astype(np.float32)


_known: OrderedDict[tuple[bytes, int], Choice[Setting]] = OrderedDict()


def _choice(sets: Sets, seed: int, report: Report) -> Choice[Setting]:
    key = (blake2b(sets.vectors.tobytes() + sets.sizes.tobytes(), digest_size=16).digest(), seed)
    if key not in _known:
        _known[key] = choose(sets, SETTINGS, _starts, seed, report)
    _known.move_to_end(key)
    if len(_known) > KEPT:
        _known.popitem(last=False)
    return _known[key]


def _starts(sets: Sets) -> dict[Setting, GroupEmbedder]:
    within = _Within(sets)
    linear = {shrinkage: within.whitening(shrinkage) for shrinkage in {each.shrinkage for each in SETTINGS}}
    return {each: WhitenedMean(Start(linear[each.shrinkage], each.power)) for each in SETTINGS}


class _Within:
    """How groups vary, along which axes, and the mean square of the items along these."""

    def __init__(self, sets: Sets) -> None:
        variances, self.axes = np.linalg.eigh(within_covariance(sets))
        self.variances = np.maximum(variances, 0)
        self.squares = np.square(sets.vectors @ self.axes).mean(axis=0, dtype=np.float64)

    def whitening(self, shrinkage: float) -> Floats:
        """W shrunk, to the power of -½, of the size that brings the items to a mean square of one: (D, D) float32."""
        variances = (1 - shrinkage) * self.variances + shrinkage * self.variances.mean()
        powers = np.divide(1, variances, out=np.ones_like(variances), where=variances > 0)
        size = (powers * self.squares).sum() or 1.0
        return ((self.axes * np.sqrt(powers / size)) @ self.axes.T).astype(np.float32)
