r"""The modality gap: images and captions lie in two cones apart. How far, which way, and what centring each changes.

Liang, Zhang, Kwon, Yeung and Zou: Mind the gap. NeurIPS 2022. With unit vectors x of images and y of their captions,
the gap is $\Delta = \bar x - \bar y$; centring takes each modality's mean away and makes the rows unit vectors again.

Wang and Isola: Understanding contrastive representation learning through alignment and uniformity on the hypersphere.
ICML 2020: alignment $E\lVert x - y \rVert^2$ over pairs, uniformity $\log E\, e^{-2 \lVert x - x' \rVert^2}$ over
different rows; of both, less is better.

All products are made, in tiles, and counted at once; none is kept (`streams`).
"""

from dataclasses import dataclass

import numpy as np

from core.errors import BadInput
from core.maps.neighbours import normalised
from core.progress import Bar, Report, silent
from core.reduction.retrieval import ranks
from core.results import Floats, Integers, Pairs, Projection, Reducer
from core.semantics.results import Gap, Histogram

BINS = 200
CHUNK = 4_096
LEAST = 2
SPREAD = 1e-5
"""Rows nearer to their mean than this are all the same, but for float32's rounding."""
STEPS = 1_000


@dataclass(frozen=True)
class Captioned:
    """N captions with their images. pairs: unit rows. wording: (N,) int64, equal where two captions say the same."""

    pairs: Pairs
    wording: Integers

    def __post_init__(self) -> None:
        different = len(np.unique(self.wording))
        if different < LEAST:
            raise BadInput(f"{len(self.pairs)} pairs with {different} different captions: bring at least {LEAST}")

    @property
    def first(self) -> Integers:
        """The rows of the first image of each different caption, in order."""
        return np.sort(np.unique(self.wording, return_index=True)[1])


def centring(pairs: Pairs) -> Reducer:
    """Takes the mean image from images and the mean caption from captions; dimensions stay as many."""
    return Reducer(_centred("images", pairs.image[pairs.image_rows]), _centred("captions", pairs.text))


def _centred(name: str, x: Floats) -> Projection:
    mean = x.mean(axis=0, dtype=np.float64)
    if np.abs(x - mean).max() < SPREAD:
        raise BadInput(f"all {name} are the same: centred, they have no direction; bring different ones")
    return Projection.straight(np.eye(len(mean), dtype=np.float32), mean.astype(np.float32))


def gap(given: Captioned, report: Report = silent) -> Gap:
    """Of rows as they are; for the gap after centring, give `centring(pairs)(pairs)`.

    An image with several captions counts once among the images, and with each of them among the pairs.
    """
    from core.semantics.streams import other_cosines, uniformity

    image, text = given.pairs.image[given.pairs.image_rows], given.pairs.text
    bar = Bar(report, 4 * STEPS)
    different = given.pairs.take(given.first)
    found = ranks(different, bar.part(0, STEPS))
    others = other_cosines(given.pairs, given.wording, BINS, bar.part(STEPS, STEPS, "images and other captions"))
    return Gap(
        vector=(image.mean(axis=0, dtype=np.float64) - text.mean(axis=0, dtype=np.float64)).astype(np.float32),
        alignment=float(np.mean(np.sum((given.pairs.image.astype(np.float64) - text) ** 2, axis=1))),
        uniformity_images=uniformity(image, bar.part(2 * STEPS, STEPS, "uniformity of the images")),
        uniformity_captions=uniformity(different.text, bar.part(3 * STEPS, STEPS, "uniformity of the captions")),
        pairs=own_cosines(given.pairs),
        others=others,
        image_to_text=found.image_to_text,
        text_to_image=found.text_to_image,
    )


def own_cosines(pairs: Pairs) -> Histogram:
    """Of each image with its own caption."""
    cosines = np.einsum("nd,nd->n", pairs.image, pairs.text)
    places = np.clip(((cosines + 1) * (BINS / 2)).astype(np.int64), 0, BINS - 1)
    return Histogram(np.bincount(places, minlength=BINS), float(cosines.mean(dtype=np.float64)))


def plane(pairs: Pairs) -> Floats:
    """Two axes (2, D) on which the spaces before and after centring can be drawn together.

    Across: the gap's own direction. Up: the direction of most variance about the modalities' means, at right angles
    to it.
    """
    sides = (pairs.image[pairs.image_rows], pairs.text)
    means = [x.mean(axis=0, dtype=np.float64) for x in sides]
    across = normalised((means[0] - means[1])[None])[0].astype(np.float64)
    within = np.zeros((pairs.dimensions, pairs.dimensions))
    for x, mean in zip(sides, means, strict=True):
        for start in range(0, len(x), CHUNK):
            part = x[start : start + CHUNK] - mean
            part -= np.outer(part @ across, across)
            within += part.T @ part
    return np.stack([across, np.linalg.eigh(within)[1][:, -1]]).astype(np.float32)
