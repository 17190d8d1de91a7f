r"""Confident learning: which labels are probably wrong, from probabilities of a model that never saw them.

Northcutt, Jiang and Chuang: Confident learning: estimating uncertainty in dataset labels. JAIR, 2021.

With p_ij the probability of class j for item i, held out, and the given labels y: the threshold of a class is its mean
self-confidence, $t_j = \mathrm{mean}_{i: y_i = j}\, p_{ij}$. An item counts for class j where $p_{ij} \ge t_j$, and
where it does for several, for the most probable of them. The confident joint C counts items by given label and by that
class; what lies off its diagonal are the candidates (the paper's method 2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Integers, Truths
from core.results import Floats
from core.statistics import contingency


@dataclass(frozen=True)
class Confident:
    """counted: (N,) int64, the class that each item confidently is, -1 for none. thresholds: (K,) float64.

    joint: (K, K) int64, a row a given label, a column the confident class.
    """

    counted: Integers
    thresholds: NDArray[np.float64]
    joint: Integers

    def candidates(self, given: Integers) -> Truths:
        """Items that are confidently of another class than the given one (N,)."""
        return (self.counted >= 0) & (self.counted != given)


def confident(probabilities: Floats, given: Integers) -> Confident:
    """Of held-out probabilities (N, K) and labels (N,), 0 … K - 1, each of which some item has."""
    classes = probabilities.shape[1]
    own = probabilities[np.arange(len(given)), given]
    totals = np.bincount(given, minlength=classes)
    thresholds = np.bincount(given, own.astype(np.float64), minlength=classes) / np.maximum(totals, 1)
    above = np.where(probabilities >= thresholds.astype(np.float32), probabilities, -1)
    best = above.argmax(axis=1)
    counted = np.where(above[np.arange(len(given)), best] >= 0, best, -1)
    known = counted >= 0
    return Confident(counted, thresholds, contingency(given[known], counted[known], (classes, classes)))


def margins(probabilities: Floats, given: Integers) -> tuple[Floats, Integers]:
    """How much more probable the best other class is than the given one, -1 … 1, and which it is: (N,), (N,)."""
    rows = np.arange(len(given))
    own = probabilities[rows, given]
    others = probabilities.copy()
    others[rows, given] = -1
    best = others.argmax(axis=1)
    return (others[rows, best] - own).astype(np.float32), best
