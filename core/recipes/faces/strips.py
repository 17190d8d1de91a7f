"""The editor's pictures, ``python -m core.recipes.faces.strips``: a strip a factor, a row an auto-encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from core.faces import held_out
from core.faces.editor import Editor, Setting
from core.faces.report import tensor
from core.sources.bundled import ASSETS

PEOPLE, SHOWN = 10, 49
"""How many are made again, and who is changed: a person without glasses, beard or hat, so that each can be added."""
POSITIONS = (-3, -2, -1, 0, 1, 2, 3)
ENLARGED = 2


def strips(editor: Editor, picture: np.ndarray) -> np.ndarray:
    """One row a factor: the face with its slider from -3 to 3; of race the row of its last value."""
    codes = editor.codes(picture[None])

    def setting(values: Sequence[str], position: float) -> Setting:
        return position if len(values) == 2 else {values[-1]: position}

    rows = [
        [editor.pictures(editor.moved(codes, {name: setting(values, float(p))}))[0] for p in POSITIONS]
        for name, values in editor.factors.items()
    ]
    return np.concatenate([np.concatenate([picture, *row], 1) for row in rows])


@torch.no_grad()
def reconstructions(people: np.ndarray) -> np.ndarray:
    """The faces (N, S, S, 3) uint8, then a row of reconstructions an auto-encoder, in the order of the card's table."""
    rows = [people]
    for model in held_out.every_autoencoder().values():
        made = model.picture(model.latent(tensor(people)))
        rows.append((made * 255).round().byte().permute(0, 2, 3, 1).numpy())
    return np.concatenate([np.concatenate(list(row), 1) for row in rows])


def main() -> None:
    """Draw both pictures into ``assets/pictures``."""
    editor = held_out.editor()
    people = held_out.held_out(tuple(editor.factors.items())).people
    drawn = {
        "faces-strips": strips(editor, people[SHOWN]),
        "faces-autoencoders": reconstructions(people[:PEOPLE]),
    }
    for name, pixels in drawn.items():
        picture = Image.fromarray(pixels)
        larger = picture.resize((picture.width * ENLARGED, picture.height * ENLARGED), Image.Resampling.LANCZOS)
        larger.save(ASSETS / "pictures" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
