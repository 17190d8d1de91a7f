"""Contrastive: the linear map that brings each image near its own caption and away from others; exact, no descent.

HaoChen, Wei, Gaidon and Ma: Provable guarantees for self-supervised deep learning with spectral contrastive loss.
NeurIPS 2021. Hotelling: Relations between two sets of variates. Biometrika, 1936.

The spectral contrastive loss of linear f, -2 E f(x)ᵀf(x⁺) + E (f(x)ᵀf(x'))², has a closed minimum: with Σ the
covariance of rows and C that of partners, the first eigenvectors of Σ^-½ C Σ^-½, in coordinates whitened by Σ^-½
(canonical correlation, with one map for images and captions). Three things are known of the pairs beforehand and go
into it in expectation: a row may be jittered (Σ + λ I), a row is its own partner, too (a share of C is Σ), and how much
the surest directions weigh. How much of each, the pairs to fit on decide: by the ranks of partners in folds of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.reduction.checks import check
from core.reduction.retrieval import ranks
from core.results import Pairs, Projection, Reducer

Doubles = NDArray[np.float64]

JITTERS = (1.0, 3.0)
OWN = (0.0, 0.5, 0.7, 0.85)
WEIGHTS = (0.0, 0.25, 0.5)
MOST_JUDGED = 2_000
"""Pairs of a fold that are ranked: enough to tell settings apart."""


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)
    folds: int = param(5, "parts of the pairs that take turns to judge the settings", minimum=2, maximum=20)
    seed: int = param(0, "same seed, same folds", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True)
class Setting:
    """jitter λ: noise as a multiple of the mean variance; own: the share of C that is Σ; weight: an exponent."""

    jitter: float
    own: float
    weight: float


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer` whose metrics hold the setting that the folds have chosen."""
    check(pairs, params.dimensions)
    return solved(pairs, params.dimensions, params.folds, params.seed, report)


def solved(pairs: Pairs, dimensions: int, folds: int, seed: int, report: Report) -> Reducer:
    """The same for any number of dimensions up to D, the most important first."""
    bar = Bar(report, folds + 1)
    items = pairs.items
    part = (np.random.default_rng(seed).permutation(int(items.max()) + 1) % folds)[items]  # an image is in one fold
    scores: dict[Setting, float] = {}
    for fold in range(folds):
        bar.step(fold, "choosing how much to trust the pairs")
        judges = pairs.take(np.flatnonzero(part == fold)[:MOST_JUDGED])
        for setting, reducer in solutions(pairs.take(np.flatnonzero(part != fold)), dimensions):
            scores[setting] = scores.get(setting, 0.0) + reciprocal_rank(reducer(judges)) / folds
    best = max(scores, key=lambda setting: scores[setting])
    _, chosen = next(solutions(pairs, dimensions, [best]))
    metrics = {"jitter": best.jitter, "own": best.own, "weight": best.weight, "fold_reciprocal_rank": scores[best]}
    bar.step(folds + 1, "found the map", metrics)
    return Reducer(chosen.image, chosen.text, metrics)


def solutions(
    pairs: Pairs, dimensions: int, settings: list[Setting] | None = None
) -> Iterator[tuple[Setting, Reducer]]:
    """The minimum for each setting; all of the usual ones where none are given."""
    means = pairs.image.mean(0), pairs.text.mean(0)
    image, text = (
        (rows - mean).astype(np.float64) for rows, mean in zip((pairs.image, pairs.text), means, strict=True)
    )
    within = (image.T @ image + text.T @ text) / (2 * len(pairs))
    between = image.T @ text / len(pairs)
    between = (between + between.T) / 2
    variances, axes = np.linalg.eigh(within)
    usual = [Setting(*each) for each in product(JITTERS, OWN, WEIGHTS)]
    for jitter, own in dict.fromkeys((each.jitter, each.own) for each in settings or usual):
        whitening = (axes * (np.maximum(variances, 0) + jitter * variances.mean()) ** -0.5) @ axes.T
        values, vectors = leading(whitening @ ((1 - own) * between + own * within) @ whitening, dimensions)
        for weight in dict.fromkeys(each.weight for each in settings or usual):
            linear = ((vectors * values**weight).T @ whitening).astype(np.float32)
            projections = [Projection.straight(linear, mean) for mean in means]
            yield Setting(jitter, own, weight), Reducer(projections[0], projections[1])


def leading(matrix: Doubles, count: int) -> tuple[Doubles, Doubles]:
    """The largest eigenvalues of a symmetric matrix, (count,), at least a little above zero, and their vectors."""
    values, vectors = np.linalg.eigh(matrix)
    return np.maximum(values[::-1][:count], 1e-9 * values[-1]), vectors[:, ::-1][:, :count]


def reciprocal_rank(pairs: Pairs) -> float:
    """The mean of 1 / (1 + rank) of the own partner, both ways."""
    found = ranks(pairs)
    return float(np.mean([1 / (1 + each) for each in (found.image_to_text, found.text_to_image)]))


METHOD = Method("contrastive", "Contrastive", Params, fit)
