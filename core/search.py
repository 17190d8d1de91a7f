"""Search by meaning: the rows whose vectors point most nearly the same way as a query."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput, BadParameter
from core.results import Embeddings, Floats, Strings, check_length, first_rows
from core.workspace.captions import item_of

CHUNK = 65_536


@dataclass(frozen=True)
class Hits:
    """The best rows, best first. ids: (M,) str. scores: (M,) float32 cosines."""

    ids: Strings
    scores: Floats

    def __post_init__(self) -> None:
        check_length("ids", self.ids, len(self.scores))


def search(embeddings: Embeddings, query: Floats, top: int = 10) -> Hits:
    """The `top` rows of highest cosine with the query, exactly; rows of equal cosine in the items' order.

    query: (D,) float32 of any length but zero, made by the model of the embeddings.
    """
    if top < 1:
        raise BadParameter(f"top={top} is below 1: ask for at least one hit")
    scores = cosines(embeddings.vectors, query)
    best = highest(scores, min(top, len(scores)))
    return Hits(embeddings.ids[best], scores[best])


def search_items(embeddings: Embeddings, query: Floats, top: int = 10) -> Hits:
    """As `search`, but ids are of items, and each comes once: by the nearest of its captions."""
    wanted = top
    while True:
        found = search(embeddings, query, wanted)
        items = np.array([item_of(id) for id in found.ids.tolist()], dtype=np.str_)
        first = first_rows(items)[:top]
        if len(first) == top or len(found.ids) == len(embeddings):
            return Hits(items[first], found.scores[first])
        wanted *= 2


def nearest(embeddings: Embeddings, query: Floats, leave_out: str, top: int = 10) -> Hits:
    """As `search_items`, without one item: what is nearest to something that is itself among the rows."""
    hits = search_items(embeddings, query, top + 1)
    others = hits.ids != leave_out
    return Hits(hits.ids[others][:top], hits.scores[others][:top])


def cosines(vectors: Floats, query: Floats) -> Floats:
    """The cosine of each unit row of (N, D) with one query (D,): (N,) float32."""
    if query.shape != vectors.shape[1:]:
        raise BadInput(f"the query has shape {query.shape}, the vectors {vectors.shape}: use the model that made them")
    length = np.linalg.norm(query)
    if not np.isfinite(length) or length == 0:
        raise BadInput("the query has no direction: all its numbers are zero, or some are not finite")
    unit = (query / length).astype(np.float32)
    chunks = [vectors[start : start + CHUNK] @ unit for start in range(0, len(vectors), CHUNK)]
    return np.concatenate(chunks) if chunks else np.empty(0, np.float32)


def highest(scores: Floats, top: int) -> NDArray[np.int64]:
    """Rows of the `top` highest of (N,) scores, or of all where there are fewer: highest first, equal ones in order."""
    if top < len(scores):
        least = np.partition(scores, -top)[-top]
        rows = np.flatnonzero(scores >= least)
    else:
        rows = np.arange(len(scores))
    return rows[np.lexsort((rows, -scores[rows]))][:top]
