"""What is told of a comparison of reducers: recall both ways, right pairs, losses and their power, as plain JSON.

`i2t` and `t2i` are top-1 accuracies, `recall` those at 5 and 10. `both` (their mean), `right` (how many of the held-out
images and captions), the band and every test are about recall@k at the k that was chosen.

Where an image has several captions, it asks once, and any of them may answer; each of them asks for itself (see
`core.reduction.retrieval`). What chance draws is images, each with all of its captions.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.clustering.metrics import mean_and_sd
from core.reduction.compare import Judged, Point
from core.reduction.significance import Loss, band, mcnemar, paired_bootstrap
from core.results import first_rows, numbered

WAYS: Mapping[str, str] = {"i2t": "image_to_text", "t2i": "text_to_image"}
DEPTHS = (1, 5, 10)

Rows = NDArray[np.int64]
Doubles = NDArray[np.float64]
Number = TypeVar("Number", np.int32, np.int64, np.float64)
Figures = dict[str, Any]


def whole_figures(whole: Judged, items: Rows, k: int = 1) -> Figures:
    """Of all dimensions: i2t and t2i are means over the splits, `sd` theirs; `band` holds 95 % of the resampled means.

    items: (S, H), the image of each held-out pair.
    """
    told = _told(whole, items, k)
    ways = _right(whole, items, k) | {"both": _correct(whole, items, k)}
    images = firsts(items, items)
    bands = {way: list(asdict(band(right, images)).values()) for way, right in ways.items()}
    means, sds = ({way: told[way][place] for way in WAYS} for place in (0, 1))
    return told | means | {"sd": sds, "band": bands}


def point_figures(point: Point, whole: Judged, items: Rows, loss: Loss, k: int = 1) -> Figures:
    """Of one D': i2t and t2i are [mean, sd] over the splits. mcnemar: of the first split, a test each way.

    McNemar's test takes captions of one image for independent; the loss, by the bootstrap, does not.
    """
    test = asdict(loss) | {"detectable_loss": loss.detectable_loss, "lossless": loss.lossless}
    before, after = _queries(whole, items), _queries(point.judged, items)
    changed = {way: asdict(mcnemar(before[way][0] < k, after[way][0] < k)) for way in WAYS}
    told = {"dim": point.dimension, **_told(point.judged, items, k), "seconds": round(point.seconds, 4)}
    return told | {name: value for name, value in test.items() if name != "pairs"} | {"mcnemar": changed}


def loss_of(point: Point, whole: Judged, items: Rows, k: int = 1) -> Loss:
    """The paired test of recall@k against all dimensions."""
    return paired_bootstrap(_correct(whole, items, k), _correct(point.judged, items, k), firsts(items, items))


def _told(judged: Judged, items: Rows, k: int) -> Figures:
    ways = _queries(judged, items)
    recalls = {depth: {way: mean_and_sd(_shares(ranks, depth)) for way, ranks in ways.items()} for depth in DEPTHS}
    right = {way: float((ranks < k).sum(axis=1).mean()) for way, ranks in ways.items()}
    more = {str(depth): recalls[depth] for depth in DEPTHS[1:]}
    both = mean_and_sd(_correct(judged, items, k).mean(axis=1).tolist())
    return {**recalls[1], "both": both, "right": right, "recall": more}


def _queries(judged: Judged, items: Rows) -> dict[str, NDArray[np.int32]]:
    """The ranks of what asks: of images (S, I), of captions (S, H)."""
    return {"i2t": firsts(judged.image_to_text, items), "t2i": judged.text_to_image}


def firsts(values: NDArray[Number], items: Rows) -> NDArray[Number]:
    """Of each image the value of its first row: (S, H) → (S, I)."""
    return np.stack([some[first_rows(mine)] for some, mine in zip(values, items, strict=True)])


def _shares(ranks: NDArray[np.int32], depth: int) -> list[float]:
    return (ranks < depth).mean(axis=1).tolist()


def _right(judged: Judged, items: Rows, k: int) -> dict[str, Doubles]:
    return image_values({way: getattr(judged, name) for way, name in WAYS.items()}, items, k)


def image_values(ranks: Mapping[str, NDArray[np.int32]], items: Rows, k: int) -> dict[str, Doubles]:
    """What each image adds to a way's recall, which is the mean of it: (S, I). ranks, items: (S, H)."""
    right = {way: (each < k).astype(np.float64) for way, each in ranks.items()}
    pairs = zip(right["t2i"], items, strict=True)
    summed = np.stack([np.bincount(numbered(mine), weights=some) for some, mine in pairs])
    return {"i2t": firsts(right["i2t"], items), "t2i": summed * (summed.shape[1] / items.shape[1])}


def _correct(judged: Judged, items: Rows, k: int) -> Doubles:
    """Both ways averaged: (S, I); with one caption an image, 0, ½ or 1."""
    ways = _right(judged, items, k)
    return (ways["i2t"] + ways["t2i"]) / 2
