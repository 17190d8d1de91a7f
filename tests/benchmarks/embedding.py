"""How much of a model's speed the embedding pipeline reaches, and in which precision the model is fastest.

    .venv/bin/python -m tests.benchmarks.embedding [--model ViT-B-32] [--images 2000] [--rounds 10] [--batch 16]

JPEGs of 640×480 in a workspace, embedded by a model, against the same model on ready tensors in its fastest precision:
float32, autocast, or autocast with weights that are cast once. `--model` is `pocket`, any other name of a model, or an
architecture of open_clip, which then has random weights. Rounds of all alternate, since the speed of a shared machine
changes with the minute. Prints JSON: rates in images a second, which precision is the fastest and which the pipeline
takes, the least cosine of its vectors with float32's, the median of the rounds' ratios and the ratio of the sums.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file

from core.encoders import load, precision
from core.encoders.encoder import Encoder, build, unit
from core.encoders.pipeline import embed
from core.encoders.weights import find
from core.machine import usable_processors
from core.sources import Item
from core.sources.pictures import open_picture
from core.workspace import Workspace

HALF = torch.bfloat16
WIDTH, HEIGHT = 640, 480


def photograph(seed: int) -> bytes:
    """A JPEG of 60 to 100 kB: shapes of several sizes, smooth light, a camera's noise."""
    random = np.random.default_rng(seed)
    picture = sum(weight * blurred(random, side) for side, weight in ((4, 0.5), (20, 0.3), (90, 0.2)))
    noisy = picture + random.normal(0, 6, picture.shape)
    written = BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(written, "JPEG", quality=88)
    return written.getvalue()


def blurred(random: np.random.Generator, side: int) -> np.ndarray:
    """Random colours on a coarse grid, made smooth: (H, W, 3)."""
    grid = Image.fromarray(random.integers(0, 256, (side * 3 // 4, side, 3), dtype=np.uint8))
    return np.asarray(grid.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), np.float32)


def named(model: str, folder: Path) -> str:
    """The model's name; an architecture gets random weights."""
    if model not in open_clip.list_models():
        return model
    torch.manual_seed(0)
    path = folder / "weights.safetensors"
    save_file(open_clip.create_model(model).state_dict(), path)
    return f"{model}:{path}"


class Ways:
    """The model alone on ready tensors, in every precision. encode: by name, a batch → numbers (N, D)."""

    def __init__(self, name: str, batch: int) -> None:
        plain, cast = build(find(name)), build(find(name))
        precision.cast(cast.model.visual, HALF)
        ways = {"float32": (plain, None), "autocast": (plain, HALF), "weights cast once": (cast, HALF)}
        self.encode = {
            way: partial(encoder._forward, encoder.model.encode_image, half=half)
            for way, (encoder, half) in ways.items()
        }
        self.ready = plain.tensor([plain.pixels(open_picture(photograph(seed))) for seed in range(batch)])

    def seconds(self, way: str, images: int) -> float:
        """On so many images, a batch at a time."""
        begun = time.perf_counter()
        for start in range(0, images, len(self.ready)):
            self.encode[way](self.ready[: images - start])
        return time.perf_counter() - begun

    def rates(self, images: int, rounds: int) -> dict[str, float]:
        """Images a second of each, the medians of alternating rounds."""
        found = [{way: images / self.seconds(way, images) for way in self.encode} for _ in range(rounds)]
        return {way: round(median(each[way] for each in found), 1) for way in self.encode}

    def agreement(self, way: str) -> float:
        """The least cosine with float32."""
        vectors = [unit(self.encode[each](self.ready)) for each in ("float32", way)]
        return round(precision.least_cosine(*vectors), 6)


def make_workspaces(folder: Path, images: int, rounds: int) -> Iterator[Workspace]:
    """One workspace a round, the images shared out among them."""
    for part in np.array_split(np.arange(images), rounds):
        workspace = Workspace.create(folder / f"round-{part[0]}")
        workspace.add(Item(f"{row}.jpg", photograph(row)) for row in part.tolist())
        yield workspace


def measure(model: str, images: int, rounds: int, batch: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        name = named(model, Path(folder))
        encoder, ways = load(name), Ways(name, batch)
        taken = "weights cast once" if encoder.half("image") else "float32"
        ways.rates(batch, 1)
        rates = ways.rates(2 * batch, rounds)
        fastest = max(rates, key=rates.__getitem__)
        pairs = []
        for workspace in make_workspaces(Path(folder), images, rounds):
            count = workspace.count()
            before = ways.seconds(fastest, count // 2)
            done = embed(workspace, encoder.name, batch=batch)
            after = ways.seconds(fastest, count - count // 2)
            assert done.images == count
            pairs.append((done.seconds, before + after))
        told = {"model": model, "rates": rates, "fastest": fastest, "taken": taken}
        return told | {"least_cosine": ways.agreement(taken)} | summary(images, pairs, encoder)


def summary(images: int, pairs: list[tuple[float, float]], encoder: Encoder) -> dict[str, object]:
    pipeline, forward = (sum(column) for column in zip(*pairs, strict=True))
    return {
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
        "images": images,
        "device": str(encoder.device),
        "cores": usable_processors(),
        "load": round(os.getloadavg()[0], 1),
        "pipeline_rate": round(images / pipeline, 2),
        "forward_rate": round(images / forward, 2),
        "ratio": round(forward / pipeline, 3),
        "median_ratio": round(median(alone / whole for whole, alone in pairs), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="ViT-B-32")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--batch", type=int, default=16)
    given = parser.parse_args()
    print(json.dumps(measure(given.model, given.images, given.rounds, given.batch), indent=2))


if __name__ == "__main__":
    main()
