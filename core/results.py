"""What methods return: frozen NumPy dataclasses, checked when made.

No tensors, no tuples of arrays, nothing of a page: a result can be saved, sent and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput

Floats = NDArray[np.float32]
Strings = NDArray[np.str_]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Embeddings:
    """Rows of one model and one modality.

    ids: (N,) str, the items' content hashes, or those of captions. vectors: (N, D) float32, unit norm.
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


@dataclass(frozen=True)
class Pairs:
    """Images and their captions: row i of the one belongs to row i of the other.

    image, text: (N, D) float32, unit norm. item: (N,) int64, which image a row has, the same for all captions of one;
    None: every row has an image of its own.
    """

    image: Floats
    text: Floats
    item: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.item is not None:
            check_length("item", self.item, len(self.image))
        if self.image.shape != self.text.shape:
            raise BadInput(f"image is {self.image.shape}, text {self.text.shape}: a caption for each image is needed")
        check_matrix("image", self.image)
        check_matrix("text", self.text)

    def __len__(self) -> int:
        return len(self.image)

    @property
    def dimensions(self) -> int:
        return self.image.shape[1]

    def take(self, rows: NDArray[np.int64]) -> "Pairs":
        """Some of the pairs, in that order."""
        return Pairs(self.image[rows], self.text[rows], None if self.item is None else self.item[rows])

    @property
    def items(self) -> NDArray[np.int64]:
        """Which image each row has, 0, 1, … in the order of their first rows: (N,)."""
        return np.arange(len(self)) if self.item is None else numbered(self.item)

    @property
    def image_rows(self) -> NDArray[np.int64]:
        """The first row of each image: (I,), ascending."""
        return np.arange(len(self)) if self.item is None else first_rows(self.item)


@dataclass(frozen=True)
class Projection:
    """From D to D' dimensions: y = L (x - m) + V relu(U (x - m) + c), made a unit vector.

    mean m: (D,), linear L: (D', D), hidden U: (H, D), bias c: (H,), output V: (D', H); all float32. With H = 0 it is
    linear.
    """

    mean: Floats
    linear: Floats
    hidden: Floats
    bias: Floats
    output: Floats

    @classmethod
    def straight(cls, linear: Floats, mean: Floats | None = None) -> "Projection":
        """One without hidden units; about the origin where no mean is given."""
        kept, before = linear.shape
        middle = np.zeros(before) if mean is None else mean
        nothing = (np.zeros((0, before)), np.zeros(0), np.zeros((kept, 0)))
        return cls(*(np.ascontiguousarray(each, dtype=np.float32) for each in (middle, linear, *nothing)))

    def __post_init__(self) -> None:
        check_matrix("linear", self.linear)
        kept, before = self.linear.shape
        check_length("mean", self.mean, before)
        check_matrix("hidden", self.hidden, columns=before)
        check_length("bias", self.bias, len(self.hidden))
        if self.output.shape != (kept, len(self.hidden)):
            raise BadInput(f"output: shape {self.output.shape}, but ({kept}, {len(self.hidden)}) is needed")

    def __call__(self, x: Floats) -> Floats:
        """(N, D) float32 → (N, D') float32, unit norm."""
        moved = x - self.mean
        y = moved @ self.linear.T
        if len(self.hidden):
            y += np.maximum(moved @ self.hidden.T + self.bias, 0) @ self.output.T
        return y / np.maximum(np.linalg.norm(y, axis=1, keepdims=True), np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Reducer:
    """How images and captions come into fewer dimensions. image, text: one projection each, to the same D'.

    metrics: figures of the method itself. history: how they went while it learned, e.g. `{"loss": [0.4, 0.2]}`.
    partial: stopped before its end.
    """

    image: Projection
    text: Projection
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    partial: bool = False

    def __post_init__(self) -> None:
        if self.image.linear.shape != self.text.linear.shape:
            raise BadInput(f"image goes by {self.image.linear.shape}, text by {self.text.linear.shape}: not one space")

    @property
    def dimensions(self) -> int:
        """D', how many are kept."""
        return len(self.image.linear)

    def __call__(self, pairs: Pairs) -> Pairs:
        """The same pairs in D' dimensions."""
        return Pairs(self.image(pairs.image), self.text(pairs.text), pairs.item)

    def arrays(self) -> dict[str, Floats]:
        """Every array by name, e.g. `image.linear`: what is saved."""
        return {
            f"{modality}.{each.name}": getattr(getattr(self, modality), each.name)
            for modality in ("image", "text")
            for each in fields(Projection)
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray]) -> "Reducer":
        """From what `arrays` gave."""
        image, text = (
            Projection(*(arrays[f"{modality}.{each.name}"] for each in fields(Projection)))
            for modality in ("image", "text")
        )
        return cls(image, text)


def first_rows(values: NDArray) -> NDArray[np.int64]:
    """Where each different value comes first: ascending."""
    return np.sort(np.unique(values, return_index=True)[1])


def numbered(values: NDArray) -> NDArray[np.int64]:
    """The values as 0, 1, … in the order in which they come first: (N,)."""
    _, first, place = np.unique(values, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[place.ravel()]


def places(ids: Sequence[str] | Strings, among: Strings) -> NDArray[np.int64]:
    """Where each id stands among others, of which no two are the same: (N,), -1 for one that is not there.

    >>> places(["b", "x"], np.array(["c", "b"])).tolist()
    [1, -1]
    """
    ids, order = np.asarray(ids, dtype=np.str_), np.argsort(among)
    place = np.searchsorted(among[order], ids).clip(max=max(len(among) - 1, 0))
    return np.where(among[order[place]] == ids, order[place], -1) if len(among) else np.full(len(ids), -1)


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
