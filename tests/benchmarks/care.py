"""What data care finds of faults that were put into the bundled sets, and how long it takes.

    .venv/bin/python -m tests.benchmarks.care --faults [--seeds 5]

`--faults`: 2 % of the items of each bundled set get a fault, over seeds: pictures saved a second time, a tenth smaller
and as a poor JPEG, and embedded anew; labels of another class; captions handed round; items of another set. Told are
precision among as many of the first ranked items as there are faults (which is recall there too), and precision and
recall of what the check flags by itself. What is wrong with a set itself, or alike in it, counts as a false alarm.
No setting was chosen by these figures: they are of the defaults.

    .venv/bin/python -m tests.benchmarks.care --scale [--items 100000] [--dimensions 512]

`--scale`: wall and processor seconds, and the most memory beyond the rows themselves; 1,000 classes of labels, every
caption different. Neighbours, which three of the checks read, are looked for once; they and the ranks are exact.

Prints a table; `--json FILE` writes the figures.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from core.care.subject import Subject
from core.console import table
from core.machine import usable_processors
from core.methods import find
from tests.benchmarks.reduction import alone
from tests.benchmarks.semantics import forget_peak, rows, status
from tests.care.faults import (
    Bundled,
    Fault,
    at_count,
    bundled,
    flagged,
    flipped_labels,
    saved_again,
    strangers,
    swapped_captions,
)

Figures = dict[str, Any]
PACKAGE = "core.care"
OTHER = {"emoji": "fashion", "fashion": "emoji", "faces": "emoji"}
"""Whose items are put among those of a set."""
CLASSES = 1_000


# --faults


def every_fault(arguments: argparse.Namespace) -> Iterator[Figures]:
    for name in OTHER:
        of = bundled(name)
        for kind, title, params, make in _faults(name, of):
            found = np.array(
                [_found(kind, params, make(np.random.default_rng(seed))) for seed in range(arguments.seeds)]
            )
            mean, sd = found.mean(axis=0), found.std(axis=0)
            told = [f"{m:.3f} ± {s:.3f}" for m, s in zip(mean[1:], sd[1:], strict=True)]
            names = ("at the count", "flagged, precision", "flagged, recall")
            yield {"set": name, "fault": title, "count": round(mean[0]), **dict(zip(names, told, strict=True))}


Make = Callable[[np.random.Generator], Fault]


def _faults(name: str, of: Bundled) -> Iterator[tuple[str, str, Figures, Make]]:
    yield "duplicates", "saved again", {}, lambda random: saved_again(of, name, random)
    yield "labels", "flipped labels, by neighbours", {}, lambda random: flipped_labels(of, random)
    yield "labels", "flipped labels, by classifier", {"by": "classifier"}, lambda random: flipped_labels(of, random)
    yield "mismatches", "swapped captions", {}, lambda random: swapped_captions(of, random)
    yield "outliers", f"items of {OTHER[name]}", {}, lambda random: strangers(of, bundled(OTHER[name]), random)


def _found(kind: str, params: Mapping[str, Any], fault: Fault) -> tuple[float, float, float, float]:
    """How many faults, precision at their count, precision and recall of the flagged."""
    method = find(PACKAGE, kind)
    found = method.fit(fault.subject, method.make_params(params))
    return (int(fault.wrong.sum()), at_count(found, fault.wrong), *flagged(found, fault.wrong))


# --scale


def every_scale(arguments: argparse.Namespace) -> Iterator[Figures]:
    for part in PARTS:
        yield from alone(measure, part, arguments.items, arguments.dimensions)["parts"]


def measure(part: str, count: int, dimensions: int) -> Figures:
    """The parts one after the other in one process, as the command does them; each with the peak so far."""
    x = rows(count, dimensions)
    labels = (np.arange(count) % CLASSES).astype(str)
    captions = rows(count, dimensions, seed=1) if part == "mismatches" else None
    if captions is not None:
        captions *= np.float32(0.3)
        captions += x
        captions /= np.linalg.norm(captions, axis=1, keepdims=True)
    before = forget_peak()
    subject = Subject(x, labels, captions)
    told = []
    for name, work in PARTS[part](subject):
        wall, processor = perf_counter(), process_time()
        work()
        seconds = {"seconds": perf_counter() - wall, "processor_seconds": process_time() - processor}
        size = {"items": count, "dimensions": dimensions, "cores": usable_processors()}
        told.append({"part": name, **size, **seconds, "rows_gb": before, "extra_gb": status("VmHWM") - before})
    return {"parts": told}


Parts = Iterator[tuple[str, Callable[[], object]]]


def _neighbours(subject: Subject) -> Parts:
    """The three checks that read them; they are looked for once."""
    yield "neighbours", lambda: subject.near(10)
    for kind in ("duplicates", "outliers", "labels"):
        yield kind, partial(_fit, kind, subject)


def _classifier(subject: Subject) -> Parts:
    yield "labels, by classifier", partial(_fit, "labels", subject, by="classifier")


def _mismatches(subject: Subject) -> Parts:
    yield "mismatches", partial(_fit, "mismatches", subject)


def _fit(kind: str, subject: Subject, **params: Any) -> None:
    method = find(PACKAGE, kind)
    method.fit(subject, method.make_params(params))


PARTS: Mapping[str, Callable[[Subject], Parts]] = {
    "neighbours": _neighbours,
    "classifier": _classifier,
    "mismatches": _mismatches,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found: list[Figures] = []
    if arguments.faults or not arguments.scale:
        found += every_fault(arguments)
        print(table(found))
    if arguments.scale:
        for each in every_scale(arguments):
            print(table([each]), flush=True)
            found.append(each)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
