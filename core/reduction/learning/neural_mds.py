"""What isometric and isotonic neural MDS share: pairs of rows drawn on the fly, and a loss on their similarities.

Kruskal: Multidimensional scaling by optimizing goodness of fit to a nonmetric hypothesis. Psychometrika, 1964.
Classical MDS finds points; here a net g: ℝ^D → ℝ^D' is learned, so that any row can be transformed.

A step draws B pairs, 2 B rows: all (2 B)² similarities between them are image–image, text–text and image–text pairs at
once. d and e are cosines about the mean of each modality, in the space given and in the new one: what search compares,
less the gap between the modalities. Noise on the rows keeps the net from learning the few rows there are by heart.
Some tens of millions of draws are enough: top-1 at D' = 64 is the same with four times as many.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.progress import Bar, Report
from core.reduction.checks import check
from core.reduction.learning.net import Net, descend, jittered, unit
from core.results import Floats, Pairs, Reducer

Stress = Callable[[Tensor, Tensor, torch.Generator], Tensor]
"""From cosines before and after, both (M, M) of M drawn rows, to what is to become small."""


def learn(
    pairs: Pairs, params: Any, stress: Stress, message: str, report: Report, space: Floats | None = None
) -> Reducer:
    """A net that keeps what `stress` asks for, from `params.draws` pairs or quads in all, (2 B)² a step.

    space: (S, D) linear map, S ≥ D', of centred rows to where the cosines to keep are taken; its first rows are what
    the net begins with. Without it they are taken in the space given, and the net begins as PCA.
    """
    check(pairs, params.dimensions)
    generator = torch.Generator().manual_seed(params.seed)
    net = Net(pairs, params.dimensions, params.hidden, generator, space)
    draw = net.batches(pairs, params.batch, np.random.default_rng(params.seed))
    target = None if space is None else torch.from_numpy(space.T.copy()).to(net.device)

    def loss() -> Tensor:
        rows = jittered(draw(), params.noise, generator)
        before = rows if target is None else rows @ target
        return stress(cosines(before), cosines(net(rows)), generator)

    steps = steps_for(params.draws, min(params.batch, len(pairs)))
    bar = Bar(report, steps)
    bar.step(0, message)
    losses = descend(net.parameters(), loss, steps, params.learning_rate, bar, message)
    return Reducer(*net.projections(), metrics={"stress": losses[-1]}, history={"stress": losses})


def steps_for(draws: int, batch: int) -> int:
    """How many steps make at least so many draws."""
    return -(-draws // (2 * batch) ** 2)


def cosines(x: Tensor) -> Tensor:
    """(M, D) → (M, M)."""
    unit_rows = unit(x)
    return unit_rows @ unit_rows.T
