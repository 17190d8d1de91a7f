"""Half precision for a tower, where its vectors stay what they are in float32.

Autocast alone is not the fast way on a CPU: it casts the weights in each pass, and a ViT-B-32 takes more than twice the
time of float32 then, ten times that of weights cast once. `python -m tests.benchmarks.embedding` compares them.
"""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from core.results import Floats

LEAST_COSINE = 0.99975
"""Of a sample's vector in half precision and the same in float32.

The worst of thousands of pictures lies twice as far off as the worst of these few, measured with the bundled
model on the bundled sets, and is to stay at .9995."""
SAMPLES, SIDE = 8, 128
MATRICES = (nn.Linear, _ConvNd, nn.MultiheadAttention)
"""The layers whose weights are cast; norms keep theirs in float32."""
TEXTS = (
    "a dog",
    "two red apples on a white plate",
    "a man riding a wave on a surfboard",
    "The old harbour of a small town at night, seen from the hill.",
    "arrow pointing to the left",
    "flag: Japan",
    "T-shirt",
    "a drawing of a smiling face with sunglasses",
)


def agreed(tower: nn.Module, half: torch.dtype | None, vectors: Callable[[torch.dtype | None], Floats]) -> bool:
    """Whether a tower may run in half precision; on a CPU its weights are cast to it then, once and for all.

    vectors: of the samples, unit rows (N, D) in the precision given (None: float32).
    """
    if half is None:
        return False
    exact = vectors(None)
    before = cast(tower, half) if half is torch.bfloat16 else {}
    try:
        agree = least_cosine(exact, vectors(half)) >= LEAST_COSINE
    except RuntimeError:  # a layer that half precision has no kernel for
        agree = False
    if not agree:
        for parameter, weights in before.items():
            parameter.data = weights
    return agree


def cast(tower: nn.Module, half: torch.dtype) -> dict[nn.Parameter, Tensor]:
    """Casts the weights of a tower's matrices; returns what they were."""
    layers = (layer for layer in tower.modules() if isinstance(layer, MATRICES))
    before = {each: each.data for layer in layers for each in layer.parameters(recurse=False)}
    for parameter in before:
        parameter.data = parameter.data.to(half)
    return before


def least_cosine(a: Floats, b: Floats) -> float:
    """Of unit rows with the rows of the same number; NaN where one has no direction."""
    return float((a * b).sum(axis=1).min())


def pictures() -> list[Image.Image]:
    """Made of chance, the same each time: light and colours of several scales with a camera's noise, and every second
    one of two flat colours, as a drawing."""
    random = np.random.default_rng(0)
    return [_drawn(random) if number % 2 else _photographed(random) for number in range(SAMPLES)]


def _photographed(random: np.random.Generator) -> Image.Image:
    light = sum(weight * _smooth(random, side, 3) for side, weight in ((3, 0.5), (12, 0.3), (48, 0.2)))
    noisy = light + random.normal(0, 6, (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _drawn(random: np.random.Generator) -> Image.Image:
    shape = _smooth(random, 5, 1) > 140
    return Image.fromarray(np.where(shape, random.integers(0, 256, 3), 255).astype(np.uint8))


def _smooth(random: np.random.Generator, side: int, channels: int) -> Floats:
    """A coarse grid of chance made smooth: (SIDE, SIDE, channels), 0 to 255."""
    grids = (Image.fromarray(random.integers(0, 256, (side, side), dtype=np.uint8)) for _ in range(channels))
    rows = [np.asarray(grid.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32) for grid in grids]
    return np.stack(rows, axis=2)
