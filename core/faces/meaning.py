"""Which latent dimension moves with which words: CLIP's cosines to prompts against those of T(z), and of each z."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.faces.autoencoders import AutoEncoder, tensor
from core.faces.editor import Editor
from core.faces.pictures import Pictures
from core.faces.results import LatentMeaning
from core.results import Floats
from core.semantics.correlation import correlate
from core.semantics.results import Correlation, Doubles

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

EDITOR = "factors"
"""What T(z) goes by, beside the auto-encoders' names."""


@dataclass(frozen=True)
class Meaning:
    """names: of the dimensions, L of them; blocks: to which factor each belongs, one of no block its own name.

    correlation: Spearman's of P prompts with the dimensions, over the people, with Holm's correction.
    """

    names: Sequence[str]
    blocks: Sequence[str]
    correlation: Correlation

    @property
    def separation(self) -> Doubles:
        """How much stronger a prompt's strongest dimension is than the strongest of any other block: (P,).

        The SAP score of Kumar, Sattigeri and Balakrishnan (ICLR 2018), with |ρ| as the score and blocks as codes.
        """
        blocks, sizes = np.asarray(self.blocks), np.nan_to_num(np.abs(self.correlation.coefficients))
        best = sizes.argmax(1)
        apart = np.where(blocks[None] == blocks[best][:, None], 0.0, sizes)
        return sizes.max(1) - apart.max(1)

    def result(self) -> LatentMeaning:
        """With four digits; a coefficient of a dimension without spread is None."""
        rows = self.correlation.coefficients.round(4).tolist()
        return LatentMeaning(
            names=self.names,
            coefficients=[[None if rho != rho else rho for rho in row] for row in rows],
            significant=self.correlation.significant().tolist(),
            strongest=self.correlation.strongest.tolist(),
            separation=self.separation.round(4).tolist(),
        )


def usual_prompts(factors: Iterable[str]) -> list[str]:
    """One a factor."""
    return [PROMPTS.get(factor, f"a person with {factor}") for factor in factors]


def meanings(
    editor: Editor, autoencoders: dict[str, AutoEncoder], pictures: Pictures, features: Floats
) -> dict[str, Meaning]:
    """Of T(z) as `EDITOR`, then of each auto-encoder's z by its name.

    pictures (N, S, S, 3) of N different people; features (N, P): their cosines to P prompts.
    """
    latents, sizes = editor.latents(pictures), editor.network.sizes
    names = [f"{factor} {n + 1}" for factor, size in sizes.items() for n in range(size)]
    rest = [f"residual {n + 1}" for n in range(latents.shape[1] - len(names))]
    blocks = [factor for factor, size in sizes.items() for _ in range(size)]
    found = {EDITOR: Meaning([*names, *rest], [*blocks, *rest], correlate(features, latents, "spearman", "holm"))}
    for kind, model in autoencoders.items():
        with torch.no_grad():
            latents = model.latent(tensor(pictures)).numpy()
        names = [f"z {n + 1}" for n in range(latents.shape[1])]
        found[kind] = Meaning(names, names, correlate(features, latents, "spearman", "holm"))
    return found
