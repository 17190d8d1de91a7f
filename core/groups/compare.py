"""A method over splits of the classes: fitted on one half of them, asked about groups of the other, size by size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.errors import Cancelled
from core.groups.retrieval import Drawn, Retrieved, drawn, halves, reached, search
from core.groups.sets import GroupEmbedder, Sets
from core.groups.splits import ClassSplit
from core.methods import Method
from core.progress import Bar, Report, silent

Doubles = NDArray[np.float64]

DRAWS = 4
"""Times that the classes asked about are cut in halves, so that a figure hangs less on one cut."""
LEAST_ASKED = 2
"""Classes that must reach a size: with one, there is nothing to confuse it with."""
STEPS, FIT = 1_000, 700
"""Of a bar, for one split, and of these for the fit."""


@dataclass(frozen=True)
class Sizes:
    """Sizes of groups that can be asked about. kept: (M,), ascending; left_out: those that too few classes reach."""

    kept: list[int]
    left_out: list[int]


@dataclass(frozen=True)
class Curve:
    """How a method finds groups: figures of M sizes over S splits. top1, mean_precision (mAP): (M, S), 0 … 1.

    seconds: of one fit, the splits' mean. metrics: of each fit, one a split. example: what the groups of the first
    split found in its first cut, one a size; `example_questions` are those groups.
    """

    top1: Doubles
    mean_precision: Doubles
    seconds: float
    metrics: Sequence[Mapping[str, float]]
    example: Sequence[Retrieved]


@dataclass(frozen=True)
class Support:
    """How much stands behind the figures of a size: each the mean over splits, of one cut in halves."""

    size: int
    classes: float
    queries: float
    gallery: float


def sizes_for(sets: Sets, splits: Sequence[ClassSplit], sizes: Sequence[int]) -> Sizes:
    """Those that at least two testing classes of every split reach with both halves."""
    wanted = sorted(set(sizes))
    enough = [all(reached(sets, each.testing, size) >= LEAST_ASKED for each in splits) for size in wanted]
    pairs = list(zip(wanted, enough, strict=True))
    return Sizes([size for size, able in pairs if able], [size for size, able in pairs if not able])


def questions(sets: Sets, split: ClassSplit, sizes: Sequence[int], seed: int) -> Iterator[list[tuple[Drawn, Drawn]]]:
    """For each cut in halves, query and gallery groups of each size; the same for every method."""
    for draw in range(DRAWS):
        half = halves(sets, split.testing, np.random.default_rng([seed, draw, len(sets)]))
        yield [drawn(half, size) for size in sizes]


def example_questions(sets: Sets, splits: Sequence[ClassSplit], sizes: Sequence[int]) -> list[tuple[Drawn, Drawn]]:
    """Query and gallery groups of each size in the first cut of the first split."""
    return next(questions(sets, splits[0], sizes, 0))


def asked(sets: Sets, splits: Sequence[ClassSplit], sizes: Sequence[int]) -> list[Support]:
    """One a size."""
    counts = np.array([[_counts(pair) for pair in next(questions(sets, each, sizes, 0))] for each in splits])
    return [Support(size, *map(float, each)) for size, each in zip(sizes, counts.mean(axis=0), strict=True)]


@threadpool_limits.wrap(limits=1)
def curve(
    method: Method,
    sets: Sets,
    splits: Sequence[ClassSplit],
    sizes: Sequence[int],
    settings: Mapping[str, Any] | None = None,
    report: Report = silent,
) -> Curve:
    """settings: parameters by name; the seed is the number of the split. Stopped, `Cancelled` is raised.

    On one thread: the products are small, and threads that wait for each other take ten times as long on a busy one.
    """
    bar, fits, seconds = Bar(report, len(splits) * STEPS), list[Mapping[str, float]](), 0.0
    figures, example = np.empty((2, len(sizes), len(splits))), list[Retrieved]()
    for number, split in enumerate(splits):
        title, begin = f"{method.title}, split {number + 1}", number * STEPS
        bar.step(begin, title)
        params = method.make_params(dict(settings or {}) | {"seed": number})
        started = perf_counter()
        embedder = method.fit(sets.take(split.training), params, bar.part(begin, FIT, title))
        seconds += perf_counter() - started
        if embedder.partial:
            raise Cancelled("stopped")
        figures[:, :, number], first = _judged(embedder, sets, split, sizes, number, bar)
        example = example or first
        fits.append(embedder.metrics)
    bar.step(len(splits) * STEPS, f"{method.title}: judged")
    return Curve(figures[0], figures[1], seconds / len(splits), fits, example)


def _judged(
    embedder: GroupEmbedder, sets: Sets, split: ClassSplit, sizes: Sequence[int], number: int, bar: Bar
) -> tuple[Doubles, list[Retrieved]]:
    """Top-1 and mAP of each size, the mean over the cuts: (2, M); and what was found in the first cut."""
    total, first = np.zeros((2, len(sizes))), list[Retrieved]()
    for draw, pairs in enumerate(questions(sets, split, sizes, number)):
        bar.step(number * STEPS + FIT + draw * (STEPS - FIT) // DRAWS, "searching groups")
        found = [search(embedder, sets, *pair) for pair in pairs]
        total += [[each.right.mean() for each in found], [each.precision.mean() for each in found]]
        first = first or found
    return total / DRAWS, first


def _counts(pair: tuple[Drawn, Drawn]) -> list[int]:
    queries, gallery = pair
    return [len(np.unique(queries.classes)), len(queries.rows), len(gallery.rows)]
