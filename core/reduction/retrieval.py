"""How far down the list each image finds its own caption, and each caption its own image: exact, by cosine.

Recall@k of cross-modal retrieval, as in Radford et al.: Learning transferable visual models from natural language
supervision. ICML 2021. Where an image has several captions, by the convention of Karpathy and Fei-Fei: Deep
visual-semantic alignments for generating image descriptions. CVPR 2015:

- image → caption: an image has found its own when any of its captions comes first; its other captions are no rivals.
- caption → image: each caption asks for itself, among the images, each of which is there once.

Where there are many pairs, the products are made in tiles and counted while they are in the processor's cache; nothing
is sorted. The first dimensions after a rotation to the principal axes decide most of them (`Screen`), float64 the
close ones, so that neither the tiles nor the rotation changes a rank.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.progress import Report, silent
from core.results import Floats, Pairs

RankArray = NDArray[np.int32]
Items = NDArray[np.int64]
Doubles = NDArray[np.float64]

AT_ONCE = 1_500
"""Pairs whose products are made in one piece; above, in tiles."""
TIE = 1e-12
"""Cosines closer than this are the same: what float64 can tell apart."""


@dataclass(frozen=True)
class Ranks:
    """How many others come before each row's own partner: 0 where it is the nearest. A tie counts as before it.

    image_to_text: (N,) int32, of each row's image among all captions but its own: before the nearest of those, so that
    all rows of one image have the same. text_to_image: (N,) int32, of each caption among all images.
    """

    image_to_text: RankArray
    text_to_image: RankArray

    def __len__(self) -> int:
        return len(self.image_to_text)


def recall(ranks: RankArray, k: int = 1) -> float:
    """Recall@k of one way, 0 … 1; with k = 1 the top-1 accuracy. ranks: one a query, so of an image one."""
    return float((ranks < k).mean())


def ranks(pairs: Pairs, report: Report = silent) -> Ranks:
    """Exact at any number of pairs; raises `BadInput` where there are none."""
    if not len(pairs):
        raise BadInput("no pairs to match: bring images with captions")
    image, item = pairs.image[pairs.image_rows], pairs.items
    if len(pairs) <= AT_ONCE:
        own, *counted = _at_once(image, pairs.text, item)
    else:
        own, *counted = _in_tiles(image, pairs.text, item, report)
    return Ranks((counted[0] - _own_before(own, item))[item], counted[1] - np.int32(1))


def _at_once(image: Floats, text: Floats, item: Items) -> tuple[Doubles, RankArray, RankArray]:
    """Products of captions with their own image (N,); how many reach an image's best (I,), a caption's own (N,)."""
    scores = image.astype(np.float64) @ text.astype(np.float64).T
    own = scores[item, np.arange(len(text))]
    rows = np.count_nonzero(scores >= best(own, item)[:, None] - TIE, axis=1)
    columns = np.count_nonzero(scores >= own - TIE, axis=0)
    return own, rows.astype(np.int32), columns.astype(np.int32)


def _in_tiles(image: Floats, text: Floats, item: Items, report: Report) -> tuple[Doubles, RankArray, RankArray]:
    """The same; many at a time."""
    from core.reduction.counting.nearer import own_products
    from core.reduction.counting.tiles import count_all

    own = own_products(image, text, item)
    return own, *count_all(image, text, item, best(own, item) - TIE, own - TIE, report)


def best(own: Doubles, item: Items) -> Doubles:
    """The largest product of each image with a caption of its own: (I,)."""
    found = np.full(int(item.max()) + 1, -np.inf)
    np.maximum.at(found, item, own)
    return found


def _own_before(own: Doubles, item: Items) -> RankArray:
    """How many of its own captions reach an image's best, which is one of them: (I,)."""
    reached = own >= best(own, item)[item] - TIE
    return np.bincount(item, weights=reached).astype(np.int32)
