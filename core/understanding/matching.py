r"""By captions: how often an image finds its own among all, a caption its own image, and a right match a wrong one.

Top-1 of cross-modal retrieval, as in Radford et al.: Learning transferable visual models from natural language
supervision. ICML 2021. Captions that say the same are one candidate, and each image of it is right; the images of a
caption together weigh as much as one (the mean over classes, as there), and so do the captions of an image: neither a
common caption nor an image with two hundred of them decides. So chance is what drawing a candidate gives, even if one
caption is common and the model always answers with it: 1/K for K captions, one an image.

How often a right match is nearer than a wrong one is the area under the ROC curve of each image and each caption
(Hanley and McNeil, Radiology 1982), both averaged. It hardly depends on how many candidates there are, and tells with
fewer pairs than top-1.

The band counts the images as Kish does (Survey sampling, 1965), $1 / \sum w^2$ with the weights w of the images: fewer
than there are, where some captions are rare. It takes the captions as given; no band knows of others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.results import Booleans, Floats, Integers, check_length, check_matrix
from core.statistics import wilson
from core.understanding.results import Match, TopOne

Doubles = NDArray[np.float64]

MOST_IMAGES, SEED = 2_000, 0
"""Images that are compared; of more, so many are drawn with the seed, and the result says of how many."""
TIE = 1e-6
"""Cosines closer than this are the same."""


def match(images: Floats, captions: Floats, owner: Integers, wording: Integers) -> Match | None:
    """images (N, D), captions (C, D): unit rows. owner: (C,), the image that each caption belongs to; an image may have
    several, or none. wording: (C,), equal where two captions say the same.

    None where every caption is right for every image, so that there is nothing to confuse.
    """
    check_matrix("images", images)
    check_matrix("captions", captions, columns=images.shape[1])
    for name, given in (("owner", owner), ("wording", wording)):
        check_length(name, given, len(captions))
    captioned = np.unique(owner)
    some = drawn(len(captioned))
    kept = np.isin(owner, captioned[some])
    _, row = np.unique(owner[kept], return_inverse=True)
    _, first, candidate = np.unique(wording[kept], return_index=True, return_inverse=True)
    owned = np.zeros((len(some), len(first)), dtype=bool)
    owned[row, candidate] = True
    if owned.all():
        return None
    scores = images[captioned[some]] @ captions[kept][first].T
    return _judged(scores, owned, len(captioned))


def drawn(count: int, most: int = MOST_IMAGES, seed: int = SEED) -> Integers:
    """All rows, or so many of them by chance, in their order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def _judged(scores: Floats, owned: Booleans, of: int) -> Match:
    """scores, owned: (N, K), the cosine of each image and candidate, and whether it is the image's own."""
    images = _Queries(scores, owned, _weights(owned))
    captions = _Queries(np.ascontiguousarray(scores.T), np.ascontiguousarray(owned.T), _weights(owned.T))
    before = (images.before() + captions.before()) / 2
    return Match(len(scores), of, images.top_one(), captions.top_one(), before, wilson(before, images.effective))


def _weights(owned: Booleans) -> Doubles:
    """Of each row: the mean over what it owns of one shared by all who own it; (N, K) → (N,), together 1."""
    shares = (owned / owned.sum(axis=0)).sum(axis=1) / owned.sum(axis=1)
    return np.asarray(shares / shares.sum())


@dataclass(frozen=True)
class _Queries:
    """One way: Q rows ask for the nearest of C candidates. scores, owned: (Q, C); weights: (Q,), together 1."""

    scores: Floats
    owned: Booleans
    weights: Doubles

    @property
    def effective(self) -> float:
        """How many draws the rows are worth."""
        return float(1 / np.square(self.weights).sum())

    def top_one(self) -> TopOne:
        """A tie counts as missed."""
        own = np.where(self.owned, self.scores, -np.inf).max(axis=1)
        other = np.where(self.owned, -np.inf, self.scores).max(axis=1)
        share = float(np.average(own > other + TIE, weights=self.weights))
        chance = float(np.average(self.owned.mean(axis=1), weights=self.weights))
        return TopOne(share, wilson(share, self.effective), chance, *self.owned.shape)

    def before(self) -> float:
        """How many others an own candidate is nearer than, as a share; a tie counts half. Who owns all asks nothing."""
        asking = np.flatnonzero(~self.owned.all(axis=1))
        shares = [_share_before(self.scores[row], self.owned[row]) for row in asking]
        return float(np.average(shares, weights=self.weights[asking]))


def _share_before(scores: Floats, owned: Booleans) -> float:
    """Of one row's candidates: the mean over the own ones of the share of others that come after."""
    own, others = scores[owned], np.sort(scores[~owned])
    fewer, most = np.searchsorted(others, own - TIE), np.searchsorted(others, own + TIE, side="right")
    return float((fewer + most).mean() / 2 / len(others))
