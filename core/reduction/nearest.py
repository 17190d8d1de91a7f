"""What each row finds first among all others than its own partner: what is shown where a match is wrong.

The products are made in float32, a square tile at a time, so that no more than a tile of them is there at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, Report, silent
from core.results import Floats, Pairs

Ranks = NDArray[np.int32]

TILE = 1_024
"""Rows and columns of a tile: 4 MB."""


@dataclass(frozen=True)
class Nearest:
    """The row of what is nearest but for the own partner; the own row where there is but one image.

    image_to_text: (N,) int32, of each image the row of another's caption; text_to_image: (N,) int32, of each caption a
    row of another image.
    """

    image_to_text: Ranks
    text_to_image: Ranks


def nearest(pairs: Pairs, report: Report = silent) -> Nearest:
    """Of others whose cosines float32 cannot tell apart, any may be the one."""
    images, captions, items = _Best(len(pairs)), _Best(len(pairs)), pairs.items
    starts = range(0, len(pairs), TILE)
    for begin in starts:
        report(Progress(begin, len(pairs), "looking for the nearest others"))
        for start, scores in _tiles(pairs, items, begin, starts):
            images.take(scores, 0, begin, start)
            captions.take(scores, 1, start, begin)
    report(Progress(len(pairs), len(pairs), "found the nearest others"))
    return Nearest(images.row, captions.row)


def _tiles(pairs: Pairs, items: NDArray[np.int64], begin: int, starts: range) -> Iterator[tuple[int, Floats]]:
    """Where each tile of the images from `begin` on starts among the captions, and its products, own ones -inf."""
    for start in starts:
        rows, columns = slice(begin, begin + TILE), slice(start, start + TILE)
        scores = pairs.image[rows] @ pairs.text[columns].T
        if pairs.item is not None:
            scores[items[rows, None] == items[columns]] = -np.inf
        elif start == begin:
            np.fill_diagonal(scores, -np.inf)
        yield start, scores


class _Best:
    """The best product of each row so far, (N,) float32, and whose it is, (N,) int32."""

    def __init__(self, count: int) -> None:
        self.score = np.full(count, -np.inf, dtype=np.float32)
        self.row = np.arange(count, dtype=np.int32)

    def take(self, scores: Floats, axis: int, begin: int, start: int) -> None:
        """A tile: along its axis the rows from `begin` on, along the other one the others from `start` on.

        Only where a row has found a better one is it looked for: numpy is slow at that along the columns.
        """
        best = scores.max(axis=1 - axis)
        better = np.flatnonzero(best > self.score[begin : begin + len(best)])
        self.score[begin + better] = best[better]
        self.row[begin + better] = start + scores.take(better, axis).argmax(axis=1 - axis)
