"""Reducers against each other: fitted on one half of the pairs, judged on the other, over dimensions and splits.

Dietterich: Approximate statistical tests for comparing supervised classification learning algorithms. Neural
Computation, 1998 (why what is fitted on a pair must not be judged by it). All captions of an image are in one half.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadParameter, Cancelled
from core.methods import Method
from core.progress import Bar, Report, silent
from core.reduction.nearest import Nearest, nearest
from core.reduction.retrieval import Ranks, ranks
from core.results import Pairs

Ints = NDArray[np.int32]
Rows = NDArray[np.int64]

STEPS = 1_000
"""Of a bar, for one fit and what is found with it."""
FIT = 900
"""Of these, for the fit."""
WAYS: Mapping[str, str] = {"i2t": "image_to_text", "t2i": "text_to_image"}
"""Short names, and those of fields in `Ranks` and `Nearest`."""


@dataclass(frozen=True)
class Split:
    """Which pairs a reducer is fitted on, and which it is judged on: no image is in both.

    fit: (N - H,), held_out: (H,) int64, ascending.
    """

    fit: Rows
    held_out: Rows


@dataclass(frozen=True)
class EvaluatedRanks:
    """Where the own partner of each held-out pair lies, over S splits of H pairs, and what is nearest but for it.

    i2t, t2i: (S, H) int32, ranks from 0, all rows of an image with the same of the first way. …_nearest: of each way
    (S, H) int32, places among the held-out pairs of the split.
    """

    i2t: Ints
    t2i: Ints
    i2t_nearest: Ints
    t2i_nearest: Ints

    @classmethod
    def of(cls, found: Sequence[tuple[Ranks, Nearest]]) -> "EvaluatedRanks":
        """One a split."""
        kinds = list(zip(*found, strict=True))
        return cls(*(np.stack([getattr(each, name) for each in kind]) for kind in kinds for name in WAYS.values()))


@dataclass(frozen=True)
class Point:
    """A method at D' dimensions, judged on every split. seconds: of one fit on half of the pairs, the splits' mean."""

    dimension: int
    evaluated: EvaluatedRanks
    seconds: float


def splits(items: Rows, number: int = 3, seed: int = 0) -> list[Split]:
    """So many random halves of the images, each with a chance of its own: the first are the same whatever the number.

    items: (N,), 0, 1, …, which image each pair has. Of images with as many captions, half are held out, so that each
    split holds out as many images and as many pairs.
    """
    if number < 1:
        raise BadParameter(f"{number} splits are none: 3 to 20 show how much chance does")
    counts = np.bincount(items)
    orders = (np.random.default_rng([seed, each]).permutation(len(counts)) for each in range(number))
    return [_split(order, counts, items) for order in orders]


def _split(order: Rows, counts: Rows, items: Rows) -> Split:
    held_out = np.zeros(len(counts), dtype=bool)
    for count in np.unique(counts):
        alike = order[counts[order] == count]
        held_out[alike[: len(alike) // 2]] = True
    return Split(np.flatnonzero(~held_out[items]), np.flatnonzero(held_out[items]))


def evaluated_whole(pairs: Pairs, parts: Sequence[Split], report: Report = silent) -> EvaluatedRanks:
    """All dimensions on the same splits: what the reducers are compared with."""
    bar, found = Bar(report, len(parts) * STEPS), []
    for number, each in enumerate(parts):
        title = f"all dimensions, split {number + 1}"
        bar.step(number * STEPS, title)
        found.append(_evaluated(pairs.take(each.held_out), bar.part(number * STEPS, STEPS, title)))
    return EvaluatedRanks.of(found)


def points(
    method: Method,
    pairs: Pairs,
    parts: Sequence[Split],
    dimensions: Sequence[int],
    settings: Mapping[str, Any] | None = None,
    report: Report = silent,
) -> Iterator[Point]:
    """Yields each D' as all its splits are done; the seed of a fit is the number of its split.

    settings: parameters by name, dimensions and seed aside. Stopped, `Cancelled` is raised: of a point whose splits
    are not all done nothing is kept.
    """
    bar = Bar(report, len(dimensions) * len(parts) * STEPS)
    for place, dimension in enumerate(dimensions):
        found, seconds = [], 0.0
        for number, each in enumerate(parts):
            params = method.make_params(dict(settings or {}) | {"dimensions": dimension, "seed": number})
            title = f"{method.title}, {dimension} dimensions, split {number + 1}"
            begin = (place * len(parts) + number) * STEPS
            bar.step(begin, title)
            trained, took = _fitted(method, params, pairs.take(each.fit), bar.part(begin, FIT, title))
            found.append(_evaluated(trained(pairs.take(each.held_out)), bar.part(begin + FIT, STEPS - FIT, title)))
            seconds += took
        yield Point(dimension, EvaluatedRanks.of(found), seconds / len(parts))
        bar.step((place + 1) * len(parts) * STEPS, f"{method.title}, {dimension} dimensions: judged")


def _evaluated(pairs: Pairs, report: Report) -> tuple[Ranks, Nearest]:
    bar = Bar(report, 2 * len(pairs))
    return ranks(pairs, bar.part(0, len(pairs))), nearest(pairs, bar.part(len(pairs), len(pairs)))


def _fitted(method: Method, params: Any, pairs: Pairs, report: Report) -> tuple[Any, float]:
    """The reducer and how long its fit took; a stopped one is not evaluated."""
    start = perf_counter()
    reducer = method.fit(pairs, params, report)
    if reducer.partial:
        raise Cancelled("stopped")
    return reducer, perf_counter() - start
