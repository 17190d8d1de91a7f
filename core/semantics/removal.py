r"""What taking a direction away does to clusters: K-means with it and without it, over the same seeds.

How much clusters tell of the concept is the correlation ratio of the projections, the share of their variance that
lies between clusters, $\eta^2 = \sum_k n_k (\bar s_k - \bar s)^2 / \sum_i (s_i - \bar s)^2$ (Fisher: Statistical
methods for research workers, 1925). K-means differs from seed to seed by itself: the agreement of the clusters with
and without the direction is told beside that of two seeds with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.clustering import kmeans
from core.clustering.metrics import adjusted_rand, against_labels
from core.errors import BadParameter
from core.progress import Bar, Report, silent
from core.results import Floats, Integers, Strings
from core.statistics import MeanAndSd, contingency, mean_and_sd

STEPS = 100
LEAST_SEEDS, MOST_SEEDS = 2, 1_000
Spread = MeanAndSd | None
"""Mean and sample sd over the seeds, or over pairs of them; None where there is none."""


@dataclass(frozen=True)
class Effect:
    """before, after: (S, N) clusters of each seed, with the direction and without.

    correlation_ratio: η² of the projections by the clusters, with and without. labels: AMI with a column; None without
    one. agreement: ARI of the clusters with and without the direction, of the same seed; chance: of two seeds with it.
    """

    before: Integers
    after: Integers
    correlation_ratio: list[Spread]
    labels: list[Spread] | None
    agreement: Spread
    chance: Spread


def effect(
    x: Floats,
    without: Floats,
    scores: Floats,
    k: int,
    seeds: int,
    labels: Strings | None = None,
    report: Report = silent,
) -> Effect:
    """x, without: (N, D), the rows with the direction and without it; scores: (N,), their projections on it.

    k: clusters; seeds: how many initialisations, at least 2. labels: (N,), "" where unknown.
    """
    check_seeds(seeds)
    bar = Bar(report, 2 * seeds * STEPS)
    spaces = [np.ascontiguousarray(each, dtype=np.float32) for each in (x, without)]
    before, after = (
        np.stack([_clusters(space, k, seed, bar.part((place * seeds + seed) * STEPS, STEPS)) for seed in range(seeds)])
        for place, space in enumerate(spaces)
    )
    return Effect(
        before,
        np.stack([matched(each, other) for each, other in zip(before, after, strict=True)]),
        [mean_and_sd([correlation_ratio(scores, each) for each in some]) for some in (before, after)],
        None if labels is None else [_labelled(labels, some) for some in (before, after)],
        mean_and_sd([adjusted_rand(one, other) for one, other in zip(before, after, strict=True)]),
        mean_and_sd([adjusted_rand(one, other) for one, other in combinations(before, 2)]),
    )


def check_seeds(seeds: int) -> None:
    """Raises `BadParameter` for fewer than 2, and for more than 1,000."""
    if seeds < LEAST_SEEDS:
        raise BadParameter(f"seeds={seeds} is below {LEAST_SEEDS}: what chance does is seen from two on")
    if seeds > MOST_SEEDS:
        raise BadParameter(f"seeds={seeds} is above {MOST_SEEDS:,}: 3 to 10 show how much chance does")


def correlation_ratio(scores: Floats, clusters: Integers) -> float:
    """η²: the share of the variance of (N,) scores that lies between (N,) clusters, 0 to 1; 0 where all are equal."""
    values = scores.astype(np.float64)
    counts = np.bincount(clusters)
    means = np.bincount(clusters, values) / np.maximum(counts, 1)
    total = float(np.sum((values - values.mean()) ** 2))
    return float(np.sum(counts * (means - values.mean()) ** 2) / total) if total else 0.0


def matched(clusters: Integers, others: Integers) -> Integers:
    """The others (N,) renumbered: each cluster as the one of (N,) clusters that it shares most items with, at best."""
    from scipy.optimize import linear_sum_assignment

    size = int(max(clusters.max(), others.max())) + 1
    return linear_sum_assignment(contingency(others, clusters, (size, size)), maximize=True)[1][others]


def _clusters(x: Floats, k: int, seed: int, report: Report) -> Integers:
    return kmeans.fit(x, kmeans.Params(k=k, seed=seed), report).labels


def _labelled(labels: Strings, clusterings: Iterable[Integers]) -> Spread:
    found = [against_labels(labels, each)["ami"] for each in clusterings]
    return mean_and_sd([each for each in found if each is not None])
