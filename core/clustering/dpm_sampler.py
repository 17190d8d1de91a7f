"""Dirichlet-process mixture by Gibbs sampling with splits and merges of subclusters: it finds the number of clusters.

Chang and Fisher: Parallel sampling of DP mixture models using sub-cluster splits. NeurIPS 2013.

Weights, Gaussians and labels are drawn in turn (restricted to the clusters that exist), and so are two subclusters
in each cluster; their splits, and merges of neighbouring clusters, are taken by the Hastings ratio. Rows are
standardised first; above 64 dimensions clusters have independent axes along the principal axes of the whole set.
The labels given back are the most probable ones under the last draw's posterior. All rows are used, in batches.
"""

from dataclasses import dataclass

from core.errors import BadInput, Cancelled
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.results import Clustering, Floats


@dataclass(frozen=True)
class Params:
    start_k: int = param(1, "clusters to begin with, at random", minimum=1, maximum=10_000)
    max_iter: int = param(150, "draws of all labels", minimum=1, maximum=20_000)
    burn_in: int = param(5, "draws before a new cluster's subclusters may split it", minimum=1, maximum=1_000)
    restart: int = param(20, "draws after which refused subclusters begin anew", minimum=2, maximum=10_000)
    alpha: float = param(10.0, "concentration: larger, more clusters", minimum=1e-6, maximum=1e6)
    prior_share: float = param(1e-5, "share of the scatter that the prior holds", minimum=0, maximum=1)
    batch: int = param(16_384, "rows at a time", minimum=16, maximum=1_000_000)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32, N ≥ 2 → a `Clustering`; stopped after its first draw, it gives back what it has as partial.

    The history holds `k` of each draw and every accepted split and merge with its draw, sizes and log H.
    """
    from core.clustering.deep.preparation import clustering, one_cluster, prepare
    from core.clustering.deep.subcluster_sampler import SubclusterSampler

    report(Progress(0, params.max_iter, "standardising rows"))
    data = prepare(x)
    if params.start_k > len(x):
        raise BadInput(f"start_k={params.start_k} is more than the {len(x)} rows: begin with 1, or add items")
    if not data.rows.shape[1]:
        report(Progress(params.max_iter, params.max_iter, "all rows are equal: one cluster"))
        return one_cluster(len(x))
    sampler = SubclusterSampler(data, params)
    partial = False
    try:
        for done in range(1, params.max_iter + 1):
            sampler.draw()
            metrics = {"k": float(sampler.clusters)}
            report(Progress(done, params.max_iter, f"drawing labels: K = {sampler.clusters}", metrics))
    except Cancelled:
        partial = True
    labels, confidence = sampler.assign()
    figures = {"draws": float(sampler.drawn)}
    return clustering(labels.cpu().numpy(), confidence.cpu().numpy(), figures, sampler.history, partial)


METHOD = Method("dpm-sampler", "DPM sampler", Params, fit)
