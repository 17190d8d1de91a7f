"""DeepDPM on an auto-encoder's code, in turns: clusters on the code, then a code that draws rows to their clusters.

Ronen, Finder and Freifeld: DeepDPM: Deep clustering with an unknown number of clusters. CVPR 2022.

Clusters fixed, the auto-encoder learns L_rec + pull · mean |(z_i - μ_k(i)) / s|², s the code's spread in each
dimension; the code fixed, DeepDPM goes on from the clusters that it had. The first code is that of `autoencoder` and
`dec`, and is trained once where they are compared.
"""

from dataclasses import dataclass

from core.clustering import deepdpm
from core.clustering.checks import check_rows
from core.errors import Cancelled
from core.methods import Method, param
from core.progress import Report, silent
from core.results import Clustering, Floats


@dataclass(frozen=True)
class Params:
    dimensions: int = param(10, "numbers in the code of a row", minimum=1, maximum=64)
    pretraining: int = param(
        0, "epochs of the pretraining; 0: about 8,000 steps, at most 100", minimum=0, maximum=10_000
    )
    turns: int = param(2, "times that code and clusters follow each other", minimum=0, maximum=100)
    pull: float = param(
        0.1, "weight of the distance to the own cluster beside the reconstruction", minimum=0, maximum=100
    )
    start_k: int = param(1, "clusters to begin with; it finds its own number from any", minimum=1, maximum=10_000)
    epochs: int = param(500, "epochs of DeepDPM in each turn, at most", minimum=1, maximum=20_000)
    alpha: float = param(10.0, "concentration: larger, more clusters", minimum=1e-6, maximum=1e6)
    prior_share: float = param(1e-5, "share of the scatter that the prior holds", minimum=0, maximum=1)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32, N ≥ 2 → a `Clustering`; stopped once there are clusters, it gives them back as partial.

    metrics: epochs of DeepDPM in all, and those of the pretraining. history: as `deepdpm`'s, the turns one after the
    other, `pretraining_loss` an epoch and `code_loss`, the auto-encoder's, an epoch of each later turn.
    """
    from core.clustering.deep.alternation import Alternation
    from core.clustering.deep.codes import Pretraining

    check_rows(x)
    pretraining = Pretraining(params.dimensions, params.pretraining, params.seed)
    clusters = deepdpm.Params(
        params.start_k, params.epochs, alpha=params.alpha, prior_share=params.prior_share, seed=params.seed
    )
    run = Alternation(x, pretraining, clusters, params.turns, params.pull, report)
    try:
        run.go()
    except Cancelled:
        if run.found is None:
            raise
        return run.result(partial=True)
    return run.result(partial=False)


METHOD = Method("deepdpm-ae", "DeepDPM + auto-encoder", Params, fit)
