"""Group Loss: soft assignments to latent groups, refined until the items of a set agree; these make the mean aware.

Elezi, Vascon, Torcinovich, Pelillo and Leal-Taixé: The group loss for deep metric learning. ECCV 2020.
Weibull: Evolutionary game theory. MIT Press, 1995 (replicator dynamics).

    X(t+1) = Q⁻¹(t) [X(t) ∘ Π(t)],  Π(t) = W X(t),  Q(t) = diag([X(t) ∘ Π(t)] 1)

W holds the Pearson correlations of the items, those below zero set to zero, the diagonal kept as in the authors' code.
The paper refines the class probabilities of a mini-batch, whose classes are known; a group met for the first time is of
no known class, so X(0) = softmax over k of cos(x, c_k) / τ, over prototypes c of latent groups (K-means on directions
of the training items), and the batch is the set itself: its items pull each other to the latent groups they share.

    f(G) = start(1/|G| Σ_x (x + w |x| Σ_k X_xk(T) c_k))

`start` is that of the whitened mean (`core.groups.whitened_mean`); w is chosen on training classes held out. Of the
paper's training of a whole network, only the refinement and these latent groups remain.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.groups.latent import Latent, find_latent, group_aware
from core.groups.sets import GroupEmbedder, Sets, check, several, unit
from core.groups.start import Start, start_of
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Floats

ROWS = 1_024
"""Rows of W that are made at once: a large set's matrix never lies in memory whole."""


@dataclass(frozen=True)
class Params:
    latent: int = param(32, "K: latent groups", minimum=2, maximum=4_096)
    temperature: float = param(0.1, "τ: how sharply an item chooses among them at first", minimum=0.01, maximum=10)
    rounds: int = param(3, "T: how often the assignments are refined", minimum=0, maximum=100)
    seed: int = param(0, "same seed, same latent groups", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True)
class GroupLoss(GroupEmbedder):
    """(G, n, D) → (G, D)."""

    start: Start
    latent: Latent
    weight: float
    rounds: int

    def embed(self, x: Floats) -> Floats:
        said = self.latent.mixed(refined(self.latent.likely(x), x, self.rounds), x)
        return self.start(x.mean(axis=1) + self.weight * said)


def refined(shares: Floats, x: Floats, rounds: int) -> Floats:
    """Replicator dynamics: shares (G, n, K) of the items x (G, n, D) → (G, n, K), sums of 1.

    An item that agrees with none, not even itself (all its coordinates are the same), keeps its own.
    """
    rows = unit(x - x.mean(axis=2, keepdims=True))
    for _ in range(rounds):
        grown = shares * _support(rows, shares)
        totals = grown.sum(axis=2, keepdims=True)
        shares = np.where(totals > 0, grown / np.where(totals > 0, totals, 1), shares)
    return shares


def _support(rows: Floats, shares: Floats) -> Floats:
    """Π = W X, some rows of W at a time."""
    parts = [
        np.maximum(rows[:, start : start + ROWS] @ rows.transpose(0, 2, 1), 0) @ shares
        for start in range(0, rows.shape[1], ROWS)
    ]
    return np.concatenate(parts, axis=1)


def fit(sets: Sets, params: Params, report: Report = silent) -> GroupLoss:
    """sets: G ≥ 2 groups of D dimensions → a `GroupLoss`.

    metrics: those of the start, weight w and its gain on held-out classes over the smallest.
    """
    check(sets)
    sets, bar = several(sets), Bar(report, 1)
    begun = start_of(sets, params.seed, bar.aside)

    def found(some: Sets) -> Latent:
        return find_latent(some, params.latent, params.temperature, lambda x, latent: latent.likely(x), params.seed)

    def made(start: Start, latent: Latent, weight: float) -> GroupLoss:
        return GroupLoss(start, latent, weight, params.rounds)

    embedder, metrics = group_aware(sets, begun, found, made, params.seed, bar.aside)
    bar.step(1, "found latent groups")
    return replace(embedder, metrics=metrics)


METHOD = Method("group-loss", "Group Loss, refined", Params, fit)
