"""Auto-encoder: a net squeezes a row through a bottleneck so that another can rebuild it.

Hinton and Salakhutdinov: Reducing the dimensionality of data with neural networks. Science, 2006.

One net for images and captions, each about its own mean; it begins as PCA, which is the best linear one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.reduction.checks import check
from core.results import Pairs, Reducer

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep: the bottleneck", minimum=2, maximum=65_536)
    hidden: int = param(256, "hidden units before and after the bottleneck", minimum=1, maximum=65_536)
    epochs: int = param(100, "epochs through the pairs", minimum=1, maximum=100_000)
    batch: int = param(256, "images with their captions at once", minimum=8, maximum=16_384)
    learning_rate: float = param(0.001, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(1.0, "length of the noise on each row, which has about that length", minimum=0, maximum=100)
    seed: int = param(0, "same seed, same reducer", minimum=0, maximum=2**31 - 1)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer`; its history holds the mean squared error a row."""
    import torch

    from core.reduction.learning.net import Decoder, Net, descend, jittered

    check(pairs, params.dimensions)
    generator = torch.Generator().manual_seed(params.seed)
    encoder = Net(pairs, params.dimensions, params.hidden, generator)
    decoder = Decoder(encoder.linear, params.hidden, generator)
    draw = encoder.batches(pairs, params.batch, np.random.default_rng(params.seed))

    def loss() -> "Tensor":
        rows = draw()
        return (decoder(encoder(jittered(rows, params.noise, generator))) - rows).square().sum(1).mean()

    steps = params.epochs * max(1, round(len(pairs) / params.batch))
    message, parameters = "learning to rebuild rows", [*encoder.parameters(), *decoder.parameters()]
    losses = descend(parameters, loss, steps, params.learning_rate, Bar(report, steps), message)
    return Reducer(*encoder.projections(), metrics={"error": losses[-1]}, history={"error": losses})


METHOD = Method("autoencoder", "Auto-encoder", Params, fit)
