"""How long the figures of the Dimensions page take.

    .venv/bin/python -m tests.benchmarks.reduction --ranks [--pairs 100000] [--dimensions 512] [--data PAIRS.npz]

`--ranks`: exact ranks both ways of so many pairs, wall and processor seconds and the most memory that the process ever
held, each case in a process of its own. "as CLIP": two cones apart, the variance of axis k as 1 / k; "even": every
direction alike, matches hard to find, so that no dimension can be spared. `--data` adds pairs drawn with the means and
covariances of those in the file.

    .venv/bin/python -m tests.benchmarks.reduction --quads [--pairs 5000] [--dimensions 512] [--kept 64]
    .venv/bin/python -m tests.benchmarks.reduction --draws --data PAIRS.npz

`--quads`: how many pairs (isometric) and quads (isotonic) a second neural MDS learns from, and how long 200 times
8,000,000 would take. `--draws`: top-1 of held-out pairs (both ways, mean of splits) against how many are drawn.
The curves over dimensions are those of the command: `python -m core reduce PAIRS.npz --seeds 20 --method …`.

Prints a table; `--json FILE` writes the figures.
"""

import argparse
import json
import multiprocessing
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from core.console import table
from core.machine import usable_processors
from core.maps.neighbours import normalised
from core.methods import find
from core.reduction.compare import Split, splits
from core.reduction.retrieval import ranks, recall
from core.results import Floats, Pairs, Reducer

Figures = dict[str, Any]


# --ranks


def as_clip(count: int, dimensions: int, random: np.random.Generator) -> Pairs:
    spread = np.arange(1, dimensions + 1, dtype=np.float32) ** -0.5
    spread *= 0.7 / np.linalg.norm(spread)
    cones = normalised(random.normal(size=(2, dimensions))) * 0.72
    shared = random.standard_normal((count, dimensions), dtype=np.float32)
    return Pairs(*(_near(shared, 1.0, spread, cone, random) for cone in cones))


def even(count: int, dimensions: int, random: np.random.Generator) -> Pairs:
    shared = random.standard_normal((count, dimensions), dtype=np.float32)
    spread, nowhere = np.ones(dimensions, dtype=np.float32), np.zeros(dimensions, dtype=np.float32)
    return Pairs(*(_near(shared, 2.0, spread, nowhere, random) for _ in range(2)))


def _near(shared: Floats, noise: float, spread: Floats, middle: Floats, random: np.random.Generator) -> Floats:
    """In place where it can be: the making must not need more memory than what is measured."""
    rows = random.standard_normal(shared.shape, dtype=np.float32)
    rows *= noise
    rows += shared
    rows *= spread / np.sqrt(1 + noise**2)
    rows += middle
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32, copy=False)


def like(path: Path) -> Callable[[int, int, np.random.Generator], Pairs]:
    """Drawn with the file's means and its covariances, within and between images and captions."""

    def draw(count: int, dimensions: int, random: np.random.Generator) -> Pairs:
        with np.load(path) as arrays:
            known = np.hstack([normalised(arrays[name]) for name in ("image", "text")])
        factor = ((known - known.mean(0)) / np.sqrt(len(known))).astype(np.float32)
        drawn = random.standard_normal((count, len(known)), dtype=np.float32)
        halves = zip(np.hsplit(factor, 2), np.hsplit(known.mean(0), 2), strict=True)
        return Pairs(*(normalised(drawn @ half + middle) for half, middle in halves))

    return draw


def measure_ranks(name: str, draw: Callable[..., Pairs], count: int, dimensions: int) -> Figures:
    pairs = draw(count, dimensions, np.random.default_rng(0))
    held = _peak()
    wall, processor = perf_counter(), process_time()
    found = ranks(pairs)
    figures = {"seconds": perf_counter() - wall, "processor_seconds": process_time() - processor}
    both = {"i2t": recall(found.image_to_text), "t2i": recall(found.text_to_image)}
    size = {"pairs": count, "dimensions": pairs.dimensions, "cores": usable_processors()}
    return {"data": name, **size, **figures, "peak_gb": _peak(), "peak_before_gb": held, **both}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def every_ranks(arguments: argparse.Namespace) -> Iterator[Figures]:
    cases: dict[str, Callable[..., Pairs]] = {"as CLIP": as_clip, "even": even}
    if arguments.data:
        cases[arguments.data.stem] = like(arguments.data)
    for name, draw in cases.items():
        yield alone(measure_ranks, name, draw, arguments.pairs, arguments.dimensions)


# --quads, --draws

EVERY_QUAD = 200 * 8_000_000
MEASURED = 100_000_000
DRAWS = (0.5e6, 2e6, 10e6, 40e6, 160e6)
SPLITS = 10


def every_quads(arguments: argparse.Namespace) -> Iterator[Figures]:
    pairs = as_clip(min(arguments.pairs, 5_000), arguments.dimensions, np.random.default_rng(0))
    for name in ("isometric", "isotonic"):
        fit_mds(name, pairs, arguments.kept, 1)  # the first step loads and warms up
        started = perf_counter()
        fit_mds(name, pairs, arguments.kept, MEASURED)
        rate = MEASURED / (perf_counter() - started)
        yield {
            "method": name,
            "pairs": len(pairs),
            "million_a_second": rate / 1e6,
            "all_minutes": EVERY_QUAD / rate / 60,
        }


def every_draws(arguments: argparse.Namespace) -> Iterator[Figures]:
    if not arguments.data:
        raise SystemExit("--draws needs --data PAIRS.npz")
    with np.load(arguments.data) as arrays:
        pairs = Pairs(*(normalised(arrays[name]) for name in ("image", "text")))
    for name in ("isometric", "isotonic"):
        for draws in DRAWS:
            found = [
                top_1(name, pairs, split, arguments.kept, int(draws)) for split in splits(np.arange(len(pairs)), SPLITS)
            ]
            yield {"method": name, "kept": arguments.kept, "million_draws": draws / 1e6, "top_1": float(np.mean(found))}


def top_1(name: str, pairs: Pairs, split: Split, kept: int, draws: int) -> float:
    found = ranks(fit_mds(name, pairs.take(split.fit), kept, draws)(pairs.take(split.held_out)))
    return (recall(found.image_to_text) + recall(found.text_to_image)) / 2


def fit_mds(name: str, pairs: Pairs, kept: int, draws: int) -> Reducer:
    method = find("core.reduction", name)
    return method.fit(pairs, method.make_params({"dimensions": kept, "draws": draws}))


# all


def alone(work: Callable[..., Figures], *arguments: Any) -> Figures:
    """In a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("fork")
    mine, others = context.Pipe(duplex=False)
    process = context.Process(target=lambda: others.send(work(*arguments)))
    process.start()
    others.close()
    try:
        return mine.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__} {arguments[0]} ended without figures") from None
    finally:
        process.join()


PARTS: dict[str, Callable[[argparse.Namespace], Iterator[Figures]]] = {
    "ranks": every_ranks,
    "quads": every_quads,
    "draws": every_draws,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in PARTS:
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--kept", type=int, default=64)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    asked = [name for name in PARTS if getattr(arguments, name)]
    if not asked:
        parser.error(f"choose a part: {', '.join(f'--{name}' for name in PARTS)}")
    found = {name: list(PARTS[name](arguments)) for name in asked}
    for name, figures in found.items():
        print(f"{name}\n{table(figures)}\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
