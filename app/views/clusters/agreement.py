"""Which clusters of one clustering are which of another."""

import numpy as np
from numpy.typing import NDArray

from core.clustering.metrics import contingency

MOST = 60
"""Clusters a side that a picture can still show; of more, the largest."""

Labels = NDArray[np.int64]


def shared(first: NDArray[np.str_], second: NDArray[np.str_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the one and of the other that are the same items."""
    _, rows, columns = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return rows, columns


def table(first: Labels, second: Labels) -> tuple[NDArray[np.int64], Labels, Labels]:
    """The contingency table and the clusters of its rows and columns: the `MOST` largest of each.

    Rows come from the largest to the smallest, a column where most of it lies, so that likes meet at the diagonal.
    """
    counts = contingency(first, second)
    rows = np.argsort(-counts.sum(axis=1), kind="stable")[:MOST]
    columns = np.argsort(-counts.sum(axis=0), kind="stable")[:MOST]
    kept = counts[np.ix_(rows, columns)]
    order = np.lexsort((-kept.max(axis=0), kept.argmax(axis=0)))
    return kept[:, order], np.unique(first)[rows], np.unique(second)[columns[order]]
