"""Which code moves with which words: CLIP's cosines to prompts against the components of T(z), and of each latent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from core.encoders import load
from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Editor
from core.faces.invertible import names
from core.faces.report import tensor
from core.results import Floats
from core.semantics.correlation import correlate
from core.semantics.results import Correlation

PROMPTS = {
    "glasses": "a person with glasses",
    "sex": "a man",
    "race": "a person with dark skin",
    "facial hair": "a person with a beard",
    "hat": "a person with a hat",
    "long hair": "a person with long hair",
    "smile": "a smiling person",
}
"""Factor → what is said of those who have it."""


@dataclass(frozen=True)
class Meaning:
    """names: of the codes, C of them. correlation: of the prompts with the codes, over the people."""

    names: Sequence[str]
    correlation: Correlation


def meanings(
    editor: Editor, autoencoders: dict[str, AutoEncoder], pictures: np.ndarray, features: Floats
) -> dict[str, Meaning]:
    """Spearman's, Holm's correction: "factors" (the components of T(z)), then each auto-encoder's latent by its name.

    pictures (N, S, S, 3) uint8 of N different people; features (N, P): their cosines to P prompts.
    """
    codes = {"factors": editor.codes(pictures)}
    with torch.no_grad():
        codes |= {name: model.latent(tensor(pictures)).numpy() for name, model in autoencoders.items()}
    inner = names(editor.network.sizes)
    rest = [f"residual {n + 1}" for n in range(editor.autoencoder.size - len(inner))]
    called = {name: [f"z {n + 1}" for n in range(each.shape[1])] for name, each in codes.items()}
    called["factors"] = [*inner, *rest]
    return {name: Meaning(called[name], correlate(features, each, "spearman", "holm")) for name, each in codes.items()}


def cosines(pictures: np.ndarray, prompts: Sequence[str], model: str) -> Floats:
    """The cosine of each picture (N, S, S, 3) uint8 with each of P prompts by a CLIP model: (N, P)."""
    encoder = load(model)
    images = encoder.encode_images([Image.fromarray(picture) for picture in pictures])
    return images @ encoder.encode_texts(list(prompts)).T
