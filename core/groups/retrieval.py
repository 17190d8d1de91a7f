"""Does an embedding stand for its group? Groups cut in halves, groups of one half searched among those of the other.

Manning, Raghavan and Schütze: Introduction to information retrieval. Cambridge University Press, 2008, chapter 8
(average precision; its mean over the queries is mAP). Buckley and Voorhees: Evaluating evaluation measure stability.
SIGIR 2000.

The items of each class are cut at random into a query half and a gallery half, which share nothing. From either half
disjoint groups of n items are taken, and each query group is searched among all gallery groups: right where the nearest
is of its own class. Every class counts with at most `MOST` groups a half, so that large ones do not decide alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from core.groups.sets import GroupEmbedder, Sets, distances
from core.results import Floats, Integers

Doubles = NDArray[np.float64]

MOST = 16
"""Groups of a class that are taken from a half."""
CELLS = 8_000_000
"""Distances that are sorted at once."""


@dataclass(frozen=True)
class Halves:
    """Each class in two: rows of the vectors, in the order in which groups take them. queries, gallery: one a class."""

    classes: Integers
    queries: Sequence[Integers]
    gallery: Sequence[Integers]


@dataclass(frozen=True)
class Drawn:
    """Groups of one size from either half. rows: (G, n) int64, of the vectors; classes: (G,) int64."""

    rows: Integers
    classes: Integers


@dataclass(frozen=True)
class Retrieved:
    """What Q query groups find. right: (Q,), 1.0 where the nearest is of the class; precision: (Q,), average.

    nearest: (Q,) int64, the gallery group that comes first; place: (Q,) int64, of the first of the own class, from 0.
    """

    right: Doubles
    precision: Doubles
    nearest: Integers
    place: Integers


def halves(sets: Sets, classes: Integers, random: np.random.Generator) -> Halves:
    """A random half of each class for queries, the rest for the gallery, which gets the odd one."""
    orders = [random.permutation(sets.rows(each)) for each in classes]
    cuts = [len(order) // 2 for order in orders]
    pairs = list(zip(orders, cuts, strict=True))
    return Halves(classes, [order[:cut] for order, cut in pairs], [order[cut:] for order, cut in pairs])


def reached(sets: Sets, classes: Integers, size: int) -> int:
    """How many classes have halves of so many items."""
    return int((sets.sizes[classes] // 2 >= size).sum())


def drawn(half: Halves, size: int, most: int = MOST) -> tuple[Drawn, Drawn]:
    """Query groups and gallery groups of so many items, of the classes that reach it: as many from either half."""
    counts = [min(most, len(rows) // size) for rows in half.queries]
    return _cut(half.queries, counts, half.classes, size), _cut(half.gallery, counts, half.classes, size)


def _cut(halves: Sequence[Integers], counts: Sequence[int], classes: Integers, size: int) -> Drawn:
    parts = [rows[: count * size].reshape(count, size) for rows, count in zip(halves, counts, strict=True)]
    return Drawn(np.concatenate(parts), np.repeat(classes, counts))


def search(embedder: GroupEmbedder, sets: Sets, queries: Drawn, gallery: Drawn) -> Retrieved:
    """Embeds both sides and searches."""
    made = [embedder(Sets.equal(sets.vectors[side.rows])) for side in (queries, gallery)]
    return found(made[0], queries.classes, made[1], gallery.classes)


def found(queries: Floats, asked: Integers, gallery: Floats, held: Integers) -> Retrieved:
    """queries (Q, E) of classes asked (Q,), gallery (R, E) of classes held (R,), each of which is asked for."""
    step = max(1, CELLS // len(gallery))
    parts = [
        _found(distances(queries[start : start + step], gallery), asked[start : start + step], held)
        for start in range(0, len(queries), step)
    ]
    return Retrieved(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Retrieved)))


def _found(away: Floats, asked: Integers, held: Integers) -> Retrieved:
    order = _nearest_first(away)
    own = held[order] == asked[:, None]
    row, place = np.nonzero(own)
    count = np.bincount(row)
    first = np.cumsum(count) - count
    found_so_far = np.arange(len(row)) - first[row] + 1
    precision = np.bincount(row, found_so_far / (place + 1)) / count
    return Retrieved(own[:, 0].astype(np.float64), precision, order[:, 0], place[first])


def _nearest_first(away: Floats) -> Integers:
    """The columns of each row by distance, of equal ones the first first: (Q, R) int64.

    Bits of a number that is not negative have its order; sorted with the column below them, as integers, they take a
    fraction of a stable argsort's time.
    """
    keys = np.abs(away).view(np.uint32).astype(np.uint64) << np.uint64(32)
    keys |= np.arange(away.shape[1], dtype=np.uint64)
    keys.sort(axis=1)
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
