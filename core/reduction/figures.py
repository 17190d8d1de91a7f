"""What is told of a comparison of reducers: recall both ways, right pairs, losses and their power, as plain JSON.

`i2t` and `t2i` are top-1 accuracies, `recall` those at 5 and 10. `both` (their mean), `right` (how many of the held-out
pairs), the band and every test are about recall@k at the k that was chosen.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.metrics import mean_and_sd
from core.reduction.compare import Judged, Point
from core.reduction.retrieval import correctness
from core.reduction.significance import Loss, band, mcnemar, paired_bootstrap

WAYS: Mapping[str, str] = {"i2t": "image_to_text", "t2i": "text_to_image"}
DEPTHS = (1, 5, 10)

Rows = NDArray[np.int64]
Figures = dict[str, Any]


def whole_figures(whole: Judged, held_out: Rows, k: int = 1) -> Figures:
    """Of all dimensions: i2t and t2i are means over the splits, `sd` theirs; `band` holds 95 % of the resampled means.

    held_out: (S, H), the pairs of each split.
    """
    told = _told(whole, k)
    ways = {way: (ranks < k).astype(np.float64) for way, ranks in _ways(whole).items()}
    ways["both"] = _correct(whole, k)
    bands = {way: list(asdict(band(right, held_out)).values()) for way, right in ways.items()}
    means, sds = ({way: told[way][place] for way in WAYS} for place in (0, 1))
    return told | means | {"sd": sds, "band": bands}


def point_figures(point: Point, whole: Judged, loss: Loss, k: int = 1) -> Figures:
    """Of one D': i2t and t2i are [mean, sd] over the splits. mcnemar: of the first split, a test each way."""
    test = asdict(loss) | {"detectable_loss": loss.detectable_loss, "lossless": loss.lossless}
    before, after = _ways(whole), _ways(point.judged)
    changed = {way: asdict(mcnemar(before[way][0] < k, after[way][0] < k)) for way in WAYS}
    told = {"dim": point.dimension, **_told(point.judged, k), "seconds": round(point.seconds, 4)}
    return told | {name: value for name, value in test.items() if name != "pairs"} | {"mcnemar": changed}


def loss_of(point: Point, whole: Judged, held_out: Rows, k: int = 1) -> Loss:
    """The paired test of recall@k against all dimensions."""
    return paired_bootstrap(_correct(whole, k), _correct(point.judged, k), held_out)


def _told(judged: Judged, k: int) -> Figures:
    ways = _ways(judged)
    recalls = {depth: {way: mean_and_sd(_shares(ranks, depth)) for way, ranks in ways.items()} for depth in DEPTHS}
    right = {way: float((ranks < k).sum(axis=1).mean()) for way, ranks in ways.items()}
    more = {str(depth): recalls[depth] for depth in DEPTHS[1:]}
    both = mean_and_sd(_correct(judged, k).mean(axis=1).tolist())
    return {**recalls[1], "both": both, "right": right, "recall": more}


def _ways(judged: Judged) -> dict[str, NDArray[np.int32]]:
    return {way: getattr(judged, name) for way, name in WAYS.items()}


def _shares(ranks: NDArray[np.int32], depth: int) -> list[float]:
    return (ranks < depth).mean(axis=1).tolist()


def _correct(judged: Judged, k: int) -> NDArray[np.float64]:
    return correctness(judged.image_to_text, judged.text_to_image, k)
