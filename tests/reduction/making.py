"""Pairs of images and captions for the tests of reducers and of what is measured on them."""

import numpy as np

from core.maps.neighbours import normalised
from core.results import Pairs


def related(count: int = 120, dimensions: int = 16, noise: float = 1.0, seed: int = 0) -> Pairs:
    """Captions near their images, in a cone of their own; the variance falls from axis to axis."""
    random = np.random.default_rng(seed)
    spread = 1 / np.sqrt(np.arange(1, dimensions + 1))
    shared = random.normal(size=(count, dimensions)) * spread
    image, text = (shared + noise * 0.3 * random.normal(size=shared.shape) * spread + shift for shift in (0, 0.3))
    return Pairs(normalised(image), normalised(text))
