"""Latent groups: prototypes found among the training items, and how likely an item belongs to each.

Snell, Swersky and Zemel: Prototypical networks. NeurIPS 2017 (a softmax over prototypes). Dhillon and Modha: Concept
decompositions for large sparse text data using clustering. Machine Learning, 2001 (means on the sphere).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.groups.choosing import choose
from core.groups.sets import GroupEmbedder, Sets, unit
from core.groups.start import Begun, Start
from core.progress import Report, silent
from core.results import Floats, Integers

ROUNDS = 10
FOLDS = 4
"""Folds that the weight is chosen in: in each, prototypes are found anew."""
WEIGHTS = (0.1, 0.3, 1.0)
"""How much the latent groups may count beside the items; the smallest stays unless another is clearly better."""


@dataclass(frozen=True)
class Latent:
    """Prototypes and what they are usually given.

    prototypes: (K, D) float32, unit norm. expected: (K,) float32, E[p(G_k | x)] over the training items.
    """

    prototypes: Floats
    expected: Floats
    temperature: float

    def likely(self, x: Floats) -> Floats:
        """p(G_k | x) = softmax over k of cos(x, c_k) / τ: (…, D) → (…, K)."""
        return likely(x, self.prototypes, self.temperature)

    def mixed(self, shares: Floats, x: Floats) -> Floats:
        """The mean over a group's items of |x| Σ_k shares_k c_k: (G, n, K) of items (G, n, D) → (G, D)."""
        lengths = np.linalg.norm(x, axis=2, keepdims=True)
        return (lengths * shares).mean(axis=1) @ self.prototypes


Embedder = TypeVar("Embedder", bound=GroupEmbedder)

Assign = Callable[[Floats, Latent], Floats]
"""From items (N, D) what each latent group gets of them: (N, K); the largest entry tells an item's own."""


def likely(x: Floats, prototypes: Floats, temperature: float) -> Floats:
    """Softmax over k of cos(x, c_k) / τ: items (…, D) and prototypes (K, D), unit norm → (…, K), sums of 1."""
    scores = unit(x) @ prototypes.T / temperature
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def find_latent(sets: Sets, count: int, temperature: float, assign: Assign, seed: int) -> Latent:
    """Prototypes by K-means on directions, each round by `assign`; at most one for two items."""
    x = unit(sets.vectors)
    count = max(2, min(count, len(x) // 2))
    latent = _measured(x, _first(x, count, seed), temperature)
    before: Integers | None = None
    for _ in range(ROUNDS):
        own = assign(x, latent).argmax(axis=1)
        if before is not None and np.array_equal(own, before):
            break
        before = own
        latent = _measured(x, _moved(x, own, latent.prototypes), temperature)
    return latent


def group_aware(
    sets: Sets,
    begun: Begun,
    found: Callable[[Sets], Latent],
    embedder: Callable[[Start, Latent, float], Embedder],
    seed: int,
    report: Report = silent,
) -> tuple[Embedder, dict[str, float]]:
    """An embedder by latent groups of all training items, their weight chosen on classes held out; and its metrics."""

    def weighted(some: Sets) -> dict[float, GroupEmbedder]:
        latent = found(some)
        return {weight: embedder(begun.start, latent, weight) for weight in WEIGHTS}

    choice = choose(sets, WEIGHTS, weighted, seed, report, FOLDS)
    metrics = begun.metrics | {"weight": choice.setting, "weight_gain": choice.gain}
    return embedder(begun.start, found(sets), choice.setting), metrics


def _first(x: Floats, count: int, seed: int) -> Floats:
    """Rows far from each other (k-means++)."""
    from sklearn.cluster import kmeans_plusplus

    return kmeans_plusplus(x, count, random_state=seed)[0]


def _moved(x: Floats, own: Integers, prototypes: Floats) -> Floats:
    """The direction of each latent group's items; one without items stays where it is."""
    members = (own[:, None] == np.arange(len(prototypes))).astype(np.float32)
    return np.where(members.any(axis=0)[:, None], unit(members.T @ x), prototypes)


def _measured(x: Floats, prototypes: Floats, temperature: float) -> Latent:
    expected = likely(x, prototypes, temperature).mean(axis=0, dtype=np.float64)
    return Latent(prototypes, expected.astype(np.float32), temperature)
