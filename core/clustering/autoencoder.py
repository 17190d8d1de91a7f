"""Auto-encoder, then K-means on its code: groups of rows that lie on curved surfaces, after these are made flat.

Hinton and Salakhutdinov: Reducing the dimensionality of data with neural networks. Science, 2006.
Xie, Girshick and Farhadi: Unsupervised deep embedding for clustering analysis. ICML, 2016 (its baseline AE + k-means).
"""

from dataclasses import dataclass

from core.clustering.checks import check_rows, renumbered
from core.clustering.kmeans import assigned
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats

RESTARTS = 20
"""K-means on a code, of which the best is kept."""


@dataclass(frozen=True)
class Params:
    k: int = param(10, "how many clusters", minimum=1, maximum=100_000)
    dimensions: int = param(10, "numbers in the code of a row", minimum=1, maximum=1_000)
    epochs: int = param(0, "epochs over the rows; 0: about 8,000 steps, at most 100", minimum=0, maximum=10_000)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32 with at least k different rows → a `Clustering`.

    metrics: reconstruction_loss (mean square of the error, where that of the rows is 1), inertia of the codes, seconds
    of the pretraining and whether it was reused. history: loss of each epoch. confidence: 1 - d₁ / d₂ in the code.
    Stopped in the pretraining, the code so far is clustered and given back as partial.
    """
    from core.clustering.deep.codes import Pretraining, pretrained

    check_rows(x, params.k)
    pretraining = Pretraining(params.dimensions, params.epochs, params.seed)
    bar = Bar(report, pretraining.steps(len(x)) + 1)
    done = pretrained(x, pretraining, bar)
    codes = done.coder.codes(x)
    centres, inertia = kmeans_centres(codes, params.k, params.seed, 1 if done.partial else RESTARTS)
    labels, confidence = assigned(codes, centres)
    metrics = done.metrics() | {"inertia": inertia}
    stopped = done.partial or bar.stopped(bar.total or 0, "clustered")
    return Clustering(renumbered(labels), confidence, metrics, {"loss": done.losses}, stopped)


def kmeans_centres(codes: Floats, k: int, seed: int, restarts: int) -> tuple[Floats, float]:
    """Centres (K, d) and inertia of the best of several K-means on (N, d) codes, as the paper begins."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different codes than k: some clusters stay empty
        model = KMeans(k, n_init=restarts, random_state=seed).fit(codes)
    return model.cluster_centers_, float(model.inertia_)


METHOD = Method("autoencoder", "Auto-encoder + K-means", Params, fit)
