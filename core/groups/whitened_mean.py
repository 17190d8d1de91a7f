"""Whitened mean: the mean after directions in which groups vary within are made shorter, and a share of its length.

Hatch, Kajarekar and Stolcke: Within-class covariance normalization for SVM-based speaker recognition. Interspeech 2006.
Garcia-Romero and Espy-Wilson: Analysis of i-vector length normalization in speaker recognition systems. Interspeech
2011. Friedman: Regularized discriminant analysis. JASA, 1989 (the shrinkage).

    f(G) = |y|^(γ-1) y,  y = ((1 - λ) W + λ w̄ I)^-½ m

with m the mean of the items, W the covariance within the training groups and w̄ its mean variance. λ = 1, γ = 1 is the
mean, γ = 0 only its direction. λ and γ are chosen on training classes that are held out of W (`core.groups.choosing`).
This is where the learned methods begin: what they add to it is theirs.
"""

from dataclasses import dataclass

from core.groups.sets import Sets, check, several
from core.groups.start import WhitenedMean, start_of
from core.methods import Method, param
from core.progress import Bar, Report, silent


@dataclass(frozen=True)
class Params:
    seed: int = param(0, "same seed, same classes held out to choose by", minimum=0, maximum=2**31 - 1)


def fit(sets: Sets, params: Params, report: Report = silent) -> WhitenedMean:
    """sets: G ≥ 2 groups of D dimensions → a `WhitenedMean`; of fewer than four groups it is the mean."""
    check(sets)
    bar = Bar(report, 1)
    found = start_of(several(sets), params.seed, bar.aside)
    bar.step(1, "whitened")
    return WhitenedMean(found.start, metrics=found.metrics)


METHOD = Method("whitened-mean", "Whitened mean", Params, fit)
