"""SwAV's head: prototypes on frozen embeddings; each view must predict the balanced code of the item's other view.

Caron, Misra, Mairal, Goyal, Bojanowski and Joulin: Unsupervised learning of visual features by contrasting cluster
assignments. NeurIPS, 2020.
Cuturi: Sinkhorn distances: lightspeed computation of optimal transport. NeurIPS, 2013 (the codes).

    p = softmax(zᵀC / τ)                                     what a view z says of the K prototypes C
    Q = Diag(u) exp(CᵀZ / ε) Diag(v)                         codes of a batch Z: rows sum to 1 / K, columns to 1 / B
    L = ℓ(z_t, q_s) + ℓ(z_s, q_t),  ℓ(z, q) = -Σ q log p     minimised over the prototypes

The two views of an item are its own row and its row in `view` (its caption's embedding, say); where there is none, the
row with noise added, twice. Each view is centred and its rows are normalised: images and captions then share one
space, without the gap between them. Codes are balanced over each batch, so clusters come out of like size. The first
prototypes are rows of one batch, far from each other (k-means++); from there on every row is used.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.clustering.checks import check_rows, renumbered
from core.clustering.streaming import mean_row, slices
from core.errors import BadInput, Cancelled
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Clustering, Floats, check_matrix

if TYPE_CHECKING:
    import torch
    from torch import Tensor

LEARNING_RATE = 0.01
STEPS = 1_000
BATCH, ROWS_A_PROTOTYPE = 1_024, 8
EVERY = 10


@dataclass(frozen=True)
class Params:
    k: int = param(10, "how many prototypes, one a cluster", minimum=1, maximum=100_000)
    epochs: int = param(0, "epochs over the rows; 0: about 1,000 steps", minimum=0, maximum=10_000)
    temperature: float = param(0.1, "τ: how sharp a prediction is", minimum=0.01, maximum=10)
    epsilon: float = param(0.05, "ε: how smooth a code is", minimum=0.001, maximum=10)
    sinkhorn_iterations: int = param(3, "steps towards balanced codes", minimum=1, maximum=1_000)
    noise: float = param(0.5, "length of the noise of a view, a row's own being 1", minimum=0, maximum=10)
    seed: int = param(0, "same seed, same clusters", minimum=0, maximum=2**31 - 1)


def fit(x: Floats, params: Params, report: Report = silent, view: Floats | None = None) -> Clustering:
    """x: (N, D) float32 with at least k different rows; view: (N, D) float32, a second row of each item → `Clustering`.

    An item's label is the prototype with the largest mean cosine to its views; confidence: the softmax of these
    cosines / τ there. metrics: views (1: noise made the second), largest_share (of the items, in one cluster).
    history: loss of each epoch. Stopped, the prototypes so far are used, and the result is partial.
    """
    check_rows(x, params.k)
    _check_view(x, view)
    bar = Bar(report, epochs_for(len(x), params) * batches_an_epoch(len(x), params.k))
    bar.step(0, "looking for first prototypes")
    run = SwAV([x] if view is None else [x, view], params, bar)
    stopped = run.go(epochs_for(len(x), params))
    labels, confidence = run.assigned()
    metrics = {"views": float(len(run.views)), "largest_share": float(np.bincount(labels).max() / len(x))}
    return Clustering(renumbered(labels), confidence, metrics, {"loss": run.losses}, stopped)


def batches_an_epoch(rows: int, k: int) -> int:
    """A batch holds several rows a prototype, or its codes could not be balanced."""
    return -(-rows // max(BATCH, ROWS_A_PROTOTYPE * k))


def epochs_for(rows: int, params: Params) -> int:
    return params.epochs or max(1, round(STEPS / batches_an_epoch(rows, params.k)))


def sinkhorn(scores: "Tensor", epsilon: float, iterations: int) -> "Tensor":
    """Codes Q of a batch: (B, K) scores zᵀC → (B, K), each of the B rows sums to 1 / B, each of the K columns to 1 / K.

    Rows exactly, being last; columns the nearer the more iterations. (The paper writes Q the other way up.)
    In logarithms, so that no ε underflows.
    """
    log_q = scores / epsilon
    rows, columns = log_q.shape
    for _ in range(iterations):
        log_q = log_q - log_q.logsumexp(0) - np.log(columns)
        log_q = log_q - log_q.logsumexp(1, keepdim=True) - np.log(rows)
    return log_q.exp()


def swapped_loss(scores: "list[Tensor]", temperature: float, codes: "list[Tensor]") -> "Tensor":
    """ℓ(z_t, q_s) + ℓ(z_s, q_t), the mean over the batch: two (B, K) scores and two (B, K) codes, whose sum is 1."""
    (scores_t, scores_s), (codes_t, codes_s) = scores, codes
    predicted_t, predicted_s = ((each / temperature).log_softmax(1) for each in (scores_t, scores_s))
    return -(codes_s * predicted_t).sum() - (codes_t * predicted_s).sum()


class SwAV:
    """One run: the prototypes, (K, D) with unit rows, and how the loss went."""

    def __init__(self, views: list[Floats], params: Params, bar: Bar) -> None:
        import torch

        from core.encoders.device import best

        self.params, self.bar, self.losses = params, bar, list[float]()
        self.views = [View(rows, best()) for rows in views]
        self.random = np.random.default_rng(params.seed)
        self.noise = torch.Generator(best()).manual_seed(params.seed)
        self.prototypes = torch.nn.Parameter(self._first_prototypes())
        self.optimizer = torch.optim.Adam([self.prototypes], LEARNING_RATE)

    def go(self, epochs: int) -> bool:
        """True if stopped from outside."""
        try:
            for epoch in range(epochs):
                self._epoch(epoch, epochs)
        except Cancelled:
            return True
        return False

    def assigned(self) -> tuple[NDArray[np.int64], Floats]:
        """The likeliest prototype of each item and its probability: (N,) int64, (N,) float32."""
        import torch

        count = len(self.views[0].rows)
        labels, confidence = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.float32)
        with torch.inference_mode():
            for rows in slices(count):
                scores = torch.stack([view.take(rows) @ self.prototypes.T for view in self.views]).mean(0)
                likeliest = (scores / self.params.temperature).softmax(1).max(1)
                labels[rows], confidence[rows] = likeliest.indices.cpu(), likeliest.values.clamp_max(1).cpu()
        return labels, confidence

    def _first_prototypes(self) -> "Tensor":
        """Unit rows, drawn far from each other from a seeded batch of the first view."""
        from sklearn.cluster import kmeans_plusplus

        view = self.views[0]
        count = min(len(view.rows), max(BATCH, ROWS_A_PROTOTYPE * self.params.k))
        drawn = np.sort(self.random.choice(len(view.rows), count, replace=False))
        rows = view.take(drawn)
        _, chosen = kmeans_plusplus(rows.cpu().numpy(), self.params.k, random_state=self.params.seed)
        return rows[chosen]

    def _epoch(self, epoch: int, epochs: int) -> None:
        order = self.random.permutation(len(self.views[0].rows))
        batches = np.array_split(order, batches_an_epoch(len(order), self.params.k))
        total = 0.0
        for step, rows in enumerate(batches, epoch * len(batches) + 1):
            total += self._step(rows) * len(rows)
            if step % EVERY == 0 or step == epochs * len(batches):
                metrics = {"loss": self.losses[-1]} if self.losses else {}
                self.bar.step(step, f"moving prototypes: epoch {epoch + 1} of {epochs}", metrics)
        self.losses.append(total / len(order))

    def _step(self, rows: NDArray[np.int64]) -> float:
        import torch

        scores = [each @ self.prototypes.T for each in self._two_views(rows)]
        codes = [sinkhorn(each.detach(), self.params.epsilon, self.params.sinkhorn_iterations) for each in scores]
        loss = swapped_loss(scores, self.params.temperature, codes)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            self.prototypes.copy_(torch.nn.functional.normalize(self.prototypes, dim=1))
        return float(loss.detach())

    def _two_views(self, rows: NDArray[np.int64]) -> "list[Tensor]":
        taken = [view.take(rows) for view in self.views]
        return taken if len(taken) == 2 else [self._noisy(taken[0]), self._noisy(taken[0])]

    def _noisy(self, rows: "Tensor") -> "Tensor":
        import torch

        noise = torch.randn(rows.shape, generator=self.noise, device=rows.device) / rows.shape[1] ** 0.5
        return torch.nn.functional.normalize(rows + self.params.noise * noise, dim=1)


class View:
    """The rows of one view, (N, D), centred and normalised a batch at a time."""

    def __init__(self, rows: Floats, device: "torch.device") -> None:
        import torch

        self.rows, self.device = rows, device
        self.mean = torch.from_numpy(mean_row(rows).astype(np.float32)).to(device)

    def take(self, rows: NDArray[np.int64] | slice) -> "Tensor":
        """Unit rows on the device: (B, D); a row that is the mean itself stays zero."""
        import torch

        taken = torch.from_numpy(np.ascontiguousarray(self.rows[rows])).to(self.device)
        return torch.nn.functional.normalize(taken - self.mean, dim=1)


def _check_view(x: Floats, view: Floats | None) -> None:
    if view is None:
        return
    if view.shape != x.shape:
        raise BadInput(f"view has shape {view.shape}, x {x.shape}: each item needs one row of the same length in both")
    check_matrix("view", view)


METHOD = Method("swav", "SwAV prototypes", Params, fit)
