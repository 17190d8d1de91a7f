"""The figures of a comparison of reducers: recall both ways, right pairs, losses and their power.

`i2t` and `t2i` are top-1 accuracies, `recall` those at 5 and 10. `both` (their mean), `right` (how many of the held-out
images and captions), the band and every test are about recall@k at the k that was chosen.

Where an image has several captions, it asks once, and any of them may answer; each of them asks for itself (see
`core.reduction.retrieval`). What chance draws is images, each with all of its captions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.reduction.compare import WAYS, EvaluatedRanks, Point
from core.reduction.significance import Loss, McNemar, band, mcnemar, paired_bootstrap
from core.results import first_rows, numbered
from core.statistics import MeanAndSd

DEPTHS = (1, 5, 10)

Rows = NDArray[np.int64]
Doubles = NDArray[np.float64]
Number = TypeVar("Number", np.int32, np.int64, np.float64)


@dataclass(frozen=True, kw_only=True)
class Recalls:
    """Over the splits. both: recall@k of both ways averaged; right: how many, by way; recall: by depth and way."""

    both: MeanAndSd
    right: Mapping[str, float]
    recall: Mapping[str, Mapping[str, MeanAndSd]]


@dataclass(frozen=True, kw_only=True)
class WholeFigures(Recalls):
    """Of all dimensions. i2t, t2i: means over the splits; sd: theirs. band: 95 % of the resampled means, by way."""

    i2t: float
    t2i: float
    sd: Mapping[str, float]
    band: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class PointFigures(Recalls):
    """Of one D', `dim`. difference … lossless: as in `Loss`. seconds: of one fit. mcnemar: of the first split, by way.

    McNemar's test takes captions of one image for independent; the loss, by the bootstrap, does not.
    """

    dim: int
    i2t: MeanAndSd
    t2i: MeanAndSd
    seconds: float
    difference: float
    p: float
    standard_error: float
    detectable_loss: float
    lossless: bool
    mcnemar: Mapping[str, McNemar]


def whole_figures(whole: EvaluatedRanks, items: Rows, k: int = 1) -> WholeFigures:
    """items: (S, H), the image of each held-out pair."""
    images, ways = firsts(items, items), _right(whole, items, k) | {"both": _correct(whole, items, k)}
    bands = {way: band(right, images) for way, right in ways.items()}
    top1 = _recalls(whole, items, 1)
    return WholeFigures(
        i2t=top1["i2t"].mean,
        t2i=top1["t2i"].mean,
        sd={way: each.sd for way, each in top1.items()},
        band={way: (each.low, each.high) for way, each in bands.items()},
        **_shared(whole, items, k),
    )


def point_figures(point: Point, whole: EvaluatedRanks, items: Rows, loss: Loss, k: int = 1) -> PointFigures:
    """items: (S, H), the image of each held-out pair; loss: against the whole."""
    before, after, top1 = _queries(whole, items), _queries(point.evaluated, items), _recalls(point.evaluated, items, 1)
    return PointFigures(
        dim=point.dimension,
        seconds=round(point.seconds, 4),
        difference=loss.difference,
        p=loss.p,
        standard_error=loss.standard_error,
        detectable_loss=loss.detectable_loss,
        lossless=loss.lossless,
        mcnemar={way: mcnemar(before[way][0] < k, after[way][0] < k) for way in WAYS},
        i2t=top1["i2t"],
        t2i=top1["t2i"],
        **_shared(point.evaluated, items, k),
    )


def loss_of(point: Point, whole: EvaluatedRanks, items: Rows, k: int = 1) -> Loss:
    """The paired test of recall@k against all dimensions."""
    return paired_bootstrap(_correct(whole, items, k), _correct(point.evaluated, items, k), firsts(items, items))


def _shared(evaluated: EvaluatedRanks, items: Rows, k: int) -> dict[str, Any]:
    """As `Recalls` has them."""
    return {
        "both": MeanAndSd.of(_correct(evaluated, items, k).mean(axis=1).tolist()),
        "right": {way: float((ranks < k).sum(axis=1).mean()) for way, ranks in _queries(evaluated, items).items()},
        "recall": {str(depth): _recalls(evaluated, items, depth) for depth in DEPTHS[1:]},
    }


def _recalls(evaluated: EvaluatedRanks, items: Rows, depth: int) -> dict[str, MeanAndSd]:
    shares = {way: (ranks < depth).mean(axis=1) for way, ranks in _queries(evaluated, items).items()}
    return {way: MeanAndSd.of(each.tolist()) for way, each in shares.items()}


def _queries(evaluated: EvaluatedRanks, items: Rows) -> dict[str, NDArray[np.int32]]:
    """The ranks of what asks: of images (S, I), of captions (S, H)."""
    return {"i2t": firsts(evaluated.i2t, items), "t2i": evaluated.t2i}


def firsts(values: NDArray[Number], items: Rows) -> NDArray[Number]:
    """Of each image the value of its first row: (S, H) → (S, I)."""
    return np.stack([some[first_rows(mine)] for some, mine in zip(values, items, strict=True)])


def _right(evaluated: EvaluatedRanks, items: Rows, k: int) -> dict[str, Doubles]:
    return image_values({way: getattr(evaluated, way) for way in WAYS}, items, k)


def image_values(ranks: Mapping[str, NDArray[np.int32]], items: Rows, k: int) -> dict[str, Doubles]:
    """What each image adds to a way's recall, which is the mean of it: (S, I). ranks, items: (S, H)."""
    right = {way: (each < k).astype(np.float64) for way, each in ranks.items()}
    pairs = zip(right["t2i"], items, strict=True)
    summed = np.stack([np.bincount(numbered(mine), weights=some) for some, mine in pairs])
    return {"i2t": firsts(right["i2t"], items), "t2i": summed * (summed.shape[1] / items.shape[1])}


def _correct(evaluated: EvaluatedRanks, items: Rows, k: int) -> Doubles:
    """Both ways averaged: (S, I); with one caption an image, 0, ½ or 1."""
    ways = _right(evaluated, items, k)
    return (ways["i2t"] + ways["t2i"]) / 2
