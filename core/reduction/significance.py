r"""Whether fewer dimensions match fewer pairs, or whether that is chance: what "lossless" means here.

Efron and Tibshirani: An introduction to the bootstrap. Chapman and Hall, 1993 (chapters 13 and 16).
McNemar: Note on the sampling error of the difference between correlated proportions. Psychometrika, 1947.

A pair's value is its correctness (recall@k, both ways averaged: 0, ½ or 1), averaged over the splits that held it out.
An image with several captions is one pair here: its value is its part of the recall of images and of captions.
Its difference is the value at D' less the value at full D. The hypothesis "the mean difference is not below zero" is
tested by resampling pairs: the differences, moved to a mean of zero, are drawn 10,000 times with replacement, and p is
the share of draws whose mean is at least as low as the one observed. D' is lossless where p ≥ 0.05: no loss is shown.

That is no proof that there is none. `detectable_loss` says how large one would have to be for the test to find it with
a probability of 80 %: $(z_{0.95} + z_{0.8})$ standard errors of the mean difference. Fits on overlapping halves are
not independent, so the test speaks of these reducers on pairs like these, with the pairs as what chance draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.results import Integers
from core.statistics import Band

Doubles = NDArray[np.float64]

LEVEL = 0.05
DRAWS = 10_000
DETECTABLE = 1.645 + 0.8416
"""Standard errors: the normal distribution's 95 % quantile for the level, its 80 % quantile for the power."""


@dataclass(frozen=True)
class Loss:
    """A D' against all dimensions. difference: mean over the pairs, negative where matches are lost.

    p: one-sided. standard_error: by the bootstrap. pairs: how many were held out at least once.
    """

    difference: float
    p: float
    standard_error: float
    pairs: int

    @property
    def lossless(self) -> bool:
        """No loss is shown at the level of 5 %."""
        return self.p >= LEVEL

    @property
    def detectable_loss(self) -> float:
        """The loss that the test would find with a probability of 80 %."""
        return DETECTABLE * self.standard_error


@dataclass(frozen=True)
class McNemar:
    """The exact test of one way and one split: pairs that were right before and are wrong now, and the reverse.

    p: one-sided, that so many or more of the changed pairs are lost if loss and gain are equally likely.
    """

    lost: int
    won: int
    p: float


def paired_bootstrap(full: Doubles, reduced: Doubles, held_out: Integers, seed: int = 0, draws: int = DRAWS) -> Loss:
    """full, reduced: (S, H) correctness of each split's held-out pairs; held_out: (S, H), which pairs these are."""
    differences = pair_means(reduced - full, held_out)
    observed = float(differences.mean())
    means = resampled_means(differences, seed, draws)
    as_low = int((means - observed <= observed + 1e-12).sum())  # moved to a mean of zero, as the hypothesis has it
    return Loss(observed, (1 + as_low) / (1 + draws), float(means.std(ddof=1)), len(differences))


def band(correct: Doubles, held_out: Integers, seed: int = 0, draws: int = DRAWS) -> Band:
    """Of an accuracy, 95 % of the resampled means: correct (S, H), held_out (S, H)."""
    means = resampled_means(pair_means(correct, held_out), seed, draws)
    low, high = np.quantile(means, [0.025, 0.975])
    return Band(float(low), float(high))


def pair_means(values: Doubles, held_out: Integers) -> Doubles:
    """Each pair's mean over the splits that held it out, of the pairs that any did: (P,)."""
    pairs, place = np.unique(held_out, return_inverse=True)
    place = place.ravel()
    return np.bincount(place, weights=values.ravel(), minlength=len(pairs)) / np.bincount(place, minlength=len(pairs))


def resampled_means(values: Doubles, seed: int = 0, draws: int = DRAWS) -> Doubles:
    """Means of so many draws of all values with replacement: (draws,).

    There are few different values, and how often each is drawn is multinomial: the same chance as drawing pairs, at a
    cost that does not grow with them.
    """
    distinct, counts = np.unique(np.round(values, 12), return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(values), counts / len(values), size=draws)
    return drawn @ distinct / len(values)


def mcnemar(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> McNemar:
    """Whether each of H pairs is right, at full D and at D'."""
    from scipy.special import bdtrc  # the binomial tail; scipy.stats has it too, but takes a second to import

    lost, won = int(np.count_nonzero(before & ~after)), int(np.count_nonzero(after & ~before))
    return McNemar(lost, won, float(bdtrc(lost - 1, lost + won, 0.5)) if lost else 1.0)


def smallest_lossless(losses: Mapping[int, Loss]) -> int | None:
    """The least D' measured at which no loss is shown; None where each shows one."""
    return min((dimension for dimension, loss in losses.items() if loss.lossless), default=None)
