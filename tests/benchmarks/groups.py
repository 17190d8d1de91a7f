"""What group embeddings find, and how long it takes.

    .venv/bin/python -m tests.benchmarks.groups --figures [--seeds 10]

`--figures`: top-1 and mAP against the size of groups, every method, on the bundled sets: emoji by concept (its caption)
and by subgroup, fashion by label; and each method less the mean with the p of the paired test over splits. The same as
`python -m core groups emoji --by caption --seeds 10` and so on.

    .venv/bin/python -m tests.benchmarks.groups --scale [--items 100000] [--dimensions 512] [--classes 1000]

`--scale`: seconds and the most memory that the process ever held, each step in a process of its own: the exact triplet
margin, both sides of the bound, one split of each method, an overview of all groups.

Prints a table; `--json FILE` writes the figures.
"""

import argparse
import json
import multiprocessing
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from core.commands import COMMANDS
from core.commands.groups import SIZES
from core.console import table
from core.groups.compare import curve
from core.groups.evidence import evidence
from core.groups.margin import margin
from core.groups.overview import overview
from core.groups.sets import Sets
from core.groups.splits import class_splits
from core.methods import discover

Figures = dict[str, Any]

BUNDLED = (("emoji", "caption"), ("emoji", "subgroup"), ("fashion", "label"))
PACKAGE = "core.groups"


# --figures


def every_figure(arguments: argparse.Namespace) -> Iterator[Figures]:
    for source, by in BUNDLED:
        found = COMMANDS["groups"](source, by, seeds=arguments.seeds)
        for method, points in found["curves"].items():
            against = found["against_mean"].get(method, [{}] * len(points))
            for point, less in zip(points, against, strict=True):
                yield {"set": f"{source} by {by}", "method": method, **_row(point, less)}


def _row(point: Figures, less: Figures) -> Figures:
    row: Figures = {"size": point["size"]}
    for name in ("top1", "map"):
        row |= {name: f"{point[name][0]:.3f} ± {point[name][1]:.3f}"}
        row[f"{name} - mean"] = f"{less[name]['difference']:+.4f} (p {less[name]['p']:.2g})" if less else None
    return row


# --scale


def made(items: int, dimensions: int, classes: int) -> Sets:
    """Classes about centres, unit norm."""
    random = np.random.default_rng(0)
    of = np.sort(random.integers(classes, size=items))
    centres = random.standard_normal((classes, dimensions), dtype=np.float32)
    rows = centres[of] + 2 * random.standard_normal((items, dimensions), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Sets.of(rows, np.unique(of, return_inverse=True)[1])


def one_split(sets: Sets, name: str) -> None:
    reach = int(np.sort(sets.sizes)[len(sets) // 10]) // 2
    sizes = [size for size in SIZES if size <= reach]
    curve(discover(PACKAGE)[name], sets, class_splits(len(sets), 1), sizes)


def whole(sets: Sets) -> None:
    method = discover(PACKAGE)["mean"]
    overview(method.fit(sets, method.params()), sets)


def every_step(arguments: argparse.Namespace) -> Iterator[Figures]:
    sets = made(arguments.items, arguments.dimensions, arguments.classes)
    steps: dict[str, Callable[[], Any]] = {
        "triplet margin": lambda: margin(sets),
        "both sides of the bound": lambda: evidence(sets, [1, 8, 32]),
        "overview": lambda: whole(sets),
    }
    for name in discover(PACKAGE):
        steps[f"one split of {name}"] = lambda name=name: one_split(sets, name)
    for name, step in steps.items():
        yield {"step": name, **alone(step)}


def alone(step: Callable[[], Any]) -> Figures:
    """In a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("fork")
    mine, others = context.Pipe(duplex=False)
    process = context.Process(target=lambda: others.send(measured(step)))
    process.start()
    others.close()
    try:
        return mine.recv()
    except EOFError:
        raise SystemExit("a step ended without figures") from None
    finally:
        process.join()


def measured(step: Callable[[], Any]) -> Figures:
    started, before = perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    step()
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": perf_counter() - started,
        "processor_seconds": processor,
        "peak_gb": after.ru_maxrss * 1024 / 1e9,
    }


PARTS: dict[str, Callable[[argparse.Namespace], Iterator[Figures]]] = {"figures": every_figure, "scale": every_step}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in PARTS:
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--classes", type=int, default=1_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    asked = [name for name in PARTS if getattr(arguments, name)]
    if not asked:
        parser.error(f"choose a part: {', '.join(f'--{name}' for name in PARTS)}")
    found: dict[str, list[Figures]] = {}
    for name in asked:
        found[name] = []
        for figures in PARTS[name](arguments):
            found[name].append(figures)
            print(json.dumps(figures, ensure_ascii=False), flush=True)
        print(f"\n{name}\n{table(found[name])}\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
