"""Groups of items for the tests of group embeddings."""

import numpy as np

from core.groups.sets import Sets
from core.maps.neighbours import normalised


def classes(count: int = 12, items: int = 20, dimensions: int = 12, noise: float = 0.5, seed: int = 0) -> Sets:
    """Classes about centres of their own, unit norm; the noise is strong along half of the axes, weak along others."""
    random = np.random.default_rng(seed)
    strength = np.where(np.arange(dimensions) % 2, 2.5, 0.4)
    centres = np.repeat(random.normal(size=(count, dimensions)), items, axis=0)
    rows = normalised(centres + noise * strength * random.normal(size=centres.shape))
    return Sets(rows, np.full(count, items, dtype=np.int64))


def ragged(dimensions: int = 6, sizes: tuple[int, ...] = (1, 4, 2, 4, 7), seed: int = 0) -> Sets:
    """Random items in groups of several sizes."""
    rows = np.random.default_rng(seed).normal(size=(sum(sizes), dimensions)).astype(np.float32)
    return Sets(rows, np.array(sizes, dtype=np.int64))
