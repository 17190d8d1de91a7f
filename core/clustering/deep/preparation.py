"""Rows made ready for Gaussian clusters: centred, each column of unit variance, constant columns left out.

Above `FULL_DIMENSIONS` columns a covariance has too many entries to be learned from a cluster's rows: there the rows
are turned onto the principal axes of the whole set, and clusters have independent axes. Axes that hold no more than
noise does are left out: each would ask every split for a mean and a variance more, and tell nothing.

Gavish and Donoho: The optimal hard threshold for singular values is 4 / √3. IEEE Transactions on Information Theory,
2014.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.clustering.checks import check_rows
from core.clustering.mixtures import FULL_DIMENSIONS
from core.clustering.streaming import slices
from core.results import Clustering, Floats

CHUNK = 16_384
CONSTANT = 1e-6
"""A column or axis whose spread is below this share of the largest value is constant but for rounding."""


@dataclass(frozen=True)
class Prepared:
    """rows: (N, D') float32 on the processor that will work on them. variances: (D',) float64.

    diagonal: whether clusters have independent axes.
    """

    rows: Tensor
    variances: Tensor
    diagonal: bool

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def device(self) -> torch.device:
        return self.rows.device


def prepare(x: Floats) -> Prepared:
    """x: (N, D) float32, left as it is. Raises `BadInput` for values that are not finite or fewer than two rows."""
    check_rows(x)
    mean, deviation = _moments(x)
    varying = deviation > CONSTANT * np.maximum(np.abs(mean), deviation.max(initial=0))
    rows = np.empty((len(x), int(varying.sum())), dtype=np.float32)
    for chunk in slices(len(x), CHUNK):
        rows[chunk] = (x[chunk][:, varying] - mean[varying]) / deviation[varying]
    diagonal = rows.shape[1] > FULL_DIMENSIONS
    variances = _turn(rows) if diagonal else np.ones(rows.shape[1])
    rows = np.ascontiguousarray(rows[:, : len(variances)])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return Prepared(torch.from_numpy(rows).to(device), torch.from_numpy(variances).to(device), diagonal)


def clustering(
    labels: NDArray[np.int64],
    confidence: Floats,
    metrics: dict[str, float],
    history: dict[str, list],
    partial: bool,
) -> Clustering:
    """The result, its clusters numbered from the largest to the smallest without a gap."""
    counts = np.bincount(labels)
    order = np.argsort(-counts, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    metrics = {"k": float((counts > 0).sum())} | metrics
    return Clustering(number[labels], confidence, metrics, history, partial)


def one_cluster(count: int) -> Clustering:
    """What rows that are all equal are answered with."""
    return clustering(np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.float32), {}, {"k": [1]}, False)


def _moments(x: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each column, in two passes of float64."""
    mean = sum((x[chunk].sum(0, dtype=np.float64) for chunk in slices(len(x), CHUNK)), np.zeros(x.shape[1])) / len(x)
    squares = sum((np.square(x[chunk] - mean).sum(0) for chunk in slices(len(x), CHUNK)), np.zeros(x.shape[1]))
    return mean, np.sqrt(squares / len(x))


def _turn(rows: Floats) -> NDArray[np.float64]:
    """Turns the rows onto their principal axes in place, largest first; gives the variances above the noise."""
    covariance = np.zeros((rows.shape[1], rows.shape[1]))
    for chunk in slices(len(rows), CHUNK):
        covariance += rows[chunk].T @ rows[chunk]
    variances, axes = np.linalg.eigh(covariance / len(rows))
    variances, axes = variances[::-1].copy(), axes[:, ::-1].astype(np.float32)
    for chunk in slices(len(rows), CHUNK):
        rows[chunk] = rows[chunk] @ axes
    return variances[: max(1, int((variances > noise_level(variances, len(rows))).sum()))]


def noise_level(variances: NDArray[np.float64], rows: int) -> float:
    """The variance up to which an axis is noise (Gavish and Donoho 2014, equations 4 and 5, noise unknown).

    variances: (D,) along the principal axes, falling.
    """
    known = variances[: min(len(variances), rows)]
    beta = len(known) / max(len(variances), rows)
    omega = 0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43
    return max(omega**2 * float(np.median(known)), CONSTANT * float(variances[0]))
