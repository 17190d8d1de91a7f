"""PCA: the two directions along which the rows differ most. Exact, quick, and global distances stay honest.

Pearson: On lines and planes of closest fit to systems of points in space. Philosophical Magazine, 1901.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import BadInput
from core.maps.quality import check_rows
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.results import Floats, Map


@dataclass(frozen=True)
class Params:
    whiten: bool = param(False, "give both axes unit variance")


def fit(x: Floats, params: Params, report: Report = silent) -> Map:
    """x: (N, D) float32 → a `Map` whose metrics hold the share of the variance that each axis explains."""
    report(Progress(0, 1, "finding the two axes"))
    model = _fit(x, params)
    explained = np.nan_to_num(model.explained_variance_ratio_)
    metrics = {"explained_variance_1": float(explained[0]), "explained_variance_2": float(explained[1])}
    report(Progress(1, 1, "placed", metrics))
    return Map(_project(model, x), metrics)


def place(x: Floats, xy: Floats, x_new: Floats, params: Params, report: Report = silent) -> Floats:
    """New rows on the axes of x: (M, 2) float32."""
    report(Progress(0, 1, "finding the two axes"))
    return _project(_fit(x, params), x_new)


def _fit(x: Floats, params: Params) -> Any:
    from sklearn.decomposition import PCA

    check_rows(len(x), 3)
    if x.shape[1] < 2:
        raise BadInput(f"rows of {x.shape[1]} number have no second axis: at least 2 dimensions are needed")
    with np.errstate(invalid="ignore", divide="ignore"):
        return PCA(2, whiten=params.whiten, svd_solver="full" if min(x.shape) <= 500 else "covariance_eigh").fit(x)


def _project(model: Any, x: Floats) -> Floats:
    return np.nan_to_num(model.transform(x)).astype(np.float32)


METHOD = Method("pca", "PCA", Params, fit, place)
