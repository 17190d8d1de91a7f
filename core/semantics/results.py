"""What the analyses of this package return: frozen NumPy dataclasses, checked when made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.results import Floats, Integers, check_length, check_matrix
from core.statistics import contingency

Doubles = NDArray[np.float64]

LEVEL = 0.05


@dataclass(frozen=True)
class PromptVectors:
    """Prompts and classes as vectors, each the mean over the templates, made a unit vector.

    prompts: (P, D) float32. classes: (K, D) float32, each the mean over all texts of its class. truncated: the texts
    that are longer than the model's context, of which it read the beginning.
    """

    prompts: Floats
    classes: Floats
    truncated: Sequence[str] = ()

    def __post_init__(self) -> None:
        check_matrix("prompts", self.prompts)
        check_matrix("classes", self.classes, columns=self.prompts.shape[1])


@dataclass(frozen=True)
class PromptFigures:
    """How the items lie to each of P prompts: mean and standard deviation of the cosines, and the T nearest items.

    mean, sd: (P,) float64. nearest: (P, T) int64, rows of the items, nearest first; cosines: (P, T) float32, theirs.
    """

    mean: Doubles
    sd: Doubles
    nearest: Integers
    cosines: Floats

    def __post_init__(self) -> None:
        check_matrix("cosines", self.cosines)
        check_length("mean", self.mean, len(self.cosines))
        check_length("sd", self.sd, len(self.cosines))
        check_shape("nearest", self.nearest, self.cosines.shape)


@dataclass(frozen=True)
class ZeroShot:
    """The most probable of K classes of each item. predicted: (N,) int64; probability: (N,) float32, of that class."""

    predicted: Integers
    probability: Floats

    def __post_init__(self) -> None:
        check_length("predicted", self.predicted, len(self.probability))


@dataclass(frozen=True)
class Confusion:
    """Predicted classes against labels, of K classes.

    true: (N,) int64, -1 where an item has no label, or one that is no class. predicted: (N,) int64. without: items
    whose label is none of the classes, which are not counted.
    """

    true: Integers
    predicted: Integers
    classes: int
    without: int = 0

    def __post_init__(self) -> None:
        check_length("true", self.true, len(self.predicted))

    @property
    def items(self) -> int:
        """Those with a label that is a class."""
        return int(np.count_nonzero(self.true >= 0))

    @property
    def accuracy(self) -> float:
        """The share of these items whose class is predicted; NaN where there are none."""
        return float(np.count_nonzero(self.true == self.predicted) / self.items) if self.items else float("nan")

    @property
    def totals(self) -> Integers:
        """Items of each class: (K,)."""
        return np.bincount(self.true[self.true >= 0], minlength=self.classes)

    @property
    def recalls(self) -> Doubles:
        """Of the items of each class, the share that is predicted: (K,), NaN for a class without items."""
        right = np.bincount(self.true[self.true == self.predicted], minlength=self.classes)
        return np.where(self.totals > 0, right / np.maximum(self.totals, 1), np.nan)

    @property
    def counts(self) -> Integers:
        """(K, K): a row a true class, a column a predicted one."""
        known = self.true >= 0
        return contingency(self.true[known], self.predicted[known], (self.classes, self.classes))


@dataclass(frozen=True)
class Correlation:
    """P features against C dimensions of codes. coefficients, p, adjusted: (P, C) float64; NaN where one is constant.

    p: two-sided, of each pair alone. adjusted: after correcting for every test of the table. items: rows that went in.
    method: "pearson" or "spearman". correction: "bh", "holm" or "none".
    """

    coefficients: Doubles
    p: Doubles
    adjusted: Doubles
    items: int
    method: str
    correction: str

    def __post_init__(self) -> None:
        if self.coefficients.ndim != 2:
            raise BadInput(f"coefficients: shape {self.coefficients.shape}, but (P, C) is needed")
        check_shape("p", self.p, self.coefficients.shape)
        check_shape("adjusted", self.adjusted, self.coefficients.shape)

    @property
    def tests(self) -> int:
        """Pairs that have a coefficient."""
        return int(np.isfinite(self.p).sum())

    @property
    def strongest(self) -> Integers:
        """The dimension of the largest coefficient, of either sign, of each feature: (P,), -1 where it has none."""
        sizes = np.nan_to_num(np.abs(self.coefficients), nan=-1.0)
        return np.where(sizes.max(axis=1, initial=-1) < 0, -1, sizes.argmax(axis=1))

    def significant(self, level: float = LEVEL) -> NDArray[np.bool_]:
        """Which stay below the level after the correction: (P, C)."""
        return self.adjusted < level


@dataclass(frozen=True)
class Components:
    """Principal components of rows. mean: (D,) float32; axes: (C, D) float32, orthonormal; shares: (C,) float64.

    shares: of the variance, largest first.
    """

    mean: Floats
    axes: Floats
    shares: Doubles

    def __post_init__(self) -> None:
        check_matrix("axes", self.axes, columns=len(self.mean))
        check_length("shares", self.shares, len(self.axes))

    def __call__(self, x: Floats) -> Floats:
        """(N, D) float32 → (N, C) float32."""
        return np.asarray((x - self.mean) @ self.axes.T, dtype=np.float32)


@dataclass(frozen=True)
class Direction:
    """A concept as a direction. vector: (D,) float32, unit norm. title: `happy face − sad face`.

    auc: how well it tells groups apart on rows held out of its fit; None between prompts and for few rows.
    """

    vector: Floats
    title: str
    auc: float | None = None

    def __post_init__(self) -> None:
        check_length("vector", self.vector, self.vector.size)
        norm = float(np.linalg.norm(self.vector))
        if not abs(norm - 1) < 1e-3:
            raise BadInput(f"vector: norm {norm:.4f}, not 1: divide it by its norm")


@dataclass(frozen=True)
class Histogram:
    """How many cosines lie in each of B equal bins from -1 to 1. counts: (B,) int64; mean: of the cosines."""

    counts: Integers
    mean: float

    @property
    def edges(self) -> Doubles:
        """(B + 1,)"""
        return np.linspace(-1, 1, len(self.counts) + 1)


@dataclass(frozen=True)
class Gap:
    """How images and their N captions lie to each other, all unit vectors.

    vector: (D,) float32, the mean image less the mean caption. alignment: mean squared distance of an image and a
    caption of its own. uniformity_images, uniformity_captions: log of the mean of exp(-2 |x - y|²) over pairs of
    different images, of different captions. pairs: cosines of each image with its own captions; others: with those of
    other images that say otherwise. image_to_text, text_to_image: (M,) int32, ranks from 0 of the own partner of M
    different captions and their images (`core.reduction.retrieval`).
    """

    vector: Floats
    alignment: float
    uniformity_images: float
    uniformity_captions: float
    pairs: Histogram
    others: Histogram
    image_to_text: NDArray[np.int32]
    text_to_image: NDArray[np.int32]

    def __post_init__(self) -> None:
        check_length("vector", self.vector, self.vector.size)
        check_length("image_to_text", self.image_to_text, len(self.text_to_image))

    @property
    def size(self) -> float:
        """The distance of the two means."""
        return float(np.linalg.norm(self.vector))

    @property
    def direction(self) -> Floats:
        """(D,) float32, unit norm; zeros where the means are the same."""
        return np.asarray(self.vector / (self.size or 1), dtype=np.float32)


def check_shape(name: str, x: NDArray, shape: Sequence[int]) -> None:
    """Raises `BadInput` unless x has that shape."""
    if x.shape != tuple(shape):
        raise BadInput(f"{name}: shape {x.shape}, but {tuple(shape)} is needed")
