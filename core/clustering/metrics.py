r"""How good a clustering is: against labels, and without them.

Against labels: the contingency table $n_{ij}$ counts the items of class i in cluster j; $a_i$ and $b_j$ are its row
and column sums. Noise (-1) counts as one cluster. Without labels: silhouette and Davies–Bouldin leave noise out.

Hubert and Arabie: Comparing partitions. Journal of Classification, 1985 (ARI).
Fowlkes and Mallows: A method for comparing two hierarchical clusterings. JASA, 1983 (FMI).
Vinh, Epps and Bailey: Information theoretic measures for clusterings comparison. JMLR, 2010 (NMI, AMI).
Yang et al.: Image clustering using local discriminant models and global integration. IEEE TIP, 2010 (ACC).
Rousseeuw: Silhouettes. Journal of Computational and Applied Mathematics, 1987.
Davies and Bouldin: A cluster separation measure. IEEE TPAMI, 1979.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import statistics
from core.errors import BadInput
from core.results import Floats, Strings, check_length
from core.statistics import MeanAndSd, mean_and_sd

SMALLEST_SHARE = 0.001
EXACT_ROWS = 5_000
"""Rows up to which the silhouette is exact; above, it is that of a seeded sample of as many rows."""

Labels = NDArray[np.int64]
Classes = NDArray[np.int64] | Strings


@dataclass(frozen=True)
class Definition:
    """What a page shows of a metric. formula: LaTeX; best: "high" or "low", "" where neither is better."""

    name: str
    title: str
    formula: str
    sentence: str
    best: str = "high"


DEFINITIONS: Mapping[str, Definition] = {
    each.name: each
    for each in (
        Definition(
            "ami",
            "AMI",
            r"\frac{I(Y;Z) - \mathbb{E}[I(Y;Z)]}{\tfrac12\,(H(Y) + H(Z)) - \mathbb{E}[I(Y;Z)]}",
            "Adjusted mutual information: what classes and clusters tell of each other, 0 by chance, 1 when equal.",
        ),
        Definition(
            "ari",
            "ARI",
            r"\frac{\sum_{ij}\binom{n_{ij}}{2} - E}"
            r"{\tfrac12\left[\sum_i\binom{a_i}{2} + \sum_j\binom{b_j}{2}\right] - E}"
            r",\quad E = \sum_i\binom{a_i}{2}\sum_j\binom{b_j}{2} \Big/ \binom{n}{2}",
            "Adjusted Rand index: the share of pairs of items on which both agree, 0 by chance, 1 when equal.",
        ),
        Definition(
            "fmi",
            "FMI",
            r"\frac{TP}{\sqrt{(TP + FP)(TP + FN)}},\quad TP = \sum_{ij}\binom{n_{ij}}{2}",
            "Fowlkes–Mallows index: geometric mean of precision and recall over pairs put together.",
        ),
        Definition(
            "nmi",
            "NMI",
            r"\frac{2\,I(Y;Z)}{H(Y) + H(Z)},\quad I(Y;Z) = \sum_{ij}\frac{n_{ij}}{n}\log\frac{n\,n_{ij}}{a_i\,b_j}",
            "Normalised mutual information, by the arithmetic mean of the entropies; not adjusted for chance.",
        ),
        Definition(
            "acc",
            "ACC",
            r"\max_{m\ \text{one-to-one}} \frac1n \sum_i \mathbf{1}\{y_i = m(z_i)\}",
            "Accuracy when each cluster stands for at most one class, matched in the best way (Hungarian method).",
        ),
        Definition(
            "k",
            "Found K",
            r"\#\{j \ge 0 : b_j \ge 0.001\,n\}",
            "Clusters that hold at least 0.1 % of the items; noise is none of them.",
            best="",
        ),
        Definition(
            "noise",
            "Noise",
            r"\frac1n\,\#\{i : z_i = -1\}",
            "Share of the items that the method gives to no cluster.",
            best="low",
        ),
        Definition(
            "silhouette",
            "Silhouette",
            r"\frac1n\sum_i \frac{b(i) - a(i)}{\max\{a(i), b(i)\}}",
            "Mean distance to the nearest other cluster (b) against that to the own one (a), from -1 to 1, noise left "
            f"out; exact up to {EXACT_ROWS:,} items, above from a seeded sample of so many.",
        ),
        Definition(
            "davies_bouldin",
            "Davies–Bouldin",
            r"\frac1K\sum_i \max_{j\ne i} \frac{s_i + s_j}{\lVert \mu_i - \mu_j \rVert}",
            "Spread of clusters (s: mean distance to the centre) over the distance of their centres, worst pairs, "
            "noise left out.",
            best="low",
        ),
        Definition(
            "stability",
            "Stability",
            r"\binom{S}{2}^{-1}\sum_{s<t} \mathrm{ARI}(z^{(s)}, z^{(t)})",
            "Mean ARI between the clusterings of different seeds: 1 when chance changes nothing.",
        ),
        Definition("seconds", "Seconds", r"t", "Time of the method itself, without these metrics.", best="low"),
    )
}
"""Every metric of a comparison by name, in the order in which a table shows them."""

AGAINST_LABELS = ("ami", "ari", "fmi", "nmi", "acc")


def evaluate(x: Floats, labels: Labels, y: Classes | None = None, seed: int = 0) -> dict[str, Any]:
    """Every metric of one clustering by name; None where a metric is not defined, or without y.

    x: (N, D) float32; labels: (N,) int64, -1 = noise; y: (N,) classes, "" = unknown: such items are left out of
    the metrics against labels. `silhouette_sample` is how many rows the silhouette was taken from, None: all.
    """
    check_length("labels", labels, len(x))
    against = dict.fromkeys(AGAINST_LABELS) if y is None else against_labels(y, labels)
    without = {"silhouette": silhouette(x, labels, seed), "davies_bouldin": davies_bouldin(x, labels)}
    sample = EXACT_ROWS if np.count_nonzero(labels >= 0) > EXACT_ROWS else None
    return {"k": found_k(labels), **against, "noise": noise_share(labels), **without, "silhouette_sample": sample}


def against_labels(y: Classes, labels: Labels) -> dict[str, float | None]:
    """AMI, ARI, FMI, NMI and ACC of (N,) labels against (N,) classes; None where no class is known."""
    from sklearn import metrics

    check_length("y", y, len(labels))
    known = y != "" if y.dtype.kind == "U" else np.ones(len(y), dtype=bool)
    if not known.any():
        return dict.fromkeys(AGAINST_LABELS)
    classes, found = np.unique(y[known], return_inverse=True)[1], labels[known]
    return {
        "ami": float(metrics.adjusted_mutual_info_score(classes, found)),
        "ari": adjusted_rand(classes, found),
        "fmi": float(metrics.fowlkes_mallows_score(classes, found)),
        "nmi": float(metrics.normalized_mutual_info_score(classes, found)),
        "acc": accuracy(classes, found),
    }


def adjusted_rand(y: Classes, labels: Labels) -> float:
    """ARI by pairs of items, without scikit-learn, which pages do not load."""
    table = contingency(y, labels)
    together, rows, columns = map(_pairs, (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / max(_pairs(table.sum()), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def accuracy(y: Classes, labels: Labels) -> float:
    """ACC: the best one-to-one matching of clusters with classes; noise is matched like any cluster."""
    from scipy.optimize import linear_sum_assignment

    table = contingency(y, labels)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / len(labels))


def contingency(y: Classes, labels: Labels) -> NDArray[np.int64]:
    """How many items of each class (row) are in each cluster (column, noise first): (classes, clusters) int64."""
    check_length("y", y, len(labels))
    classes, rows = np.unique(y, return_inverse=True)
    clusters, columns = np.unique(labels, return_inverse=True)
    return statistics.contingency(rows, columns, (len(classes), len(clusters)))


def found_k(labels: Labels) -> int:
    """Clusters that hold at least 0.1 % of the points."""
    counts = np.bincount(labels[labels >= 0])
    return int(np.count_nonzero(counts[counts > 0] >= SMALLEST_SHARE * len(labels)))


def noise_share(labels: Labels) -> float:
    return float(np.mean(labels < 0))


def silhouette(x: Floats, labels: Labels, seed: int = 0) -> float | None:
    """From -1 to 1 over the points of clusters, a seeded sample of `EXACT_ROWS` where they are more."""
    from sklearn.metrics import silhouette_score

    rows = np.flatnonzero(labels >= 0)
    if len(rows) > EXACT_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, EXACT_ROWS, replace=False))
    return float(silhouette_score(x[rows], labels[rows])) if _comparable(labels[rows]) else None


def davies_bouldin(x: Floats, labels: Labels) -> float | None:
    """0 is best; over all points of clusters."""
    from sklearn.metrics import davies_bouldin_score

    rows = labels >= 0
    return float(davies_bouldin_score(x[rows], labels[rows])) if _comparable(labels[rows]) else None


def stability(clusterings: Sequence[Labels]) -> MeanAndSd | None:
    """Mean and sample sd of the ARI between every two of them; None for fewer than two."""
    if len({len(each) for each in clusterings}) > 1:
        raise BadInput(f"clusterings of {[len(each) for each in clusterings]} items: the same items are needed in each")
    return mean_and_sd([adjusted_rand(first, second) for first, second in combinations(clusterings, 2)])


def _pairs(counts: NDArray[np.int64]) -> float:
    """How many pairs there are in groups of these sizes."""
    exact = np.asarray(counts, dtype=np.float64)
    return float((exact * (exact - 1) / 2).sum())


def _comparable(labels: Labels) -> bool:
    """Whether there are at least two clusters, and fewer clusters than points."""
    return 2 <= len(np.unique(labels)) < len(labels)
