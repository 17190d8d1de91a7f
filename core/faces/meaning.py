"""Which code moves with which words: CLIP's cosines to prompts against the components of T(z), and of each latent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Editor
from core.faces.invertible import names
from core.faces.report import tensor
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


FACTOR_CODES = "factors"
"""What the components of T(z) go by, beside the auto-encoders' names."""


@dataclass(frozen=True)
class Meaning:
    """names: of the codes, C of them; blocks: to which factor each belongs, a code of no block its own name.

    correlation: of the prompts with the codes, over the people.
    """

    names: Sequence[str]
    blocks: Sequence[str]
    correlation: Correlation

    @property
    def strengths(self) -> Doubles:
        """|ρ| (P, C), and 0 where it has none."""
        return np.nan_to_num(np.abs(self.correlation.coefficients))

    @property
    def separation(self) -> Doubles:
        """How much stronger a prompt's strongest code is than the strongest of any other block: (P,).

        The SAP score of Kumar, Sattigeri and Balakrishnan (ICLR 2018), with |ρ| as the score and blocks as codes.
        """
        blocks, sizes = np.asarray(self.blocks), self.strengths
        best = sizes.argmax(1)
        apart = np.where(blocks[None] == blocks[best][:, None], 0.0, sizes)
        return sizes.max(1) - apart.max(1)


def usual_prompts(factors: Iterable[str]) -> list[str]:
    """One a factor."""
    return [PROMPTS.get(factor, f"a person with {factor}") for factor in factors]


def meanings(
    editor: Editor, autoencoders: dict[str, AutoEncoder], pictures: np.ndarray, features: Floats
) -> dict[str, Meaning]:
    """Spearman's, Holm's correction: `FACTOR_CODES` (T(z)'s), then those of each auto-encoder's latent by its name.

    pictures (N, S, S, 3) uint8 of N different people; features (N, P): their cosines to P prompts.
    """
    found = {FACTOR_CODES: of_factors(editor, editor.codes(pictures), features)}
    for kind, model in autoencoders.items():
        with torch.no_grad():
            latent = model.latent(tensor(pictures)).numpy()
        numbered = [f"z {n + 1}" for n in range(latent.shape[1])]
        found[kind] = Meaning(numbered, numbered, correlated(features, latent))
    return found


def of_factors(editor: Editor, codes: Floats, features: Floats) -> Meaning:
    """Of the components of T(z)."""
    sizes = editor.network.sizes
    rest = [f"residual {n + 1}" for n in range(codes.shape[1] - sum(sizes.values()))]
    blocks = [factor for factor, size in sizes.items() for _ in range(size)]
    return Meaning([*names(sizes), *rest], [*blocks, *rest], correlated(features, codes))


def correlated(features: Floats, codes: Floats) -> Correlation:
    """Spearman's, with Holm's correction."""
    return correlate(features, codes, "spearman", "holm")
