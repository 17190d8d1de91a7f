"""How items vary within their groups: what a group embedding should not depend on."""

import numpy as np
from numpy.typing import NDArray

from core.groups.sets import AT_ONCE, Sets

Doubles = NDArray[np.float64]


def group_means(sets: Sets) -> Doubles:
    """(G, D)."""
    return np.add.reduceat(sets.vectors, sets.starts, axis=0, dtype=np.float64) / sets.sizes[:, None]


def within_covariance(sets: Sets) -> Doubles:
    """The pooled covariance about the groups' means: (D, D), unbiased; zero where every group holds one item."""
    means, group = group_means(sets), sets.group
    total = np.zeros((sets.dimensions, sets.dimensions))
    for start in range(0, len(group), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        away = sets.vectors[here] - means[group[here]]
        total += away.T @ away
    return total / max(len(group) - len(sets), 1)
