"""Momentum group features (SMoG): a projection learned by contrasting items with the running features of groups.

Pang, Zhang, Li, Cai and Lu: Unsupervised visual representation learning by synchronous momentum grouping. ECCV 2022.

    g_k ← unit(β g_k + (1 - β) mean of f(x) over the batch's items of group k)
    L = -log exp(f(xᵃ)ᵀ c / τ) / Σ_k exp(f(xᵃ)ᵀ g_k / τ),  c the feature g_k of the group of the partner xᵇ

Gradients flow through what a step adds to g_k, which is what sets SMoG apart from clustering in turns. What differs
here: f is a linear projection A of frozen embeddings, made unit vectors; the views xᵃ, xᵇ are two items of one training
group, with noise; and the groups are those given, so there is no regrouping. A group is embedded as
|y|^(γ-1) y, y = A m, with m the mean of its items. A begins at the map of the whitened mean
(`core.groups.whitened_mean`), γ is the one chosen there. Early stopping: `core.groups.learning.trainer`.
"""

from dataclasses import dataclass

from core.groups.sets import Sets, check, several
from core.groups.start import WhitenedMean
from core.methods import Method, param
from core.progress import Report, silent


@dataclass(frozen=True)
class Params:
    momentum: float = param(0.9, "β: how much of a group's feature a step keeps", minimum=0, maximum=0.9999)
    temperature: float = param(0.1, "τ: how sharply items choose among groups", minimum=0.01, maximum=10)
    steps: int = param(100, "steps of Adam", minimum=1, maximum=100_000)
    classes: int = param(256, "items, each with a partner, in a step", minimum=2, maximum=16_384)
    learning_rate: float = param(3e-4, "step size of Adam", minimum=1e-6, maximum=1)
    noise: float = param(0.5, "length of the noise on each item, its own being 1", minimum=0, maximum=10)
    seed: int = param(0, "same seed, same projection", minimum=0, maximum=2**31 - 1)


def fit(sets: Sets, params: Params, report: Report = silent) -> WhitenedMean:
    """sets: G ≥ 2 groups of D dimensions → a `WhitenedMean` by the learned projection; of fewer than four, the mean.

    metrics: those of the start, best_step (0: no projection helped on the classes held out), learned_gain there.
    """
    from core.groups.learning.momentum import train

    check(sets)
    return train(several(sets), params, report)


METHOD = Method("smog", "Momentum groups (SMoG)", Params, fit)
