"""Subjects to test with."""

import numpy as np

from core.care.subject import Subject
from core.maps.neighbours import normalised

ROWS, DIMENSIONS, CLASSES = 90, 12, 3


def subject(seed: int = 0) -> Subject:
    """Three classes about their centres, each item with a caption of its own near it; every third caption is said
    twice."""
    random = np.random.default_rng(seed)
    of = np.arange(ROWS) % CLASSES
    x = normalised(random.normal(size=(CLASSES, DIMENSIONS))[of] + 0.25 * random.normal(size=(ROWS, DIMENSIONS)))
    wording = np.arange(ROWS)
    wording[1::9] = wording[0::9]
    captions = normalised(x + 0.2 * random.normal(size=x.shape))[wording]
    return Subject(x, np.array(["cat", "dog", "owl"])[of], captions, wording)
