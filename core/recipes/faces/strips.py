"""The editor's pictures, ``python -m core.recipes.faces.strips``: a strip a factor, a row an auto-encoder."""

from __future__ import annotations

import numpy as np
from PIL import Image

from core.faces.editor import Editor
from core.faces.pictures import Pictures, grid
from core.faces.report import bundled_autoencoders, bundled_editor, bundled_people
from core.faces.slides import along, sliders
from core.sources.bundled import ASSETS

PEOPLE, SHOWN = 10, 49
"""How many are made again, and who is changed: a person without glasses, beard or hat, so that each can be added."""
POSITIONS, ENLARGED = 7, 2


def strips(editor: Editor, pictures: Pictures) -> Pictures:
    """One row a factor: a face (1, S, S, 3) with its slider from -3 to 3; of race the row of its last value."""
    latents, last = editor.latents(pictures), {each.factor: each for each in sliders(editor)}
    rows = [editor.pictures(along(editor, latents, {}, each, POSITIONS)) for each in last.values()]
    return grid(np.stack([np.concatenate([pictures, row]) for row in rows]))


def main() -> None:
    """Draw both pictures into ``assets/pictures``: in the second a row of reconstructions an auto-encoder."""
    editor = bundled_editor()
    people = bundled_people(editor.factors).people
    some = people[:PEOPLE]
    drawn = {
        "faces-strips": strips(editor, people[SHOWN : SHOWN + 1]),
        "faces-autoencoders": grid(np.stack([some, *(each.remade(some) for each in bundled_autoencoders().values())])),
    }
    for name, pixels in drawn.items():
        picture = Image.fromarray(pixels)
        larger = picture.resize((picture.width * ENLARGED, picture.height * ENLARGED), Image.Resampling.LANCZOS)
        larger.save(ASSETS / "pictures" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
