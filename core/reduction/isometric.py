"""Isometric neural MDS: a net whose distances are those of the full space, by least squares.

Kruskal: Multidimensional scaling by optimizing goodness of fit to a nonmetric hypothesis. Psychometrika, 1964 (stress).

Over image–image, text–text and image–text pairs: mean (d_ij - e_ij)², with cosines about each modality's mean; see
`core.reduction.learning.neural_mds`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.methods import Method, param
from core.progress import Report, silent
from core.results import Pairs, Reducer

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)
    draws: int = param(40_000_000, "pairs of rows to learn from", minimum=1, maximum=10**12)
    batch: int = param(256, "images with their captions at once", minimum=8, maximum=16_384)
    learning_rate: float = param(0.005, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(0.5, "length of the noise on each row, which is of about twice that", minimum=0, maximum=100)
    hidden: int = param(0, "hidden units beside the linear map", minimum=0, maximum=65_536)
    seed: int = param(0, "same seed, same reducer", minimum=0, maximum=2**31 - 1)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer`; its history holds the stress."""
    from core.reduction.learning.neural_mds import learn

    return learn(pairs, params, stress, "keeping distances", report)


def stress(before: "Tensor", after: "Tensor", generator: "torch.Generator") -> "Tensor":
    """Mean squared difference of the cosines of different rows: (M, M) twice."""
    count = len(before)
    return (before - after).square().sum() / (count * (count - 1))


METHOD = Method("isometric", "Neural MDS, isometric", Params, fit)
