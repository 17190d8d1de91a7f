"""Attention pooling: a weighted mean of the items; a small net learns which of them say most about their group.

Ilse, Tomczak and Welling: Attention-based deep multiple instance learning. ICML 2018 (the gated weights).
Lee, Lee, Kim, Kosiorek, Choi and Teh: Set transformer. ICML 2019 (pooling by attention from a learned seed).

    f(G) = start(Σ a x),  a = softmax over the items of vᵀ (tanh(U x + b) ∘ σ(T x + c))

`start` is that of the whitened mean (`core.groups.whitened_mean`). v begins at zero: untrained, all weights are equal
and the method is the whitened mean. How it is trained: `core.groups.learning.trainer`.
"""

from dataclasses import dataclass

from core.groups.pooling import Attention
from core.groups.sets import Sets, check, several
from core.methods import Method, param
from core.progress import Report, silent


@dataclass(frozen=True)
class Params:
    hidden: int = param(64, "units that look at an item", minimum=1, maximum=4_096)
    steps: int = param(100, "steps of Adam", minimum=1, maximum=100_000)
    classes: int = param(64, "pairs of groups in a step", minimum=2, maximum=4_096)
    learning_rate: float = param(0.003, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(0.5, "length of the noise on each item, its own being 1", minimum=0, maximum=10)
    seed: int = param(0, "same seed, same net", minimum=0, maximum=2**31 - 1)


def fit(sets: Sets, params: Params, report: Report = silent) -> Attention:
    """sets: G ≥ 2 groups of D dimensions → an `Attention`; of fewer than four groups nothing is learned.

    metrics: those of the start, best_step (0: no weights helped on the classes held out), learned_gain there.
    """
    from core.groups.learning.pooling import train_attention

    check(sets)
    return train_attention(several(sets), params, report)


METHOD = Method("attention", "Attention pooling", Params, fit)
