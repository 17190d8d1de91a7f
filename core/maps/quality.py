"""How far a map can be trusted: trustworthiness and neighbour preservation.

Venna and Kaski: Neighborhood preservation in nonlinear projection methods. ICANN 2001.

Both compare the k nearest neighbours of a point on the map with the ranks that the same rows have in the
high-dimensional space. Up to `EXACT_ROWS` rows every row is asked; above, a seeded sample of `SAMPLE` rows is,
each against all the others, and the metrics hold `quality_sample`.
"""

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.maps.neighbours import Neighbours, normalised, without_self
from core.progress import Progress, Report, silent
from core.results import Floats

EXACT_ROWS = 10_000
SAMPLE = 2_000
NEIGHBOURS = 15
CHUNK_CELLS = 4_000_000


def quality(
    x: Floats,
    xy: Floats,
    metric: str = "euclidean",
    neighbours: int = NEIGHBOURS,
    seed: int = 0,
    report: Report = silent,
) -> dict[str, float]:
    """Trustworthiness and neighbour preservation of a map, both between 0 and 1 (1 is best).

    x: (N, D) float32, xy: (N, 2) float32; metric "euclidean" or "cosine" is that of x.
    `neighbours` is lowered to fit below N / 2, and given back as `quality_neighbours`.
    """
    check_rows(len(x), 4)
    neighbours = min(neighbours, (len(x) - 1) // 2)
    rows = _asked(len(x), seed)
    ranks = map_neighbour_ranks(x if metric == "euclidean" else normalised(x), xy, rows, neighbours, report)
    metrics = {
        "trustworthiness": _trustworthiness(ranks, len(x)),
        "neighbour_preservation": float((ranks <= neighbours).mean()),
        "quality_neighbours": neighbours,
    }
    return metrics if len(rows) == len(x) else metrics | {"quality_sample": len(rows)}


def check_rows(count: int, least: int) -> None:
    """Raises `BadInput` unless there are enough rows."""
    if count < least:
        raise BadInput(f"{count} rows are too few for a map: at least {least} are needed, add items or embed them")


def map_neighbour_ranks(
    x: Floats, xy: Floats, rows: NDArray[np.int64], neighbours: int, report: Report = silent
) -> NDArray[np.int64]:
    """The ranks in x (1 = nearest) of each asked row's nearest neighbours on the map: (M, neighbours).

    Rows at the same distance share the best of their ranks.
    """
    on_map = _nearest_on_map(xy, rows, neighbours)
    squares = np.einsum("nd,nd->n", x, x)
    size = max(1, CHUNK_CELLS // len(x))
    ranks = np.empty((len(rows), neighbours), dtype=np.int64)
    for start in range(0, len(rows), size):
        report(Progress(start, len(rows), "measuring how far the map can be trusted"))
        chunk = slice(start, start + size)
        offsets = squares - 2 * (x[rows[chunk]] @ x.T)  # squared distances less the rows' own norms: the same order
        ranks[chunk] = _ranks(offsets, rows[chunk], on_map[chunk])
    return ranks


def _asked(count: int, seed: int) -> NDArray[np.int64]:
    if count <= EXACT_ROWS:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, SAMPLE, replace=False))


def _nearest_on_map(xy: Floats, rows: NDArray[np.int64], neighbours: int) -> NDArray[np.int64]:
    from scipy.spatial import cKDTree

    distances, indices = cKDTree(xy).query(xy[rows], neighbours + 1, workers=-1)
    return without_self(Neighbours(indices, distances), rows).indices


def _ranks(distances: Floats, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many rows (but the row itself) lie nearer than each of the others, plus one."""
    reached = np.take_along_axis(distances, others, axis=1)
    distances[np.arange(len(rows)), rows] = np.inf
    nearer = [np.count_nonzero(distances < column[:, None], axis=1) for column in reached.T]
    return np.stack(nearer, axis=1) + 1


def _trustworthiness(ranks: NDArray[np.int64], count: int) -> float:
    asked, neighbours = ranks.shape
    intrusion = np.maximum(ranks - neighbours, 0).sum()
    return float(1 - intrusion * 2 / (asked * neighbours * (2 * count - 3 * neighbours - 1)))
