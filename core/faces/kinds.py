"""The kinds of auto-encoder that there are, and where what comes along lies; nothing heavy, so that a page can ask."""

from dataclasses import dataclass
from pathlib import Path

from core.sources import bundled


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


def bundled_file(name: str) -> Path:
    """Of what comes along: the editor "faces", "judges", or a kind of auto-encoder."""
    return bundled.ASSETS / "editor" / f"{name}.safetensors"
