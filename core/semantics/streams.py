"""What is counted over all products of rows, a tile at a time: none is kept, however many rows there are."""

import math

import numba
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.progress import Progress, Report, silent
from core.reduction.counting.tiles import threaded
from core.results import Floats, Integers, Pairs
from core.semantics.results import Histogram

STRIP, TILE = 512, 1_024
"""Rows and columns of a tile: 2 MB, counted while they are in the processor's cache."""


def other_cosines(pairs: Pairs, wording: Integers, bins: int, report: Report = silent) -> Histogram:
    """Of each image with every caption of others that has another number in wording (N,), in bins from -1 to 1."""
    image, text = (np.ascontiguousarray(x) for x in (pairs.image, pairs.text))
    item = pairs.items

    def strip(begin: int) -> tuple[Integers, float]:
        rows, counts, total = slice(begin, begin + STRIP), np.zeros(bins, dtype=np.int64), 0.0
        for start in range(0, len(text), TILE):
            columns = slice(start, start + TILE)
            same = (wording[rows], wording[columns], item[rows], item[columns])
            total += _count_others(image[rows] @ text[columns].T, *same, counts)
        return counts, total

    counts, total = np.zeros(bins, dtype=np.int64), 0.0
    with threadpool_limits(1, "blas"):  # a strip is one thread's: what it multiplies, it counts
        for done, (some, part) in enumerate(threaded(strip, range(0, len(image), STRIP))):
            counts, total = counts + some, total + part
            report(Progress(min(done * STRIP, len(image)), len(image), f"{done * STRIP:,} of {len(image):,}"))
    return Histogram(counts, total / int(counts.sum()))


def uniformity(x: Floats, report: Report = silent) -> float:
    """Of unit rows (N, D): log of the mean of exp(-2 |x - y|²) over all pairs of rows; NaN for a single row."""
    x = np.ascontiguousarray(x)

    def strip(begin: int) -> float:
        rows = x[begin : begin + STRIP]
        tiles = (x[start : start + TILE] for start in range(begin + len(rows), len(x), TILE))
        later = sum(float(_closeness(rows @ tile.T).sum(dtype=np.float64)) for tile in tiles)
        return later + float(np.triu(_closeness(rows @ rows.T), 1).sum(dtype=np.float64))

    total, pairs = 0.0, len(x) * (len(x) - 1) / 2
    with threadpool_limits(1, "blas"):
        for done, part in enumerate(threaded(strip, range(0, len(x), STRIP))):
            total += part
            report(Progress(min(done * STRIP, len(x)), len(x), f"{done * STRIP:,} of {len(x):,}"))
    return math.log(total / pairs) if pairs else math.nan


def _closeness(cosines: Floats) -> NDArray[np.float32]:
    """exp(-2 |x - y|²) of unit vectors, whose squared distance is 2 - 2 cos."""
    return np.exp(4 * cosines - 4)


@numba.njit(nogil=True, cache=True)
def _count_others(tile, mine, theirs, item, items, counts):
    """Adds the products (A, B) float32 of rows with other numbers to counts (K,) int64, and gives their sum.

    mine, item: (A,), theirs, items: (B,) int64. Bins are of equal width, from -1 to 1.
    """
    half, last, total = np.float32(len(counts) / 2), len(counts) - 1, 0.0
    for i in range(tile.shape[0]):
        for j in range(tile.shape[1]):
            if mine[i] != theirs[j] and item[i] != items[j]:
                place = int((tile[i, j] + np.float32(1)) * half)
                counts[max(0, min(place, last))] += 1
                total += tile[i, j]
    return total
