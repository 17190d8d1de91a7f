"""Items and words for the tests: a text encoder that gives known vectors, and a workspace in its space."""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.maps.neighbours import normalised
from core.results import Floats
from core.workspace import Workspace
from tests.workspace.making import fill, items

DIMENSIONS, ITEMS, CONTEXT = 8, 40, 5
SCALE = 12.5


def unit(count: int, dimensions: int = DIMENSIONS, seed: int = 0) -> Floats:
    return normalised(np.random.default_rng(seed).normal(size=(count, dimensions)))


def meaning(text: str) -> Floats:
    """A vector of its own for each text, the same in capitals; only the first words are read."""
    read = " ".join(text.casefold().split()[:CONTEXT])
    seed = int.from_bytes(blake2b(read.encode(), digest_size=4).digest(), "big")
    return unit(1, seed=seed)[0]


class Encoder:
    """In the place of the model "pocket"; asked: the texts that it was given."""

    name, dimension, logit_scale = "pocket", DIMENSIONS, SCALE

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.stack([meaning(text) for text in texts])

    def truncated(self, texts: Sequence[str]) -> list[int]:
        return [row for row, text in enumerate(texts) if len(text.split()) > CONTEXT]


def workspace(path: Path, count: int = ITEMS, gap: float = 0.8) -> Workspace:
    """Items labelled "even" and "odd", which lie apart along the first axis; captions lie apart from images."""
    place = Workspace.create(path)
    side = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)[:, None] * np.eye(1, DIMENSIONS)
    shared = unit(count, seed=1) + side
    captions = shared + 0.3 * unit(count, seed=2) + gap * np.eye(1, 8, 7)
    fill(place, items(count), normalised(shared), normalised(captions))
    return place
