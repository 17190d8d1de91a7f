"""Very sparse random projection: random directions of few entries, √D times cheaper and nearly as good.

Li, Hastie and Church: Very sparse random projections. KDD 2006.
"""

from dataclasses import dataclass

from core.methods import Method, param
from core.progress import Report, silent
from core.reduction.random_projection import projected
from core.results import Pairs, Reducer


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)
    seed: int = param(0, "same seed, same directions", minimum=0, maximum=2**31 - 1)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer` with 1 / √D of the entries, all ±√(√D / D')."""
    from sklearn.random_projection import SparseRandomProjection

    return projected(pairs, params, SparseRandomProjection, report)


METHOD = Method("sparse-projection", "Very sparse random projection", Params, fit)
