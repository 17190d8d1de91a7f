"""The bundled set ``faces``: ``python -m core.recipes.faces.bundle`` draws, embeds and maps 400 held-out people.

Each person comes ten times: as drawn, and once with each other value of each factor.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from core.recipes.faces.full import faces
from core.recipes.faces.people import FACTORS
from core.recipes.sets import DESCRIPTION, finish, write

PEOPLE = 400


def rows() -> Iterator[dict[str, object]]:
    """One row a picture, the ten of a person together."""
    held_out = faces("held out")
    for person in range(PEOPLE):
        first = held_out.labels[person, 0]
        for pixels, labels in zip(held_out.pictures[person], held_out.labels[person], strict=True):
            values = {factor: FACTORS[factor][label] for factor, label in zip(FACTORS, labels, strict=True)}
            changed = next((f for f, a, b in zip(FACTORS, first, labels, strict=True) if a != b), "nothing")
            source = f"person {person:03}, {changed} changed to {values.get(changed, 'nothing')}"
            about = {"caption": caption(values), "label": values["race"], "person": f"{person:03}", "changed": changed}
            yield {"image": webp(pixels, source), **about, **values, "source": source}


def caption(values: Mapping[str, str]) -> str:
    """A sentence that says every factor, such as "a smiling black man with glasses, a beard and long hair"."""
    noun = "woman" if values["sex"] == "female" else "man"
    things = {"glasses": "glasses", "facial hair": "a beard", "hat": "a hat", "long hair": "long hair"}
    worn = [thing for factor, thing in things.items() if values[factor] == "yes"]
    listed = " and ".join(filter(None, [", ".join(worn[:-1]), *worn[-1:]]))
    start = "a smiling" if values["smile"] == "yes" else "an" if values["race"] == "asian" else "a"
    return f"{start} {values['race']} {noun}" + (f" with {listed}" if worn else "")


def webp(pixels: np.ndarray, description: str) -> bytes:
    """(h, w, 3) uint8 → a lossless file that carries its description, which keeps equal pictures apart."""
    exif = Image.Exif()
    exif[DESCRIPTION] = description
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", lossless=True, quality=100, method=6, exif=exif)
    return out.getvalue()


def main() -> None:
    """Draw the set, embed and map it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    write("faces", rows())
    finish("faces")


if __name__ == "__main__":
    main()
