"""Small items and vectors to test with."""

from collections.abc import Iterable

import numpy as np

from core.results import Floats
from core.sources import Item
from core.workspace import Workspace
from tests.sources.making import png


def items(count: int, first: int = 0) -> list[Item]:
    """Items that differ in picture and caption."""
    colours = ((number % 256, number // 256 % 256, 7) for number in range(first, first + count))
    numbered = enumerate(colours, first)
    return [Item(f"{n}.png", png(colour), f"caption {n}", "even" if n % 2 == 0 else "odd") for n, colour in numbered]


def vectors(count: int, dimension: int = 4, seed: int = 0) -> Floats:
    found = np.random.default_rng(seed).normal(size=(count, dimension))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def fill(place: Workspace, given: Iterable[Item], image: Floats | None = None, text: Floats | None = None) -> list[str]:
    """Adds items, and the vectors by "pocket" of the first of them; gives their ids."""
    ids = list(place.add(given).ids)
    for modality, rows in (("image", image), ("text", text)):
        if rows is not None:
            place.add_embeddings("pocket", modality, ids[: len(rows)], rows)
    return ids
