"""PCA: the directions along which images and captions differ most, each modality about its own mean.

Pearson: On lines and planes of closest fit to systems of points in space. Philosophical Magazine, 1901.

Images and captions lie in two cones apart (Liang, Zhang, Kwon, Yeung and Zou: Mind the gap. NeurIPS 2022); the gap
between them tells nothing of which caption belongs to which image, and centring each modality takes it away.
"""

from dataclasses import dataclass

import numpy as np

from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.reduction.checks import check
from core.results import Floats, Pairs, Projection, Reducer


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer` whose metrics hold the share of the variance that is kept."""
    check(pairs, params.dimensions)
    report(Progress(0, 1, "finding the axes"))
    image, text = pairs.image.mean(0), pairs.text.mean(0)
    axes, share = principal_axes([pairs.image - image, pairs.text - text], params.dimensions)
    report(Progress(1, 1, "found the axes", {"explained_variance": share}))
    metrics = {"explained_variance": share}
    return Reducer(Projection.straight(axes, image), Projection.straight(axes, text), metrics)


def principal_axes(parts: list[Floats], dimensions: int) -> tuple[Floats, float]:
    """The axes of most variance of centred rows, as rows (D', D), and the share of the variance that they hold."""
    rows = np.concatenate(parts).astype(np.float64)
    variances, axes = np.linalg.eigh(rows.T @ rows)
    return axes[:, ::-1][:, :dimensions].T.astype(np.float32), float(variances[-dimensions:].sum() / variances.sum())


METHOD = Method("pca", "PCA, centred", Params, fit)
