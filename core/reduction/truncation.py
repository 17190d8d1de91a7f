"""Truncation: the first coordinates as they are, the rest left out.

Kusupati, Bhatt, Rege and others: Matryoshka representation learning. NeurIPS 2022 (models trained for it lose little;
CLIP is not, and here one sees what that costs).
"""

from dataclasses import dataclass

import numpy as np

from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.reduction.checks import check
from core.results import Pairs, Projection, Reducer


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer`."""
    check(pairs, params.dimensions)
    first = Projection.straight(np.eye(params.dimensions, pairs.dimensions, dtype=np.float32))
    report(Progress(1, 1, "kept the first coordinates"))
    return Reducer(first, first)


METHOD = Method("truncation", "First coordinates", Params, fit)
