"""DeepSets: a net over items, their average, a net over that; whatever it learns, the items' order changes nothing.

Zaheer, Kottur, Ravanbakhsh, Poczos, Salakhutdinov and Smola: Deep sets. NeurIPS 2017.

    f(G) = ρ(1/|G| Σ φ(x)),  φ(x) = (x, relu(U x + b)),  ρ(m, h) = start(m + V relu(P h + c))

The paper's sum is a mean here, so that groups of different sizes lie in one place. `start` is that of the whitened mean
(`core.groups.whitened_mean`). V begins at zero: untrained, the method is the whitened mean. How it is trained:
`core.groups.learning.trainer`.
"""

from dataclasses import dataclass

from core.groups.pooling import DeepSets
from core.groups.sets import Sets, check, several
from core.methods import Method, param
from core.progress import Report, silent


@dataclass(frozen=True)
class Params:
    hidden: int = param(128, "units of each net", minimum=1, maximum=4_096)
    steps: int = param(100, "steps of Adam", minimum=1, maximum=100_000)
    classes: int = param(64, "pairs of groups in a step", minimum=2, maximum=4_096)
    learning_rate: float = param(1e-4, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(0.5, "length of the noise on each item, its own being 1", minimum=0, maximum=10)
    seed: int = param(0, "same seed, same net", minimum=0, maximum=2**31 - 1)


def fit(sets: Sets, params: Params, report: Report = silent) -> DeepSets:
    """sets: G ≥ 2 groups of D dimensions → a `DeepSets`; of fewer than four groups nothing is learned.

    metrics: those of the start, best_step (0: no net helped on the classes held out), learned_gain there.
    """
    from core.groups.learning.pooling import train_deep_sets

    check(sets)
    return train_deep_sets(several(sets), params, report)


METHOD = Method("deepsets", "DeepSets", Params, fit)
