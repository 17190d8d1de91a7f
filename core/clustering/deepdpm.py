"""DeepDPM: clusters and their number learned together; a net assigns, others cut clusters in two, splits and merges.

Ronen, Finder and Freifeld: DeepDPM: Deep clustering with an unknown number of clusters. CVPR 2022.

The clustering net learns the E step of a Gaussian mixture, L_cl = Σ_i KL(r_i ‖ r^E_i); the mixture's weights, means
and covariances are the mode under a normal–inverse-Wishart prior with weights r (the M step). Every few epochs
subclustering nets, L_sub = Σ_k Σ_i Σ_j r̃_ij |x_i - μ̃_kj|², cut each cluster in two; splits and merges are taken by
the Hastings ratio. Rows are standardised first; above 64 dimensions clusters have independent axes along the
principal axes of the whole set. All rows are used; they pass in batches. Three things differ from the authors' code:
the subclustering nets see each cluster in its own metric, so that they cut between humps and not along the longest
axis; they begin at a cut by 2-means, in that metric or the plain one, whichever is more probable; and the prior grows
with N (`NormalInverseWishart.from_data`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import BadInput, Cancelled
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.results import Clustering, Floats

if TYPE_CHECKING:
    from torch import Tensor

    from core.clustering.deep.deepdpm import DeepDPM
    from core.clustering.deep.preparation import Prepared


@dataclass(frozen=True)
class Params:
    start_k: int = param(1, "clusters to begin with; it finds its own number from any", minimum=1, maximum=10_000)
    epochs: int = param(500, "epochs through the rows, at most", minimum=1, maximum=20_000)
    epochs_between_moves: int = param(5, "epochs between proposals of splits and merges", minimum=1, maximum=1_000)
    patience: int = param(3, "proposals in a row that change nothing, then it ends", minimum=1, maximum=1_000)
    hidden: int = param(64, "hidden units of the clustering net, half as many in each other", minimum=4, maximum=4_096)
    learning_rate: float = param(0.003, "step size of Adam", minimum=1e-6, maximum=1)
    batch: int = param(4_096, "rows a step, at most", minimum=16, maximum=1_000_000)
    alpha: float = param(10.0, "concentration: larger, more clusters", minimum=1e-6, maximum=1e6)
    prior_share: float = param(1e-5, "share of the scatter that the prior holds", minimum=0, maximum=1)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent) -> Clustering:
    """x: (N, D) float32, N ≥ 2 → a `Clustering`; stopped after its first epoch, it gives back what it has as partial.

    The history holds `k` and `loss` (L_cl) of each epoch, `subcluster_loss` of each proposal, and every accepted
    split and merge with its epoch, sizes and log H; `given_up` has the clusters that no row was left in. Clusters are
    numbered from the largest to the smallest.
    """
    from core.clustering.deep.preparation import one_cluster, prepare

    report(Progress(0, params.epochs, "standardising rows"))
    data = prepare(x)
    if not data.rows.shape[1]:
        report(Progress(params.epochs, params.epochs, "all rows are equal: one cluster"))
        return one_cluster(len(x))
    return learn(data, initial_labels(data, params), params, report)


def learn(data: "Prepared", labels: "Tensor", params: Params, report: Report) -> Clustering:
    """The clusters of prepared rows, from labels (N,) int64 of `start_k` clusters."""
    from core.clustering.deep.deepdpm import DeepDPM

    def step(done: int, message: str, metrics: dict[str, float]) -> None:
        report(Progress(done, params.epochs, message, metrics))

    model = DeepDPM(data, labels, params, step)
    try:
        model.learn()
        step(params.epochs, f"found {model.clusters} clusters", {"k": float(model.clusters)})
    except Cancelled:
        return _result(model, partial=True)
    return _result(model, partial=False)


def initial_labels(data: "Prepared", params: Params) -> "Tensor":
    """(N,) int64 labels of `start_k` clusters: K-means. Raises `BadInput` for more clusters than rows."""
    import torch

    if params.start_k == 1:
        return torch.zeros(len(data), dtype=torch.int64, device=data.device)
    if params.start_k > len(data):
        raise BadInput(f"start_k={params.start_k} is more than the {len(data)} rows: begin with 1, or add items")
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(params.start_k, batch_size=params.batch, n_init=1, random_state=params.seed)
    return torch.from_numpy(model.fit_predict(data.rows.cpu().numpy())).long().to(data.device)


def _result(model: "DeepDPM", partial: bool) -> Clustering:
    from core.clustering.deep.preparation import clustering

    labels, confidence = model.assign()
    metrics = {"epochs": float(model.epoch)}
    return clustering(labels.cpu().numpy(), confidence.cpu().numpy(), metrics, model.history, partial)


METHOD = Method("deepdpm", "DeepDPM", Params, fit)
