r"""Near-duplicates: sets of items that are hardly further apart than an item is from itself, the closest first.

Two items are near-duplicates where their cosine distance is at most `closeness` times the median distance of an item to
its nearest neighbour: a limit that fits itself to the model and the set, as in cleanlab's Datalab, 2023 (0.13 is its
value). Near-duplicates of near-duplicates are one set: connected components, as in fastdup, 2022, of the graph of each
item's ten nearest.

Captions are compared by what they say: of items whose captions are the same word for word, the first stands for all,
`copies` of them, and the others are not ranked.

Of a set, the first item in the workspace's order stays; the others are `extra`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.care.subject import LEAST, Findings, Subject
from core.errors import BadInput
from core.maps.neighbours import Neighbours
from core.methods import Method, param
from core.progress import Report, silent
from core.results import Floats, Integers

K = 10
"""Nearest others that an item is compared with."""
ROUNDING = 1e-6
"""Distances below are nothing but float32's rounding: equal vectors are duplicates whatever the limit."""


@dataclass(frozen=True)
class Params:
    closeness: float = param(
        0.13, "limit, as a share of the median distance to the nearest neighbour", minimum=0.0, maximum=10.0
    )


def fit(subject: Subject, params: Params, report: Report = silent) -> Findings:
    """score: cosine with the nearest other item. evidence: nearest, set (-1 for none), copies int64, extra bool.

    Items of a set stand together, the set of the closest pair first; below, the others by score. metrics: limit (a
    cosine distance), sets, extra, repeated (items whose caption another before them has).
    """
    first, copies = _different(subject)
    near = (subject if len(first) == len(subject) else Subject(subject.vectors[first])).near(K, report)
    limit = max(params.closeness * float(np.median(near.distances[:, 0])), ROUNDING)
    sets = _sets(near, limit)
    score = (1 - near.distances[:, 0]).astype(np.float32)
    extra = _extra(sets)
    metrics = {"limit": limit, "sets": int(sets.max(initial=-1)) + 1, "extra": int(extra.sum())}
    evidence = {"nearest": (first[near.indices[:, 0]], -1), "set": (sets, -1), "extra": (extra, False)}
    return Findings(
        ranked=first[_ranked(score, sets)],
        score=_spread(score, first, len(subject), np.nan),
        flagged=_spread(sets >= 0, first, len(subject), False),
        evidence={name: _spread(each, first, len(subject), rest) for name, (each, rest) in evidence.items()}
        | {"copies": copies},
        metrics={**metrics, "repeated": len(subject) - len(first)},
    )


def _different(subject: Subject) -> tuple[Integers, Integers]:
    """The first row of each wording, in order (M,), and how many items say the same as each (N,)."""
    if subject.wording is None:
        return np.arange(len(subject)), np.ones(len(subject), dtype=np.int64)
    _, first, of, counts = np.unique(subject.wording, return_index=True, return_inverse=True, return_counts=True)
    if len(first) < LEAST:
        raise BadInput(f"{len(first)} different captions are too few to look for repeated ones: bring at least {LEAST}")
    return np.sort(first), counts[of.ravel()]


def _spread(values: NDArray[Any], rows: Integers, count: int, rest: Any) -> NDArray[Any]:
    """Values (M,) at their rows among (N,), `rest` elsewhere."""
    found = np.full(count, rest, dtype=values.dtype)
    found[rows] = values
    return found


def _sets(near: Neighbours, limit: float) -> Integers:
    """The number of each row's connected component of near-duplicates, -1 where it is alone: (N,).

    The set with the closest pair is 0.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.nonzero(near.distances <= limit)
    size = (len(near.indices),) * 2
    graph = coo_array((np.ones(len(rows), np.int8), (rows, near.indices[rows, columns])), shape=size)
    _, component = connected_components(graph, directed=False)
    closest = np.full(component.max() + 1, np.inf)
    np.minimum.at(closest, component, near.distances[:, 0])
    several = np.bincount(component) > 1
    number = np.full(len(several), -1, dtype=np.int64)
    order = np.argsort(np.where(several, closest, np.inf), kind="stable")[: several.sum()]
    number[order] = np.arange(len(order))
    return number[component]


def _extra(sets: Integers) -> NDArray[np.bool_]:
    """All of a set but its first row."""
    extra = sets >= 0
    known, first = np.unique(sets, return_index=True)
    extra[first[known >= 0]] = False
    return extra


def _ranked(score: Floats, sets: Integers) -> Integers:
    """Set after set in the rows' order, then the rest by score."""
    order = np.lexsort((np.arange(len(score)), np.where(sets >= 0, 0, -score), np.where(sets >= 0, sets, len(sets))))
    return order.astype(np.int64)


METHOD = Method("duplicates", "Near-duplicates", Params, fit)
