"""Mean: the average of the items, as it is.

Zaheer, Kottur, Ravanbakhsh, Poczos, Salakhutdinov and Smola: Deep sets. NeurIPS 2017 (the plainest of them: every
permutation-invariant function of a set is one of a sum over its items).

    f(G) = 1/|G| Σ x

The groups of the theorem in `core.groups.bound` are embedded so. Its length tells how alike the items are: of unit
vectors it is 1 where all are equal.
"""

from dataclasses import dataclass

from core.groups.sets import GroupEmbedder, Sets, check
from core.methods import Method
from core.progress import Progress, Report, silent
from core.results import Floats


@dataclass(frozen=True)
class Params:
    """There is nothing to set."""


@dataclass(frozen=True)
class Mean(GroupEmbedder):
    """(G, n, D) → (G, D)."""

    def embed(self, x: Floats) -> Floats:
        return x.mean(axis=1)


def fit(sets: Sets, params: Params, report: Report = silent) -> Mean:
    """sets: G ≥ 2 groups of D dimensions → a `Mean`; nothing is learned."""
    check(sets)
    report(Progress(1, 1, "nothing to learn"))
    return Mean()


METHOD = Method("mean", "Mean", Params, fit)
