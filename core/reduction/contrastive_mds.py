"""Contrastive MDS: the contrastive map of all dimensions first, then a net that keeps its distances in few.

HaoChen, Wei, Gaidon and Ma: Provable guarantees for self-supervised deep learning with spectral contrastive loss.
NeurIPS 2021. Kruskal: Multidimensional scaling by optimizing goodness of fit to a nonmetric hypothesis.
Psychometrika, 1964.

Cut after D' directions, the contrastive map loses what the others tell of a pair, little each but much together. Here
no direction is cut off: isometric neural MDS keeps the cosines that the whole map makes, and the weak directions share
dimensions. See `core.reduction.contrastive` and `core.reduction.isometric`.
"""

from dataclasses import dataclass, replace

from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.reduction import contrastive, isometric
from core.reduction.checks import check
from core.results import Pairs, Reducer

STEPS = 1_000
"""Of the bar."""
CHOOSING = 100
"""Of these, for the contrastive map."""


@dataclass(frozen=True)
class Params(isometric.Params):
    folds: int = param(5, "parts of the pairs that take turns to judge the settings", minimum=2, maximum=20)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer`; metrics: those of both stages, history: the stress of the second."""
    from core.reduction.learning.neural_mds import learn

    check(pairs, params.dimensions)
    bar = Bar(report, STEPS)
    whole = contrastive.solved(pairs, pairs.dimensions, params.folds, params.seed, bar.part(0, CHOOSING))
    rest = bar.part(CHOOSING, STEPS - CHOOSING)
    found = learn(pairs, params, isometric.stress, "keeping distances", rest, whole.image.linear)
    return replace(found, metrics={**whole.metrics, **found.metrics})


METHOD = Method("contrastive-mds", "Contrastive MDS", Params, fit)
