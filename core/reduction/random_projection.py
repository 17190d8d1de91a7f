"""Random projection: directions drawn by chance, from normal numbers.

Johnson and Lindenstrauss: Extensions of Lipschitz mappings into a Hilbert space. Contemporary Mathematics, 1984.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.reduction.checks import check
from core.results import Pairs, Projection, Reducer


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)
    seed: int = param(0, "same seed, same directions", minimum=0, maximum=2**31 - 1)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer`; the pairs' values have no part in it."""
    from sklearn.random_projection import GaussianRandomProjection

    return projected(pairs, params, GaussianRandomProjection, report)


def projected(pairs: Pairs, params: Any, kind: Any, report: Report) -> Reducer:
    """A reducer of scikit-learn's directions, the same for images and captions, about the origin."""
    check(pairs, params.dimensions)
    model = kind(params.dimensions, random_state=params.seed).fit(np.zeros((1, pairs.dimensions)))
    drawn = model.components_
    directions = Projection.straight(drawn.toarray() if hasattr(drawn, "toarray") else drawn)
    report(Progress(1, 1, "drew the directions"))
    return Reducer(directions, directions)


METHOD = Method("random-projection", "Random projection", Params, fit)
