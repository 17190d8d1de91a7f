"""Groups beside each other: which are near, in which order a heat map shows them, where they stand on a map of items.

Sokal and Michener: A statistical method for evaluating systematic relationships. University of Kansas Science Bulletin,
1958 (average linkage). Bar-Joseph, Gifford and Jaakkola: Fast optimal leaf ordering for hierarchical clustering.
Bioinformatics, 2001.

On a map of items a group stands at its **most central item**: the one whose own embedding, as a group of one, is
nearest to the group's. So a group is always where something is, with a picture to show; the mean of its items' places
could lie in between, where there is nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.groups.sets import AT_ONCE, GroupEmbedder, Sets, distances
from core.progress import Bar, Report, silent
from core.results import Floats, Integers, Strings

NEAREST = 20
"""Nearest groups of each that are kept."""
MOST_SHOWN = 1_000
"""Groups of which all distances are kept; of more, only the nearest."""
MOST_ORDERED = 400
"""Groups whose leaf order is the optimal one; of more, that of the tree as it was built."""


@dataclass(frozen=True)
class Overview:
    """G groups by a method.

    central: (G,) int64, the row of each group's most central item. nearest: (G, k) int64, nearest groups first, itself
    left out; nearest_distances: (G, k) float32. order: (G,) int64, groups as a clustered heat map has them;
    between: (G, G) float32, their distances, in the groups' own order. Of more than `MOST_SHOWN` groups, order and
    between are empty: (0,), (0, 0).
    """

    central: Integers
    nearest: Integers
    nearest_distances: Floats
    order: Integers
    between: Floats


def overview(embedder: GroupEmbedder, sets: Sets, report: Report = silent) -> Overview:
    """Embeds all groups whole, and each item alone."""
    bar = Bar(report, 3)
    bar.step(0, "embedding whole groups")
    whole = embedder(sets, bar.aside)
    bar.step(1, "finding the most central items")
    central = _central(embedder, sets, whole)
    bar.step(2, "comparing groups")
    nearest, away = _nearest(whole, min(NEAREST, len(sets) - 1))
    shown = distances(whole, whole) if len(sets) <= MOST_SHOWN else np.zeros((0, 0), dtype=np.float32)
    np.fill_diagonal(shown, 0)
    bar.step(3, "compared groups")
    return Overview(central, nearest, away, heat_map_order(shown), shown)


def heat_map_order(between: Floats) -> Integers:
    """Rows of a distance matrix (G, G) so that like ones are neighbours: leaves of average linkage. (G,) int64."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(between) < 3:
        return np.arange(len(between))
    symmetric = (between.astype(np.float64) + between.T) / 2
    tree = linkage(squareform(symmetric, checks=False), "average", optimal_ordering=len(between) <= MOST_ORDERED)
    return leaves_list(tree).astype(np.int64)


def placed(central: Strings, ids: Strings, xy: Floats) -> Floats:
    """Where groups stand on a map of items: (G, 2) float32; NaN where the most central item is not on the map.

    central: (G,) its id; ids: (N,) the map's items, xy: (N, 2) their places. Of an item that is there twice (as an
    image and as a caption), the first.
    """
    places: Mapping[str, int] = {id: row for row, id in reversed(list(enumerate(ids.tolist())))}
    rows = np.array([places.get(id, -1) for id in central.tolist()], dtype=np.int64)
    return np.where(rows[:, None] >= 0, xy[rows], np.nan).astype(np.float32)


def _central(embedder: GroupEmbedder, sets: Sets, whole: Floats) -> Integers:
    away, group = np.empty(len(sets.vectors)), sets.group
    for start in range(0, len(away), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        alone = embedder(Sets.equal(sets.vectors[here, None]))
        away[here] = np.square(alone - whole[group[here]]).sum(axis=1)
    order = np.lexsort((away, group))
    return order[sets.starts]


def _nearest(whole: Floats, count: int) -> tuple[Integers, Floats]:
    """Rows (G, k) and distances of the nearest other groups."""
    rows, away = [], []
    step = max(1, AT_ONCE * AT_ONCE // max(len(whole), 1) // 8)
    for start in range(0, len(whole), step):
        found = distances(whole[start : start + step], whole)
        found[np.arange(len(found)), np.arange(start, start + len(found))] = np.inf
        order = np.argsort(found, axis=1, kind="stable")[:, :count]
        rows.append(order)
        away.append(np.take_along_axis(found, order, axis=1))
    return np.concatenate(rows), np.concatenate(away)
