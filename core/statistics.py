"""Figures of samples that several areas share."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple, Self

import numpy as np

from core.results import Integers

NORMAL = 1.959964
"""The normal distribution's 97.5 % quantile: 95 % lie between minus it and it."""


class MeanAndSd(NamedTuple):
    """Of a figure over repetitions; sd: the sample's, 0 of one."""

    mean: float
    sd: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Of one value or more."""
        return cls(fmean(values), stdev(values) if len(values) > 1 else 0.0)


def mean_and_sd(values: Sequence[float]) -> MeanAndSd | None:
    """None without values."""
    return MeanAndSd.of(values) if len(values) else None


@dataclass(frozen=True)
class Band:
    """A 95 % interval."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


def wilson(share: float, count: float) -> Band:
    r"""The 95 % interval of a share seen in so many draws, which need not be whole; all of 0 … 1 without any.

    Wilson: Probable inference, the law of succession, and statistical inference. JASA, 1927. It serves for the mean of
    any values between 0 and 1 as well: their variance is at most that of hits, $p(1 - p)$, so it is never too narrow.

    >>> band = wilson(0.5, 10)
    >>> round(band.low, 4), round(band.high, 4)
    (0.2366, 0.7634)
    """
    if count <= 0:
        return Band(0.0, 1.0)
    square = NORMAL**2 / count
    middle = (share + square / 2) / (1 + square)
    reach = sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    return Band(max(middle - reach, 0.0), min(middle + reach, 1.0))


def contingency(rows: Integers, columns: Integers, shape: tuple[int, int]) -> Integers:
    """How many items are of each row and column: of (N,) and (N,), numbers from 0 up, → shape, int64.

    The `confusion_matrix` of scikit-learn, which pages cannot load: it takes a server 1.5 s and 160 MB.

    >>> contingency(np.array([0, 1, 1]), np.array([2, 0, 0]), (2, 3)).tolist()
    [[0, 0, 1], [2, 0, 0]]
    """
    return np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)
