"""The bundled people, held out of all training, with a true counterfactual for each other value of each factor."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow.parquet as parquet
from PIL import Image

from core.faces import autoencoders
from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Editor, load
from core.faces.kinds import bundled_file
from core.faces.report import HeldOut
from core.sources import bundled


@lru_cache(maxsize=1)
def editor() -> Editor:
    """The bundled editor."""
    return load(bundled_file("faces"))


def every_autoencoder() -> dict[str, AutoEncoder]:
    """Each kind that comes along, the editor's own first."""
    others = (kind for kind in autoencoders.KINDS if kind != autoencoders.BEST)
    return {
        autoencoders.BEST: editor().autoencoder,
        **{kind: autoencoders.load(bundled_file(kind)) for kind in others},
    }


def held_out(factors: Sequence[tuple[str, tuple[str, ...]]]) -> HeldOut:
    """The bundled people; factors: names with their values, in the order of the labels."""
    table = parquet.read_table(bundled.ASSETS / "faces" / bundled.ITEMS).to_pydict()
    people = len(set(table["person"]))
    labels = [[values.index(value) for value in table[name]] for name, values in factors]
    drawn = [np.asarray(Image.open(io.BytesIO(image)).convert("RGB")) for image in table["image"]]
    pictures = np.stack(drawn).reshape(people, -1, *drawn[0].shape)
    return HeldOut(pictures, np.array(labels).T.reshape(people, pictures.shape[1], -1))
