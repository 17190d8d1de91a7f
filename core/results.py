"""What methods return: frozen NumPy dataclasses, checked when made.

No tensors, no tuples of arrays, nothing of a page: a result can be saved, sent and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput

Floats = NDArray[np.float32]
Strings = NDArray[np.str_]


@dataclass(frozen=True)
class Embeddings:
    """Rows of one model and one modality.

    ids: (N,) str, the items' content hashes. vectors: (N, D) float32, unit norm.
    modality: "image" or "text".
    """

    ids: Strings
    vectors: Floats
    model: str
    modality: str

    def __post_init__(self) -> None:
        check_matrix("vectors", self.vectors)
        check_length("ids", self.ids, len(self.vectors))
        norms = np.linalg.norm(self.vectors, axis=1)
        if len(norms) and np.abs(norms - 1).max() > 1e-3:
            row = int(np.abs(norms - 1).argmax())
            raise BadInput(f"vectors: row {row} has norm {norms[row]:.4f}, not 1: divide each row by its norm")

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Map:
    """A picture of high-dimensional rows in the plane.

    xy: (N, 2) float32. metrics: figures about the map, e.g. `{"trustworthiness": 0.97}`.
    partial: the method was stopped before its end.
    """

    xy: Floats
    metrics: Mapping[str, float] = field(default_factory=dict)
    partial: bool = False

    def __post_init__(self) -> None:
        check_matrix("xy", self.xy, columns=2)


@dataclass(frozen=True)
class Clustering:
    """Groups of rows.

    labels: (N,) int64, 0 … K − 1, and -1 for noise. confidence: (N,) float32 in 0 … 1, how sure the method is of
    each row's cluster (0 for noise). metrics: figures of the method itself, e.g. `{"inertia": 12.3}`.
    history: how figures went while it ran, e.g. `{"k": [1, 2, 4]}`. partial: stopped before its end.
    """

    labels: NDArray[np.int64]
    confidence: Floats
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    partial: bool = False

    def __post_init__(self) -> None:
        labels = self.labels
        if labels.ndim != 1 or labels.dtype != np.int64 or (labels < -1).any():
            raise BadInput(f"labels: {labels.dtype} of shape {labels.shape}, but (N,) int64 from -1 up is needed")
        check_length("confidence", self.confidence, len(labels))
        found = np.unique(labels[labels >= 0])
        if not np.array_equal(found, np.arange(len(found))):
            raise BadInput(f"labels: clusters {found[:10].tolist()} are not numbered 0, 1, … without a gap")

    @property
    def k(self) -> int:
        """How many clusters hold at least one row."""
        return int(self.labels.max(initial=-1)) + 1


def check_matrix(name: str, x: NDArray, columns: int | None = None) -> None:
    """Raises `BadInput` unless x is a finite float32 matrix (of so many columns)."""
    if x.ndim != 2 or x.dtype != np.float32 or (columns is not None and x.shape[1] != columns):
        raise BadInput(f"{name}: {x.dtype} of shape {x.shape}, but float32 of shape (N, {columns or 'D'}) is needed")
    if not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
        raise BadInput(f"{name}: row {row} is not finite: leave it out")


def check_length(name: str, x: NDArray, length: int) -> None:
    """Raises `BadInput` unless x is one-dimensional with `length` entries."""
    if x.shape != (length,):
        raise BadInput(f"{name}: shape {x.shape}, but ({length},) is needed, one entry a row")
