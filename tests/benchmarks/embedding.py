"""How much of a model's speed the embedding pipeline reaches.

    .venv/bin/python -m tests.benchmarks.embedding [--images 2000] [--rounds 10]

JPEGs of 640×480 in a workspace, embedded by a ViT-B-32 with random weights, against the same model on
ready tensors. Rounds of both alternate, since the speed of a shared machine changes with the minute.
Prints JSON: the two rates in images a second, the median of the rounds' ratios and the ratio of the sums.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file

from core.encoders import load
from core.encoders.encoder import Encoder
from core.encoders.pipeline import embed
from core.sources import Item
from core.sources.pictures import open_picture
from core.workspace import Workspace

ARCHITECTURE = "ViT-B-32"
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


def make_model(folder: Path) -> Encoder:
    torch.manual_seed(0)
    path = folder / "weights.safetensors"
    save_file(open_clip.create_model(ARCHITECTURE).state_dict(), path)
    return load(f"{ARCHITECTURE}:{path}")


def make_workspaces(folder: Path, images: int, rounds: int) -> Iterator[Workspace]:
    """One workspace a round, the images shared out among them."""
    for part in np.array_split(np.arange(images), rounds):
        workspace = Workspace.create(folder / f"round-{part[0]}")
        workspace.add(Item(f"{row}.jpg", photograph(row)) for row in part.tolist())
        yield workspace


def forward_seconds(encoder: Encoder, ready: torch.Tensor, images: int) -> float:
    """The model alone on so many images, a batch at a time."""
    begun = time.perf_counter()
    for start in range(0, images, len(ready)):
        encoder.encode_pixels(ready[: images - start])
    return time.perf_counter() - begun


def measure(images: int, rounds: int, batch: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = make_model(folder)
        ready = encoder.tensor([encoder.pixels(open_picture(photograph(seed))) for seed in range(batch)])
        forward_seconds(encoder, ready, 2 * batch)
        pairs = []
        for workspace in make_workspaces(folder, images, rounds):
            count = workspace.count()
            before = forward_seconds(encoder, ready, count // 2)
            done = embed(workspace, encoder.name, batch=batch)
            after = forward_seconds(encoder, ready, count - count // 2)
            assert done.images == count
            pairs.append((done.seconds, before + after))
        return summary(images, pairs, encoder)


def summary(images: int, pairs: list[tuple[float, float]], encoder: Encoder) -> dict[str, object]:
    pipeline, forward = (sum(column) for column in zip(*pairs, strict=True))
    return {
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
        "images": images,
        "device": str(encoder.device),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "pipeline_rate": round(images / pipeline, 2),
        "forward_rate": round(images / forward, 2),
        "ratio": round(forward / pipeline, 3),
        "median_ratio": round(median(alone / whole for whole, alone in pairs), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--batch", type=int, default=16)
    given = parser.parse_args()
    print(json.dumps(measure(given.images, given.rounds, given.batch), indent=2))


if __name__ == "__main__":
    main()
