"""HDBSCAN: dense groups at every density at once, the longest-lived kept; K is found, stray items are noise.

Campello, Moulavi and Sander: Density-based clustering based on hierarchical density estimates. PAKDD, 2013.
McInnes, Healy and Astels: hdbscan: Hierarchical density based clustering. JOSS, 2017.
"""

from dataclasses import dataclass

import numpy as np

from core.clustering.checks import all_alike, check_rows
from core.clustering.dbscan import usual_neighbours
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

LIBRARIES = ("sklearn.cluster",)
SMALLEST_SHARE = 0.005
SMALLEST = 5


@dataclass(frozen=True)
class Params:
    min_cluster_size: int = param(0, "least items of a cluster; 0: 0.5 % of all, at least 5", minimum=0)
    min_samples: int = param(0, "items that make a place dense; 0: twice the dimensions, at most 20", minimum=0)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32, N ≥ 2 → a `Clustering`; confidence is the strength of membership.

    metrics: min_cluster_size and min_samples used. Its time grows with N² D above some 15 dimensions.
    It cannot be stopped in its middle; stopped before, it raises `Cancelled`.
    """
    from sklearn.cluster import HDBSCAN

    check_rows(x)
    size = min(params.min_cluster_size or max(SMALLEST, round(SMALLEST_SHARE * len(x))), len(x))
    samples = min(params.min_samples or usual_neighbours(x), len(x))
    bar = Bar(report, 1)
    bar.step(0, "building the hierarchy of densities")
    labels, confidence = np.zeros(len(x), dtype=np.int64), np.ones(len(x), dtype=np.float32)
    if not all_alike(x):
        model = HDBSCAN(min_cluster_size=max(size, 2), min_samples=samples, copy=True, n_jobs=-1).fit(x)
        labels = model.labels_.astype(np.int64)
        confidence = np.clip(np.nan_to_num(model.probabilities_), 0, 1).astype(np.float32)
    bar.step(1, "clusters chosen")
    metrics = {"min_cluster_size": float(max(size, 2)), "min_samples": float(samples)}
    return Clustering(labels, confidence, metrics)


METHOD = Method("hdbscan", "HDBSCAN", Params, fit)
