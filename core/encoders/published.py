"""What is published of open_clip's models, and which of them to try first.

The figures are open_clip's own benchmark tables (github.com/mlfoundations/open_clip, docs/openclip_results.csv,
openclip_retrieval_results.csv and openclip_multilingual_retrieval_results.csv, of 2023-11-22 and 2024-03-08, read at
commit 89fb801f), taken over by `core.recipes.published`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIGURES = Path(__file__).with_name("published.csv")

RECOMMENDED: Mapping[str, str] = {
    "ViT-B-32-256:datacomp_s34b_b86k": "small and fast",
    "ViT-B-16:dfn2b": "best for its size",
    "ViT-B-16-SigLIP-256:webli": "SigLIP: best retrieval for its size",
    "ViT-SO400M-14-SigLIP-384:webli": "SigLIP: best retrieval",
    "ViT-H-14-378-quickgelu:dfn5b": "most accurate; wants a GPU",
    "ViT-B-16-SigLIP-i18n-256:webli": "multilingual",
}
"""The models to try first, and why, by these tables; in this order. Size: pictures of at most as many pixels, too."""

LIBRARIES = 1_000_000_000
"""Bytes that Python and the libraries take, and a batch of pictures on its way."""


@dataclass(frozen=True)
class Published:
    """What is known of a model without its weights.

    parameters: how many. imagenet: top-1 accuracy, zero-shot. retrieval: the average of open_clip's retrieval table
    (recalls on Flickr30k and MSCOCO, scores on WinoGAViL). multilingual: the average of its multilingual table (recalls
    on Crossmodal-3600 and XTD10). None where no figure is published.
    """

    parameters: int
    imagenet: float | None
    retrieval: float | None
    multilingual: float | None


def size(parameters: int) -> int:
    """Bytes of the weights in float32."""
    return 4 * parameters


def memory(parameters: int) -> int:
    """Bytes that embedding takes, about: while a model is loaded its weights are there twice, as read and in use.

    Measured: 2.0 GB for a ViT-B-32, of 151 million parameters; this says 2.2.
    """
    return LIBRARIES + 2 * size(parameters)


@cache
def published() -> Mapping[str, Published]:
    """By the model's name."""
    with FIGURES.open(encoding="utf-8") as file:
        return {row["name"]: read(row) for row in csv.DictReader(file)}


def read(row: Mapping[str, str]) -> Published:
    figures = (float(row[name]) if row[name] else None for name in ("imagenet", "retrieval", "multilingual"))
    return Published(round(float(row["parameters"]) * 1e6), *figures)
