"""Whether a method finds more than the mean does, or whether that is the chance of which classes were drawn.

Nadeau and Bengio: Inference for the generalization error. Machine Learning, 2003 (the corrected resampled t-test).

Every split compares both methods on the same groups, so each gives one difference d_s. The splits share classes, and
their plain t-test would find differences in anything. With A classes learned from and B asked about, the variance of
the mean of S differences is taken as (1/S + B/A) times their sample variance, and the t-test has S - 1 degrees of
freedom: more splits make the figure steadier, but no surer than the classes that there are allow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """A method less the mean, over the splits. low, high: 95 % interval; p: two-sided; None where one split is all.

    better: more is found, and chance would hardly do that.
    """

    difference: float
    low: float | None = None
    high: float | None = None
    p: float | None = None
    better: bool = False


def paired(method: Doubles, mean: Doubles, ratio: float) -> Difference:
    """method, mean: (S,) a figure of each split; ratio: B / A, classes asked about for each learned from."""
    from scipy.special import stdtr, stdtrit  # Student's t; scipy.stats has it too, but takes a second to import

    differences = np.asarray(method) - np.asarray(mean)
    count, middle = len(differences), float(differences.mean())
    if count < 2:
        return Difference(middle)
    error = float(differences.std(ddof=1) * np.sqrt(1 / count + ratio))
    if error == 0:
        return Difference(middle, middle, middle, 1.0 if middle == 0 else 0.0, middle > 0)
    reach = float(stdtrit(count - 1, 1 - LEVEL / 2)) * error
    p = 2 * float(stdtr(count - 1, -abs(middle) / error))
    return Difference(middle, middle - reach, middle + reach, p, p < LEVEL and middle > 0)
