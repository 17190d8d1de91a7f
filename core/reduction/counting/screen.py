"""Which dimensions decide most of the products: few of the principal axes where they are enough, else all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.results import Floats, Pairs

SHARES = (0.25, 0.375, 0.5, 0.625, 0.75)
ASKED = 1_024
SINGLE_DIMENSION, SINGLE_PRODUCT = 3.3, 870.0
"""What a dimension of a single product costs, and each such product beside that, in dimensions of a tile's product;
measured, and hardly different between 128 and 384 dimensions kept of 512."""


@dataclass(frozen=True)
class Screen:
    """The first H dimensions of rows, the others (the tail), and the tails' norms (the rest).

    image: (I, H), text: (N, H); image_tail: (I, D - H), text_tail: (N, D - H); image_rest: (I,), text_rest: (N,); all
    float32.
    """

    image: Floats
    text: Floats
    image_tail: Floats
    text_tail: Floats
    image_rest: Floats
    text_rest: Floats

    @classmethod
    def cut(cls, image: Floats, text: Floats, kept: int) -> "Screen":
        heads = [np.ascontiguousarray(x[:, :kept]) for x in (image, text)]
        tails = [np.ascontiguousarray(x[:, kept:]) for x in (image, text)]
        return cls(*heads, *tails, *(np.linalg.norm(tail, axis=1) for tail in tails))

    def undecided(self) -> float:
        """The share of all products that leave open whether they are as large as the own one of row or column.

        Of as many images as captions, row i of the one with row i of the other.
        """
        scores, slack = self.image @ self.text.T, np.outer(self.image_rest, self.text_rest)
        own = (self.image * self.text).sum(1) + (self.image_tail * self.text_tail).sum(1)
        return float(((np.abs(scores - own[:, None]) <= slack) | (np.abs(scores - own) <= slack)).mean())


def screen_for(image: Floats, text: Floats, item: NDArray[np.int64]) -> Screen:
    """The one of least work, by a seeded sample of the captions (N, D) with their images, rows item (N,) of (I, D)."""
    rows = np.random.default_rng(0).choice(len(text), min(ASKED, len(text)), replace=False)
    sample = Pairs(image[item[rows]], text[rows])
    axes = principal_axes(sample)
    kept = _least_work(Pairs(sample.image @ axes, sample.text @ axes))
    return Screen.cut(image, text, kept) if kept == image.shape[1] else Screen.cut(image @ axes, text @ axes, kept)


def principal_axes(pairs: Pairs) -> Floats:
    """About the origin, of most length first, as columns: (D, D). Any rotation will do; these leave short tails."""
    rows = np.concatenate([pairs.image, pairs.text]).astype(np.float64)
    return np.linalg.eigh(rows.T @ rows)[1][:, ::-1].astype(np.float32)


def _least_work(sample: Pairs) -> int:
    """How many dimensions a tile should have, from rotated pairs."""
    size = sample.dimensions
    work = {size: float(size)}
    for kept in {max(1, round(share * size)) for share in SHARES}:
        single = SINGLE_DIMENSION * (size - kept) + SINGLE_PRODUCT
        work[kept] = kept + Screen.cut(sample.image, sample.text, kept).undecided() * single
    return min(work, key=lambda kept: work[kept])
