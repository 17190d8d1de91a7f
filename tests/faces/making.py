"""A small untrained editor in a file, for what must hold whatever an editor has learned."""

from pathlib import Path

import numpy as np
import torch

from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Card, Editor, UsualError
from core.faces.invertible import InvertibleNetwork

FACTORS = {"glasses": ("no", "yes"), "sex": ("female", "male"), "race": ("white", "asian", "brown", "black")}
SIDE = 16
ERROR = 0.01
"""What the card says of held-out faces."""


def small_editor(path: Path, seed: int = 0) -> Path:
    """Writes it."""
    torch.manual_seed(seed)
    values = {name: len(each) for name, each in FACTORS.items()}
    model = AutoEncoder("vae", SIDE)
    model.patches.fit(torch.rand(500, 3, SIDE, SIDE))
    network = InvertibleNetwork(model.size, {"glasses": 2, "sex": 3, "race": 4}, values)
    for place in network.places:
        place.data.mul_(30)  # so far apart that a slide is seen
    labels = torch.stack([torch.arange(400) // 4**n % count for n, count in enumerate(values.values())], 1)
    card = Card(error=UsualError(ERROR))
    Editor.of(model.eval(), network.eval(), torch.randn(400, model.size), labels, FACTORS, card).save(path)
    return path


def noise(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Pictures (…, 3) uint8 of nothing."""
    return rng.integers(0, 256, (*shape, 3), np.uint8)
