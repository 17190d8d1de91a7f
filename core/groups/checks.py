"""What every method asks of the groups that it is fitted on."""

import numpy as np

from core.errors import BadInput
from core.groups.sets import Sets

LEAST_GROUPS = 2


def check(sets: Sets) -> None:
    """Raises `BadInput` for fewer than two groups, where none holds two items, and for rows of zero dimensions."""
    if sets.dimensions == 0:
        raise BadInput(f"vectors have shape {sets.vectors.shape}: at least one dimension is needed")
    if len(sets) < LEAST_GROUPS:
        raise BadInput(f"{len(sets)} group is fewer than {LEAST_GROUPS}: group the items by another column")
    if sets.sizes.max() < 2:
        raise BadInput(f"each of the {len(sets):,} groups holds one item: group the items by another column")


def several(sets: Sets) -> Sets:
    """The groups of two items or more: one item alone says nothing of how a group varies, and cannot be halved."""
    return sets if sets.sizes.min() > 1 else sets.take(np.flatnonzero(sets.sizes > 1))
