"""PCA, joint: the directions along which all rows differ most, images and captions about one mean.

Pearson: On lines and planes of closest fit to systems of points in space. Philosophical Magazine, 1901.

The mean lies in the gap between the two cones of images and captions (Liang, Zhang, Kwon, Yeung and Zou: Mind the gap.
NeurIPS 2022), so that the first axis goes along it and every match is judged with it: what centring each modality, as
`core.reduction.pca` does, is good for can be seen beside this.
"""

from dataclasses import dataclass

from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.reduction.checks import check
from core.reduction.pca import principal_axes
from core.results import Pairs, Projection, Reducer


@dataclass(frozen=True)
class Params:
    dimensions: int = param(64, "dimensions to keep", minimum=2, maximum=65_536)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    """pairs: N ≥ 25 of D dimensions → a `Reducer` whose metrics hold the share of the variance that is kept."""
    check(pairs, params.dimensions)
    report(Progress(0, 1, "finding the axes"))
    mean = (pairs.image.mean(0) + pairs.text.mean(0)) / 2
    axes, share = principal_axes([pairs.image - mean, pairs.text - mean], params.dimensions)
    report(Progress(1, 1, "found the axes", {"explained_variance": share}))
    both = Projection.straight(axes, mean)
    return Reducer(both, both, {"explained_variance": share})


METHOD = Method("pca-joint", "PCA, joint", Params, fit)
