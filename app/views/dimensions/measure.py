"""What counts as a right match, and every figure of a curve by it, from the ranks of partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.reduction.figures import firsts, image_values
from core.reduction.significance import Loss, band, paired_bootstrap, smallest_lossless
from core.runs.reduction import ReductionRun

WAYS = {"both": "Mean of both", "i2t": "Image → text", "t2i": "Text → image"}
KEPT = 256
"""Figures that are held, of each sort: a curve by a measure never changes."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """What counts as right. way: one of `WAYS`; depth: the partner is among so many nearest."""

    way: str = "both"
    depth: int = 1

    @property
    def ways(self) -> tuple[str, ...]:
        return ("i2t", "t2i") if self.way == "both" else (self.way,)

    @property
    def name(self) -> str:
        return "Top-1" if self.depth == 1 else f"Recall@{self.depth}"

    @property
    def title(self) -> str:
        """`Top-1, mean of both`."""
        return f"{self.name}, {WAYS[self.way].lower()}"

    def correctness(self, ranks: Mapping[str, NDArray[np.int32]], items: NDArray[np.int64]) -> Doubles:
        """0 or 1, and ½ where the mean of both ways is asked for, of each image with all of its captions: (S, I).

        ranks, items: (S, H), the places of the held-out pairs' partners, and their images.
        """
        values = image_values(ranks, items, self.depth)
        return np.mean([values[way] for way in self.ways], axis=0)


def tries(curve: ReductionRun, by: Measure) -> int:
    """How many matches a split looks for: images ask once, captions each; of both, one a pair of answers."""
    return curve.held_out.shape[1] if by.way == "t2i" else int(curve.asks[0].sum())


@lru_cache(KEPT)
def losses(curve: ReductionRun, by: Measure) -> Mapping[int, Loss]:
    """Each D' against all dimensions, by the paired test."""
    full, images = by.correctness(curve.full, curve.items), firsts(curve.items, curve.items)
    both = zip(curve.dims.tolist(), _reduced(curve, by), strict=True)
    return {dimension: paired_bootstrap(full, at, images) for dimension, at in both}


def lossless(curve: ReductionRun, by: Measure) -> int | None:
    """The smallest D' at which no loss is shown."""
    return smallest_lossless(losses(curve, by))


@lru_cache(KEPT)
def level(curve: ReductionRun, by: Measure) -> tuple[float, float, float]:
    """What all dimensions give: mean over the splits, and the ends of its bootstrap band over pairs."""
    correct = by.correctness(curve.full, curve.items)
    ends = band(correct, firsts(curve.items, curve.items))
    return float(correct.mean()), ends.low, ends.high


@lru_cache(KEPT)
def mean_and_sd(curve: ReductionRun, by: Measure) -> tuple[Doubles, Doubles]:
    """The share of right matches over the splits, (M,) each; the sd of one split is 0."""
    each = np.stack([correct.mean(axis=-1) for correct in _reduced(curve, by)])
    return each.mean(axis=1), each.std(axis=1, ddof=1) if each.shape[1] > 1 else np.zeros(len(each))


def _reduced(curve: ReductionRun, by: Measure) -> list[Doubles]:
    """Of each D' what is right: (S, I) each."""
    places = range(len(curve.dims))
    return [by.correctness({way: ranks[at] for way, ranks in curve.reduced.items()}, curve.items) for at in places]
