"""How far down the list each image finds its own caption, and each caption its own image: exact, by cosine.

Recall@k of cross-modal retrieval, as in Radford et al.: Learning transferable visual models from natural language
supervision. ICML 2021.

Where there are many pairs, the products are made in tiles and counted while they are in the processor's cache; nothing
is sorted. The first dimensions after a rotation to the principal axes decide most of them (`Screen`), float64 the
close ones, so that neither the tiles nor the rotation changes a rank.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.progress import Report, silent
from core.results import Pairs

Integers = NDArray[np.int32]
Doubles = NDArray[np.float64]

AT_ONCE = 1_500
"""Pairs whose products are made in one piece; above, in tiles."""
TIE = 1e-12
"""Cosines closer than this are the same: what float64 can tell apart."""


@dataclass(frozen=True)
class Ranks:
    """How many others come before each row's own partner: 0 where it is the nearest. A tie counts as before it.

    image_to_text: (N,) int32, of each image among all captions; text_to_image: (N,) int32, the other way.
    """

    image_to_text: Integers
    text_to_image: Integers

    def __len__(self) -> int:
        return len(self.image_to_text)

    def right(self, k: int = 1) -> Doubles:
        """Whether the own partner is among the nearest k, both ways averaged: (N,) of 0, ½, 1."""
        return correctness(self.image_to_text, self.text_to_image, k)


def recall(ranks: Integers, k: int = 1) -> float:
    """Recall@k of one way, 0 … 1; with k = 1 the top-1 accuracy."""
    return float((ranks < k).mean())


def correctness(image_to_text: Integers, text_to_image: Integers, k: int = 1) -> Doubles:
    """Whether the own partner is among the nearest k, both ways averaged: 0, ½ or 1, in the arrays' shape."""
    return ((image_to_text < k).astype(np.float64) + (text_to_image < k)) / 2


def ranks(pairs: Pairs, report: Report = silent) -> Ranks:
    """Exact at any number of pairs; raises `BadInput` where there are none."""
    if not len(pairs):
        raise BadInput("no pairs to match: bring images with captions")
    return _at_once(pairs) if len(pairs) <= AT_ONCE else _in_tiles(pairs, report)


def _at_once(pairs: Pairs) -> Ranks:
    scores = pairs.image.astype(np.float64) @ pairs.text.astype(np.float64).T
    own = scores.diagonal() - TIE
    before = [np.count_nonzero(each >= own[:, None], axis=1) - 1 for each in (scores, scores.T)]
    return Ranks(before[0].astype(np.int32), before[1].astype(np.int32))


def _in_tiles(pairs: Pairs, report: Report) -> Ranks:
    from core.reduction.counting.tiles import count_all

    return Ranks(*count_all(pairs, TIE, report))
