"""How long prompts against items take, and how much memory.

    .venv/bin/python -m tests.benchmarks.semantics [--items 100000] [--prompts 1000] [--dimensions 512]

Each part in a process of its own: wall and processor seconds, and the most memory held beyond the rows themselves.
"cosines": mean, spread and nearest items of every prompt; "classes": the most probable of the prompts for every item;
"pearson", "spearman": cosines, and their correlation with all dimensions of the rows; "components": with the principal
components; "file": cosines, the whole matrix written into a file. "command": `semantics` on a `.npz` of rows of the
bundled model's 256 dimensions, the prompts read by it, correlated with the dimensions; the model is loaded before.

    .venv/bin/python -m tests.benchmarks.semantics --gap [--items 20000]

`--gap`: every figure of the modality gap of so many pairs, in one space.

Prints a table; `--json FILE` writes the figures.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np

from core.console import table
from core.encoders import load
from core.machine import usable_processors
from core.maps.neighbours import normalised
from core.results import Floats, Pairs
from core.semantics.correlation import components
from core.semantics.cosines import blocks, figures, study
from core.semantics.gap import Captioned, gap
from core.semantics.zero_shot import zero_shot
from tests.benchmarks.reduction import alone

Figures = dict[str, Any]
SCALE = 100.0


def rows(count: int, dimensions: int, seed: int = 0) -> Floats:
    """Unit rows about a common mean, the variance of axis k as 1 / k, made without copies."""
    x = np.random.default_rng(seed).standard_normal((count, dimensions), dtype=np.float32)
    x *= np.arange(1, dimensions + 1, dtype=np.float32) ** -0.5
    x += np.float32(0.05)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


def cosines(x: Floats, prompts: Floats) -> None:
    figures(blocks(x, prompts))


def classes(x: Floats, prompts: Floats) -> None:
    zero_shot(x, prompts, SCALE)


def pearson(x: Floats, prompts: Floats) -> None:
    study(x, prompts, x)


def spearman(x: Floats, prompts: Floats) -> None:
    study(x, prompts, x, "spearman")


def with_components(x: Floats, prompts: Floats) -> None:
    study(x, prompts, components(x)(x))


def to_file(x: Floats, prompts: Floats) -> None:
    from core.commands.matrix_file import streamed

    shape = (len(x), len(prompts))
    with NamedTemporaryFile(suffix=".npz") as file, streamed(file.name, "cosine", shape, {}) as write:
        study(x, prompts, write=write)


def command(x: Floats, prompts: Floats) -> None:
    """The rows are read again from the file, as a person's would be."""
    from core.commands import COMMANDS

    with TemporaryDirectory() as folder:
        np.savez(f"{folder}/rows.npz", x=x[:, :256])
        COMMANDS["semantics"](
            f"{folder}/rows.npz", prompts=[f"thing {row}" for row in range(len(prompts))], model="pocket"
        )


def gap_of(x: Floats, prompts: Floats) -> None:
    near = normalised(x + np.random.default_rng(1).standard_normal(x.shape, dtype=np.float32) * np.float32(0.02))
    gap(Captioned(Pairs(x, near), np.arange(len(x))))


PARTS: Mapping[str, Callable[[Floats, Floats], None]] = {
    "cosines": cosines,
    "classes": classes,
    "pearson": pearson,
    "spearman": spearman,
    "components": with_components,
    "file": to_file,
    "command": command,
}


def measure(name: str, count: int, prompts: int, dimensions: int) -> Figures:
    x, words = rows(count, dimensions), rows(prompts, dimensions, seed=1)
    work = gap_of if name == "gap" else PARTS[name]
    if name == "command":
        load("pocket")
    before = forget_peak()
    wall, processor = perf_counter(), process_time()
    work(x, words)
    figures = {"seconds": perf_counter() - wall, "processor_seconds": process_time() - processor}
    size = {"items": count, "prompts": prompts, "dimensions": dimensions, "cores": usable_processors()}
    return {"part": name, **size, **figures, "rows_gb": before, "extra_gb": status("VmHWM") - before}


def forget_peak() -> float:
    """What is held now, from which the peak is counted anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")
    return status("VmRSS")


def status(name: str) -> float:
    """Of this process, in GB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024 / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--prompts", type=int, default=1_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--gap", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    size = (arguments.items, arguments.prompts, arguments.dimensions)
    found = [alone(measure, name, *size) for name in (["gap"] if arguments.gap else PARTS)]
    print(table(found))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
