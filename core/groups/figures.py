"""The figures of a comparison of group embeddings: means and sds over splits, and the paired test, size by size."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.groups.compare import Curve
from core.groups.significance import Difference, paired
from core.statistics import MeanAndSd


@dataclass(frozen=True)
class Point:
    """What a method finds at one size, over the splits."""

    size: int
    top1: MeanAndSd
    map: MeanAndSd


@dataclass(frozen=True)
class AgainstMean:
    """A method less the mean at one size, on the same groups."""

    size: int
    top1: Difference
    map: Difference

    def by(self, measure: str) -> Difference:
        """measure: "top1" or "map"."""
        return {"top1": self.top1, "map": self.map}[measure]


def points(curve: Curve, sizes: Sequence[int]) -> list[Point]:
    """One a size."""
    figures = zip(sizes, curve.top1.tolist(), curve.mean_precision.tolist(), strict=True)
    return [Point(size, MeanAndSd.of(top1), MeanAndSd.of(precision)) for size, top1, precision in figures]


def against_mean(curve: Curve, mean: Curve, sizes: Sequence[int], ratio: float) -> list[AgainstMean]:
    """One a size; ratio: groups asked about for each that was learned from."""
    return [
        AgainstMean(
            size,
            paired(curve.top1[row], mean.top1[row], ratio),
            paired(curve.mean_precision[row], mean.mean_precision[row], ratio),
        )
        for row, size in enumerate(sizes)
    ]
