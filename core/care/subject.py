"""What a check looks at, and what it finds: frozen, checked when made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.maps.neighbours import Neighbours, Searcher, normalised
from core.progress import Progress, Report, silent
from core.results import Booleans, Floats, Integers, Strings, check_length, check_matrix

LEAST = 3
"""Items below which nothing stands out."""


class Subject:
    """Items of one modality, with what is known of them; their nearest neighbours are looked for once.

    vectors: (N, D) float32, made unit rows. labels: (N,) str, "" for none. captions: (N, D) float32 unit rows, each
    image's own. wording: (N,) int64, equal where the words of two rows are the same. item: (N,) int64, equal where two
    captions are of one image; None: no two are. None of the others: not known.
    """

    def __init__(
        self,
        vectors: Floats,
        labels: Strings | None = None,
        captions: Floats | None = None,
        wording: Integers | None = None,
        item: Integers | None = None,
    ) -> None:
        check_matrix("vectors", vectors)
        if len(vectors) < LEAST:
            raise BadInput(f"{len(vectors)} items are too few to look for odd ones: bring at least {LEAST}")
        for name, given in (("labels", labels), ("wording", wording), ("item", item)):
            if given is not None:
                check_length(name, given, len(vectors))
        self.vectors = _unit("vectors", vectors)
        self.captions = None if captions is None else _unit("captions", captions)
        if self.captions is not None and self.captions.shape != vectors.shape:
            raise BadInput(f"captions: shape {self.captions.shape}, images {vectors.shape}: one a row is needed")
        self.labels, self.wording = labels, wording
        self.item = np.arange(len(vectors)) if item is None else item
        self._searcher = Searcher(self.vectors)
        self._near: Neighbours | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def near(self, k: int, report: Report = silent) -> Neighbours:
        """The k nearest other items of each, or all others where there are fewer; exact up to 100,000 items.

        distances: 1 - cosine.
        """
        k = min(k, len(self) - 1)
        if self._near is None or self._near.indices.shape[1] < k:
            self._near = self._searcher.among(k, report)
        else:
            report(Progress(1, 1, "nearest neighbours are known"))
        return Neighbours(self._near.indices[:, :k], self._near.distances[:, :k])

    @property
    def approximate(self) -> bool:
        """Whether there are so many items that neighbours are looked for in parts of the space only."""
        return not self._searcher.exact


@dataclass(frozen=True)
class Findings:
    """What a check says of N items.

    ranked: (M,) int64, rows from the most suspicious on, M ≤ N: those that the check can speak of. score: (N,)
    float32, higher is more suspicious, NaN for the others. flagged: (N,) bool, those beyond the check's own limit.
    evidence: name → (N,), why, e.g. the row that an item nearly repeats. metrics: figures of the whole.
    """

    ranked: Integers
    score: Floats
    flagged: Booleans
    evidence: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, each in (("flagged", self.flagged), *self.evidence.items()):
            check_length(name, each, len(self.score))
        known = np.flatnonzero(np.isfinite(self.score))
        if not np.array_equal(np.sort(self.ranked), known):
            raise BadInput(f"ranked: {len(self.ranked):,} rows, but each of the {len(known):,} with a score, once")
        if (self.flagged & ~np.isfinite(self.score)).any():
            raise BadInput("flagged: holds a row without a score")

    def __len__(self) -> int:
        return len(self.score)


def by_score(score: Floats) -> Integers:
    """Rows with a score, highest first; equal ones in order."""
    order = np.argsort(-score, kind="stable")
    return order[np.isfinite(score[order])]


def _unit(name: str, x: Floats) -> Floats:
    empty = np.flatnonzero(~x.any(axis=1))
    if len(empty):
        raise BadInput(f"{name}: row {empty[0]} is all zeros and has no direction: leave it out")
    return normalised(x)
