r"""What a group's items are more like than the others', in the embedding: a direction a group.

$d_g = \bar x_g - \bar x_{\neg g}$, the mean of the group's unit vectors less that of all other items; a text t is the
more the group's own the larger $\cos(t, d_g)$. The difference takes away what every image is like, the modality gap
among it, so that a text that is near all images gains nothing.
"""

import numpy as np

from core.errors import BadInput
from core.maps.neighbours import normalised
from core.results import Floats, Integers
from core.semantics.directions import SMALLEST


def directions(x: Floats, group: Integers, groups: int) -> Floats:
    """Of rows (N, D), each in a group 0 … G - 1 or in none (-1): (G, D) float32, unit norm; zeros for a group that is
    as the others are, but for rounding. Raises `BadInput` where all rows are in one group."""
    from scipy.sparse import csr_array

    counts = np.bincount(group[group >= 0], minlength=groups)
    if len(x) - counts.max(initial=0) < 1:
        raise BadInput("all items are in one group: there are no others to tell it from, choose another grouping")
    rows = np.flatnonzero(group >= 0)
    members = csr_array((np.ones(len(rows), np.float32), (group[rows], rows)), shape=(groups, len(x)))
    sums, total = (members @ x).astype(np.float64), x.sum(axis=0, dtype=np.float64)
    own = sums / np.maximum(counts, 1)[:, None]
    found = own - (total - sums) / (len(x) - counts)[:, None]
    found[np.linalg.norm(found, axis=1) < SMALLEST] = 0
    return normalised(found.astype(np.float32))


def nearest_rows(vectors: Floats, direction: Floats, rows: Integers, wording: Integers, count: int) -> Integers:
    """Of some rows (R,), those whose vectors (N, D) lie most along a direction (D,), one a wording (N,)."""
    order = rows[np.argsort(-(vectors[rows] @ direction), kind="stable")]
    _, first = np.unique(wording[order], return_index=True)
    return order[np.sort(first)][:count]
