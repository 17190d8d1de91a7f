"""Normalised mean: the direction of the average of the items' directions.

Snell, Swersky and Zemel: Prototypical networks for few-shot learning. NeurIPS 2017 (a class as the mean of its
embedded examples), here compared by cosine, as CLIP compares (Radford et al., ICML 2021).

    f(G) = m / |m|,  m = 1/|G| Σ x / |x|

Euclidean distance between unit vectors orders as the cosine does. What it forgets is how far the items spread.
"""

from dataclasses import dataclass

from core.groups.sets import GroupEmbedder, Sets, check, unit
from core.methods import Method
from core.progress import Progress, Report, silent
from core.results import Floats


@dataclass(frozen=True)
class Params:
    """There is nothing to set."""


@dataclass(frozen=True)
class NormalisedMean(GroupEmbedder):
    """(G, n, D) → (G, D), unit norm."""

    def embed(self, x: Floats) -> Floats:
        return unit(unit(x).mean(axis=1))


def fit(sets: Sets, params: Params, report: Report = silent) -> NormalisedMean:
    """sets: G ≥ 2 groups of D dimensions → a `NormalisedMean`; nothing is learned."""
    check(sets)
    report(Progress(1, 1, "nothing to learn"))
    return NormalisedMean()


METHOD = Method("normalised-mean", "Normalised mean", Params, fit)
