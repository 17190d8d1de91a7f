"""The kinds of auto-encoder, what a training takes, and where what comes along lies; nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from core.errors import BadParameter
from core.sources import bundled

LEAST_PICTURES, LEAST_OF_VALUE = 100, 10
"""Fewer tell no value of a factor from another."""
MOST_VALUES, MOST_FACTORS = 12, 8
"""A column of more values is no factor; of more such columns a person has to choose."""
Values = Annotated[tuple[Annotated[str, Meta(max_length=1_000)], ...], Meta(min_length=2, max_length=MOST_VALUES)]
Factors = Annotated[dict[Annotated[str, Meta(max_length=1_000)], Values], Meta(min_length=1, max_length=MOST_FACTORS)]
"""Each factor and the names of its values, as a file describes them."""
SURE = 0.8
"""How probable a value has to be where prompts say which it is."""
SIDES = (64, 96)
"""Pixels."""
MOST_EPOCHS = 10_000
MOST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Kind:
    """patch: pixels a side, 0 for the whole picture. components: kept of each patch. beta: weight of the KL term.

    latent: numbers a picture, or a place where `spatial`.
    """

    summary: str
    patch: int
    components: int
    latent: int
    beta: float
    spatial: bool = False


KINDS = {
    "vae": Kind("convolutional VAE", 8, 96, 128, 1.0),
    "beta-vae": Kind("β-VAE with β = 8 (Higgins et al., ICLR 2017)", 8, 96, 128, 8.0),
    "kl": Kind("spatial latent, light KL (Rombach et al., CVPR 2022)", 8, 96, 12, 0.1, spatial=True),
    "eigenface-vae": Kind("VAE of the whole picture's principal components", 0, 384, 128, 0.1),
}
BEST = "eigenface-vae"
KindName = Literal["vae", "beta-vae", "kl", "eigenface-vae"]
Side = Annotated[int, Meta(ge=8, le=128, multiple_of=8)]
"""Pixels, as a file describes them: no more than makes a net of some hundred megabytes."""


def bundled_file(name: str) -> Path:
    """Of what comes along: the editor "faces", "judges", or a kind of auto-encoder."""
    return bundled.ASSETS / "editor" / f"{name}.safetensors"


def check_seed(seed: int) -> None:
    """Raises `BadParameter` for a number that nothing can be drawn from."""
    if not 0 <= seed <= MOST_SEED:
        raise BadParameter(f"seed={seed} is not between 0 and {MOST_SEED:,}: choose another number")
