"""What an editor makes of a few faces, as rows of pictures: the faces, made again, and with each factor changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Editor
from core.faces.fitting import as_float
from core.results import Floats

FACES = 8
"""In a row."""
Samples = NDArray[np.uint8]
"""(R, C, S, S, 3): R rows of C faces."""


@torch.no_grad()
def remade(autoencoder: AutoEncoder, pictures: NDArray[np.uint8]) -> Samples:
    """Two rows: pictures (C, S, S, 3), and what the auto-encoder makes of them."""
    true = as_float(torch.from_numpy(pictures).permute(0, 3, 1, 2))
    made = autoencoder.picture(autoencoder.latent(true))
    return np.stack([pictures, (made * 255).round().byte().permute(0, 2, 3, 1).numpy()])


def edited(editor: Editor, pictures: NDArray[np.uint8]) -> Samples:
    """Two rows as above, then one a factor: the same people with its next value."""
    codes = editor.codes(pictures)
    rows = [codes, *(changed(editor, codes, factor)[0] for factor in editor.factors)]
    return np.stack([pictures, *map(editor.pictures, rows)])


def changed(editor: Editor, codes: Floats, factor: str) -> tuple[Floats, NDArray[np.int64]]:
    """Codes (N, D) of the same people with a factor's next value, and that value (N,)."""
    count = len(editor.factors[factor])
    other = (editor.values(codes)[factor] + 1) % count
    made = codes.copy()
    for value in range(count):
        made[other == value] = editor.become(codes[other == value], factor, value)
    return made, other


def write(samples: Samples, path: Path) -> None:
    """As one PNG, written whole or not at all."""
    rows, columns, side = samples.shape[:3]
    picture = samples.transpose(0, 2, 1, 3, 4).reshape(rows * side, columns * side, 3)
    partial = path.with_suffix(".partial")
    Image.fromarray(picture).save(partial, "PNG")
    partial.replace(path)
