r"""How many dimensions the data has by itself: the variance of its principal components, and TwoNN.

Facco, d'Errico, Rodriguez and Laio: Estimating the intrinsic dimension of datasets by a minimal neighborhood
information. Scientific Reports 7, 2017.

Where points lie evenly about each other in d dimensions, the ratio $\mu$ of the distances to the second and the first
neighbour has the distribution $F(\mu) = 1 - \mu^{-d}$. The estimate is the paper's: the slope of
$-\log(1 - F_{empirical}(\mu))$ against $\log \mu$, a line through the origin, the largest 10 % of the ratios left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.maps.neighbours import Searcher
from core.progress import Progress, Report, silent
from core.results import Floats, Pairs

Doubles = NDArray[np.float64]

LEFT_OUT = 0.1
"""Share of the ratios, the largest, where the assumption of even density holds least."""
MOST_ROWS = 20_000
LEAST_ROWS = 20
CHUNK = 4_096


@dataclass(frozen=True)
class IntrinsicDimension:
    """An estimate, and from how many rows: equal rows count once, and above `MOST_ROWS` a seeded sample is taken."""

    value: float
    rows: int
    sampled: bool = False


def two_nn(x: Floats, seed: int = 0, report: Report = silent) -> IntrinsicDimension:
    """The intrinsic dimension of rows (N, D) float32; raises `BadInput` for fewer than 20 different ones."""
    rows = np.unique(x, axis=0)
    if len(rows) < LEAST_ROWS:
        raise BadInput(f"{len(rows)} different rows are too few for their dimension: {LEAST_ROWS} are needed")
    if sampled := len(rows) > MOST_ROWS:
        rows = rows[np.random.default_rng(seed).choice(len(rows), MOST_ROWS, replace=False)]
    ratios = np.sort(_ratios(rows, report))
    kept = int((1 - LEFT_OUT) * len(ratios))
    logs, heights = np.log(ratios[:kept]), -np.log1p(-np.arange(1, kept + 1) / len(ratios))
    return IntrinsicDimension(float(logs @ heights / (logs @ logs)), len(rows), sampled)


def _ratios(rows: Floats, report: Report) -> Doubles:
    """Distance to the second neighbour by that to the first: (N,), 1 or more."""
    near = Searcher(rows, "euclidean").among(2, report).indices
    distances = [np.concatenate(list(_distances(rows, near[:, place]))) for place in (0, 1)]
    first, second = np.sort(distances, axis=0)
    return np.where(first > 0, second / np.where(first > 0, first, 1), 1)


def _distances(rows: Floats, others: NDArray[np.int64]) -> Iterator[Doubles]:
    """From the differences: the neighbours' own distances are of float32 products, too coarse for close rows."""
    for start in range(0, len(rows), CHUNK):
        here = slice(start, start + CHUNK)
        yield np.linalg.norm(rows[here].astype(np.float64) - rows[others[here]], axis=1)


def explained_variance(pairs: Pairs, report: Report = silent) -> Floats:
    """The share of the variance along each principal component, largest first: (D,) float32, sum 1.

    Images and captions together, each about their own mean.
    """
    total = np.zeros((pairs.dimensions, pairs.dimensions))
    for number, x in enumerate((pairs.image, pairs.text)):
        report(Progress(number, 2, "measuring the variance"))
        mean = x.mean(axis=0, dtype=np.float64)
        for start in range(0, len(x), CHUNK):
            part = x[start : start + CHUNK] - mean
            total += part.T @ part
    shares = np.maximum(np.linalg.eigvalsh(total)[::-1], 0)
    return (shares / shares.sum()).astype(np.float32) if shares.any() else np.zeros(len(shares), dtype=np.float32)
