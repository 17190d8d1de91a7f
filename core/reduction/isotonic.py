"""Isotonic neural MDS: a net that keeps which of two pairs is the nearer one, whatever the distances become.

Kruskal: Nonmetric multidimensional scaling: a numerical method. Psychometrika, 1964.
Agarwal, Wills, Cayton, Lanckriet, Kriegman and Belongie: Generalized non-metric multidimensional scaling. AISTATS 2007
(quads: d(i, j) < d(k, l) ⇒ e(i, j) < e(k, l)).

Over quads of image–image, text–text and image–text pairs: mean softplus(±(e_ij - e_kl) / τ), signed so that a quad in
the right order costs nothing. A step's pairs are compared with the same pairs moved on by a random step: quads are
never stored. See `core.reduction.learning.neural_mds`.
"""

from dataclasses import dataclass
from functools import partial
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
    draws: int = param(40_000_000, "quads of rows to learn from", minimum=1, maximum=10**12)
    batch: int = param(256, "images with their captions at once", minimum=8, maximum=16_384)
    learning_rate: float = param(0.001, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(2.0, "length of the noise on each row, which is of about half that", minimum=0, maximum=100)
    temperature: float = param(0.01, "cosines closer than this count as nearly in order", minimum=1e-5, maximum=10)
    hidden: int = param(0, "hidden units beside the linear map", minimum=0, maximum=65_536)
    seed: int = param(0, "same seed, same reducer", minimum=0, maximum=2**31 - 1)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer`; its history holds the loss as `stress`."""
    from core.reduction.learning.neural_mds import learn

    stress = partial(disorder, temperature=params.temperature)
    return learn(pairs, params, stress, "keeping the order of distances", report)


def disorder(before: "Tensor", after: "Tensor", generator: "torch.Generator", temperature: float) -> "Tensor":
    """The mean over (M, M) quads of τ softplus(-s Δ / τ): Δ the difference after, s the sign of that before."""
    import torch

    step = int(torch.randint(1, before.numel(), (1,), generator=generator))
    sign = (before.flatten() - before.flatten().roll(step)).sign()
    difference = after.flatten() - after.flatten().roll(step)
    return temperature * torch.nn.functional.softplus(sign * difference / -temperature).mean()


METHOD = Method("isotonic", "Neural MDS, isotonic", Params, fit)
