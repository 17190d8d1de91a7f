"""Rows a chunk at a time, so that a million of them need no more memory than one chunk beside themselves."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.results import Floats

CHUNK = 4_096


def slices(count: int, size: int = 0) -> Iterator[slice]:
    """Where the chunks of so many rows lie, in order; size: rows a chunk, `CHUNK` where it is 0."""
    size = size or CHUNK
    return (slice(start, start + size) for start in range(0, count, size))


def chunks(x: Floats) -> Iterator[Floats]:
    """The rows of (N, D) in order, at most `CHUNK` at a time; views, not copies."""
    return (x[rows] for rows in slices(len(x)))


def mean_row(x: Floats) -> NDArray[np.float64]:
    """The mean of (N, D) rows, N ≥ 1: (D,), summed in float64."""
    return sum((chunk.sum(0, dtype=np.float64) for chunk in chunks(x)), np.zeros(x.shape[1])) / len(x)
