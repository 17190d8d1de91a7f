"""What every clustering method asks of its rows, and how its labels are numbered."""

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.results import Floats, check_matrix

LEAST_ROWS = 2


def check_rows(x: Floats, k: int = 1) -> None:
    """Raises `BadInput` unless x is finite float32 (N, D) with N ≥ 2 and at least k different rows."""
    if x.ndim != 2 or x.shape[1] == 0:
        raise BadInput(f"x has shape {x.shape}: a matrix (N, D) with D ≥ 1 is needed")
    if len(x) < LEAST_ROWS:
        raise BadInput(f"{len(x)} of at least {LEAST_ROWS} items: too few to cluster, add items or embed them")
    check_matrix("x", x)
    if len(x) < k:
        raise BadInput(f"k={k} clusters of {len(x)} items: lower k to {len(x)} or less, or add items")
    if (different := different_rows(x, k)) < k:
        raise BadInput(f"k={k} clusters of {different} different items, the rest repeat them: lower k to {different}")


def different_rows(x: Floats, enough: int) -> int:
    """How many rows of x differ from each other; counting ends at `enough`, which is soon in real data."""
    seen: set[bytes] = set()
    for row in x:
        seen.add((row + 0.0).tobytes())  # + 0.0: -0.0 and 0.0 are one value with two patterns of bits
        if len(seen) >= enough:
            break
    return len(seen)


def all_alike(x: Floats) -> bool:
    """Whether every row repeats the first one: then there is one cluster, whatever a method would say."""
    return different_rows(x, 2) < 2


def renumbered(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """The same groups as 0, 1, … without a gap, in the order of the labels given; -1 stays: (N,) int64."""
    found, positions = np.unique(labels, return_inverse=True)
    return positions.reshape(labels.shape).astype(np.int64) - np.count_nonzero(found < 0)
