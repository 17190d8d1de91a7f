"""Small items and vectors to test with."""

import numpy as np

from core.results import Floats
from core.sources import Item
from tests.sources.making import png


def items(count: int, first: int = 0) -> list[Item]:
    """Items that differ in picture and caption."""
    colours = ((number % 256, number // 256 % 256, 7) for number in range(first, first + count))
    numbered = enumerate(colours, first)
    return [Item(f"{n}.png", png(colour), f"caption {n}", "even" if n % 2 == 0 else "odd") for n, colour in numbered]


def vectors(count: int, dimension: int = 4, seed: int = 0) -> Floats:
    found = np.random.default_rng(seed).normal(size=(count, dimension))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
