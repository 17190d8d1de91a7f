"""DeepSets: a net over items, their average, a net over that; whatever it learns, the items' order changes nothing.

Zaheer, Kottur, Ravanbakhsh, Poczos, Salakhutdinov and Smola: Deep sets. NeurIPS 2017.

    f(G) = ρ(1/|G| Σ φ(x)),  φ(x) = (x, relu(U x + b)),  ρ(m, h) = start(m + V relu(P h + c))

The paper's sum is a mean here, so that groups of different sizes lie in one place. `start` is that of the whitened mean
(`core.groups.whitened_mean`). V begins at zero: untrained, the method is the whitened mean. How it is taught:
`core.groups.learning.lesson`.
"""

from dataclasses import dataclass

import numpy as np

from core.groups.checks import check, several
from core.groups.sets import GroupEmbedder, Sets
from core.groups.start import Start
from core.methods import Method, param
from core.progress import Report, silent
from core.results import Floats


@dataclass(frozen=True)
class Params:
    hidden: int = param(128, "units of each net", minimum=1, maximum=4_096)
    steps: int = param(100, "steps of Adam", minimum=1, maximum=100_000)
    classes: int = param(64, "pairs of groups in a step", minimum=2, maximum=4_096)
    learning_rate: float = param(1e-4, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(0.5, "length of the noise on each item, its own being 1", minimum=0, maximum=10)
    seed: int = param(0, "same seed, same net", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True)
class DeepSets(GroupEmbedder):
    """(G, n, D) → (G, D). item U: (H, D), inner P: (H, H), their biases: (H,), output V: (D, H); all float32."""

    start: Start
    item: Floats
    item_bias: Floats
    inner: Floats
    inner_bias: Floats
    output: Floats

    def embed(self, x: Floats) -> Floats:
        pooled = np.maximum(x @ self.item.T + self.item_bias, 0).mean(axis=1)
        return self.start(x.mean(axis=1) + np.maximum(pooled @ self.inner.T + self.inner_bias, 0) @ self.output.T)


def fit(sets: Sets, params: Params, report: Report = silent) -> DeepSets:
    """sets: G ≥ 2 groups of D dimensions → a `DeepSets`; of fewer than four groups nothing is learned.

    metrics: those of the start, best_step (0: no net helped on the classes held out), learned_gain there.
    """
    from core.groups.learning.pooling import teach_deep_sets

    check(sets)
    return teach_deep_sets(several(sets), params, report)


METHOD = Method("deepsets", "DeepSets", Params, fit)
