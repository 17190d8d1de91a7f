"""Nearest neighbours of rows: exact up to `EXACT_ROWS` rows, an inverted file above.

Johnson, Douze and Jégou: Billion-scale similarity search with GPUs. IEEE Transactions on Big Data, 2019.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, Report, silent
from core.results import Floats

EXACT_ROWS = 100_000
CHUNK = 2_048


@dataclass(frozen=True)
class Neighbours:
    """The k nearest rows of each query, nearest first.

    indices: (M, k) int64. distances: (M, k) float32, Euclidean or 1 - cosine.
    """

    indices: NDArray[np.int64]
    distances: Floats

    def with_self(self) -> "Neighbours":
        """Each row put before its neighbours, at distance 0: (N, k + 1)."""
        rows = np.arange(len(self.indices))[:, None]
        return Neighbours(np.hstack([rows, self.indices]), np.pad(self.distances, ((0, 0), (1, 0))))


@dataclass(frozen=True)
class Searcher:
    """Rows to search among: (N, D) float32; metric "cosine" or "euclidean"."""

    rows: Floats
    metric: str = "cosine"

    @property
    def exact(self) -> bool:
        return len(self.rows) <= EXACT_ROWS

    @property
    def metrics(self) -> dict[str, float]:
        """What a map's card must say of its neighbours: nothing where they are exact."""
        return {} if self.exact else {"neighbours_approximate": 1}

    def among(self, k: int, report: Report = silent) -> Neighbours:
        """The k nearest other rows of each row: (N, k)."""
        found = self.nearest(self.rows, k + 1, report)
        return without_self(found, np.arange(len(self.rows)))

    def nearest(self, queries: Floats, k: int, report: Report = silent) -> Neighbours:
        """The k nearest rows of each query, which may be a row itself: (M, k)."""
        found = [self._nearest_chunk(chunk, k) for chunk in _chunks(self._prepare(queries), report)]
        return Neighbours(np.vstack([each.indices for each in found]), np.vstack([each.distances for each in found]))

    def _nearest_chunk(self, queries: Floats, k: int) -> Neighbours:
        scores, indices = self._index.search(queries, k)
        distances = 1 - scores if self.metric == "cosine" else np.sqrt(np.maximum(scores, 0))
        return Neighbours(indices, np.maximum(distances, 0).astype(np.float32))

    def _prepare(self, x: Floats) -> Floats:
        return normalised(x) if self.metric == "cosine" else np.ascontiguousarray(x, dtype=np.float32)

    @cached_property
    def _index(self) -> Any:
        import faiss

        rows = self._prepare(self.rows)
        metric = faiss.METRIC_INNER_PRODUCT if self.metric == "cosine" else faiss.METRIC_L2
        index: Any
        if self.exact:
            index = faiss.IndexFlat(rows.shape[1], metric)
        else:
            lists = int(4 * np.sqrt(len(rows)))
            index = faiss.index_factory(rows.shape[1], f"IVF{lists},Flat", metric)
            index.nprobe = max(32, lists // 16)
            index.train(rows[np.random.default_rng(0).choice(len(rows), 50 * lists)])
        index.add(rows)
        return index


def without_self(found: Neighbours, rows: NDArray[np.int64]) -> Neighbours:
    """Drops each row from its own neighbours, or the farthest one where duplicates crowd it out: one column less."""
    drop = found.indices == rows[:, None]
    drop[~drop.any(axis=1), -1] = True
    shape = (len(rows), found.indices.shape[1] - 1)
    return Neighbours(found.indices[~drop].reshape(shape), found.distances[~drop].reshape(shape))


def normalised(x: Floats) -> Floats:
    """Each row divided by its norm; rows of zeros stay zeros."""
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    return np.ascontiguousarray(x / np.where(norms > 0, norms, 1), dtype=np.float32)


def _chunks(x: Floats, report: Report) -> Iterator[Floats]:
    for start in range(0, len(x), CHUNK):
        report(Progress(start, len(x), "finding nearest neighbours"))
        yield x[start : start + CHUNK]
    report(Progress(len(x), len(x), "found nearest neighbours"))
