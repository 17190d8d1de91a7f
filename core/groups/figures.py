"""What is told of a comparison of group embeddings: means and sds over splits, and the paired test, as plain JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.clustering.metrics import mean_and_sd
from core.groups.compare import Curve
from core.groups.significance import paired


def points(curve: Curve, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """One a size: top1 and map are [mean, sd] over the splits."""
    return [
        {"size": size, "top1": mean_and_sd(top1.tolist()), "map": mean_and_sd(precision.tolist())}
        for size, top1, precision in zip(sizes, curve.top1, curve.mean_precision, strict=True)
    ]


def against_mean(curve: Curve, mean: Curve, sizes: Sequence[int], ratio: float) -> list[dict[str, Any]]:
    """One a size: for top1 and map, the difference, its 95 % interval, p, and whether it is better.

    ratio: groups asked about for each that was learned from.
    """
    return [
        {
            "size": size,
            "top1": _difference(curve.top1[row], mean.top1[row], ratio),
            "map": _difference(curve.mean_precision[row], mean.mean_precision[row], ratio),
        }
        for row, size in enumerate(sizes)
    ]


def _difference(method: Any, mean: Any, ratio: float) -> dict[str, Any]:
    found = paired(method, mean, ratio)
    return asdict(found) | {"better": found.better}
