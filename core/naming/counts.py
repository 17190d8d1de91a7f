"""How many items of each group have each phrase in their captions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.naming.phrases import Lexicon
from core.results import Integers

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Doubles = NDArray[np.float64]

LEAST = 2
"""Items that a phrase must be of: fewer say nothing of a group, and would be most of all phrases."""


@dataclass(frozen=True)
class Counts:
    """Of V phrases in G groups. within: (G, V) int64, items of a group that have the phrase; sizes: (G,), its items
    with a caption. totals: (V,), items of any group or none that have it; items: how many have a caption."""

    within: "csr_array"
    sizes: Integers
    totals: Integers
    items: int

    def __post_init__(self) -> None:
        if not self.items:
            raise BadInput("no item has a caption: bring captions, or give the names to choose from")
        groups, phrases = self.within.shape
        if self.sizes.shape != (groups,) or self.totals.shape != (phrases,):
            raise BadInput(f"sizes {self.sizes.shape}, totals {self.totals.shape}: ({groups},), ({phrases},) needed")

    def pairs(self) -> tuple[Integers, Integers, Integers]:
        """Group, phrase and count wherever a group has a phrase: (E,), (E,), (E,), group after group."""
        groups = np.repeat(np.arange(len(self.sizes)), np.diff(self.within.indptr))
        return groups, self.within.indices.astype(np.int64), self.within.data

    def of(self, group: int) -> Integers:
        """How many items of a group have each phrase that it has: (P,)."""
        return self.within.data[slice(*self.within.indptr[group : group + 2])]


@dataclass(frozen=True)
class Weights:
    """How much a phrase says of a group, wherever a group has one: group, phrase (E,) int64, weight (E,) float64.

    Group after group, as `Counts.pairs` gives them. metrics: figures of the whole.
    """

    group: Integers
    phrase: Integers
    weight: Doubles
    metrics: Mapping[str, float] = field(default_factory=dict)

    def of(self, group: int) -> tuple[Integers, Doubles]:
        """The phrases of a group and their weights: (P,), (P,)."""
        here = slice(*np.searchsorted(self.group, [group, group + 1]))
        return self.phrase[here], self.weight[here]


def counts(lexicon: Lexicon, wording: Integers, group: Integers, groups: int) -> tuple[Counts, list[str]]:
    """Of items (N,), their caption's row in the lexicon (-1: none) and their group (-1: none); and the V phrases.

    Phrases that fewer than two items have are left out.
    """
    from scipy.sparse import csr_array

    known = wording >= 0
    captions = lexicon.held.shape[0]
    totals = np.asarray(np.bincount(wording[known], minlength=captions) @ lexicon.held, dtype=np.int64)
    kept = np.flatnonzero(totals >= min(LEAST, max(int(known.sum()), 1)))
    inside = known & (group >= 0)
    ones = np.ones(int(inside.sum()), dtype=np.int64)
    members = csr_array((ones, (group[inside], wording[inside])), shape=(groups, captions))
    within = csr_array(members @ lexicon.held[:, kept])
    within.eliminate_zeros()
    found = Counts(
        within, np.bincount(group[inside], minlength=groups).astype(np.int64), totals[kept], int(known.sum())
    )
    return found, [lexicon.written[phrase] for phrase in kept.tolist()]
