"""Hastings ratios against direct numerical integration, and proposals that touch no cluster twice."""

import math

import numpy as np
import pytest
import torch

from core.clustering.deep.niw import NormalInverseWishart, Statistics
from core.clustering.deep.split_merge import (
    Merge,
    accepted,
    accepted_merges,
    disjoint,
    log_merge_ratio,
    log_random_split_correction,
    log_split_ratio,
    neighbour_pairs,
)
from tests.clustering.test_niw import integral_in_one_dimension

PRIOR = NormalInverseWishart(*(torch.tensor(each, dtype=torch.float64) for each in ([0.2], 0.7, 4.5, [[1.3]])))


def statistics(*groups: np.ndarray) -> Statistics:
    """One cluster of each group of rows."""
    each = [Statistics.of(torch.from_numpy(group), torch.ones(len(group), 1).double(), False) for group in groups]
    parts = [(one.counts, one.sums, one.squares) for one in each]
    return Statistics(*(torch.cat(column) for column in zip(*parts, strict=True)))


def paired(clusters: Statistics) -> Statistics:
    """Clusters (2) as the two subclusters of one cluster: (1, 2)."""
    return Statistics(clusters.counts[None], clusters.sums[None], clusters.squares[None])


def blobs(centres: list[tuple[float, float]], rows: int = 200, seed: int = 0) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.normal(size=(rows, 2)) * 0.3 + centre for centre in centres]


def in_the_plane() -> NormalInverseWishart:
    return NormalInverseWishart.from_variances(torch.ones(2), False, 0.05)


def test_the_split_ratio_is_the_papers_with_integrated_likelihoods() -> None:
    """H = α Γ(3) f(X_1) Γ(2) f(X_2) / (Γ(5) f(X)), each f by quadrature."""
    first, second, alpha = np.array([[-1.2], [-0.8], [-1.0]]), np.array([[1.1], [1.5]]), 2.5
    f1, f2, both = (
        integral_in_one_dimension(x[:, 0], 0.2, 0.7, 4.5, 1.3) for x in (first, second, np.concatenate([first, second]))
    )
    expected = math.log(alpha * math.gamma(3) * f1 * math.gamma(2) * f2 / (math.gamma(5) * both))
    clusters = statistics(first, second)
    assert float(log_split_ratio(PRIOR, alpha, paired(clusters))) == pytest.approx(expected, abs=1e-5)
    merge = log_merge_ratio(PRIOR, alpha, clusters[:1], clusters[1:])
    assert float(merge) == pytest.approx(-expected, abs=1e-5)


def test_an_empty_subcluster_is_never_split_off() -> None:
    empty = Statistics.zeros(1, PRIOR)
    full = statistics(np.array([[0.1], [0.4]]))
    parts = paired(Statistics(*(torch.cat([getattr(each, name) for each in (full, empty)]) for name in vars(full))))
    assert float(log_split_ratio(PRIOR, 10, parts)) == -math.inf
    assert not accepted(log_split_ratio(PRIOR, 10, parts), torch.Generator().manual_seed(0)).any()


def test_two_groups_split_and_halves_of_one_merge() -> None:
    apart = statistics(*blobs([(-2, 0), (2, 0)]))
    assert float(log_split_ratio(in_the_plane(), 10, paired(apart))) > 100
    (one,) = blobs([(0, 0)], rows=400)
    halves = statistics(one[one[:, 0] > 0], one[one[:, 0] <= 0])
    assert float(log_split_ratio(in_the_plane(), 10, paired(halves))) < -20


def test_proposals_are_taken_as_often_as_the_ratio_says() -> None:
    taken = accepted(torch.full((20_000,), math.log(0.3)).double(), torch.Generator().manual_seed(0))
    assert float(taken.double().mean()) == pytest.approx(0.3, abs=0.015)
    assert accepted(torch.tensor([0.0, 5.0]).double(), torch.Generator().manual_seed(0)).all()


def test_neighbour_pairs_are_those_of_the_nearest_means() -> None:
    means = torch.tensor([[0.0], [1.0], [10.0], [11.5]], dtype=torch.float64)
    assert neighbour_pairs(means, 1).tolist() == [[0, 1], [2, 3]]
    assert len(neighbour_pairs(means, 3)) == 6
    assert neighbour_pairs(means[:1]).shape == (0, 2)


def test_no_cluster_is_merged_twice() -> None:
    (one,) = blobs([(0, 0)], rows=600)
    random = np.random.default_rng(0)
    shares = np.array_split(one[random.permutation(len(one))], 5)
    far = blobs([(30, 0)])
    merges = accepted_merges(in_the_plane(), 10, statistics(*shares, *far), torch.Generator().manual_seed(0))
    used = [index for merge in merges for index in (merge.first, merge.second)]
    assert len(merges) == 2
    assert len(used) == len(set(used))
    assert 5 not in used
    assert [merge.log_ratio for merge in merges] == sorted((merge.log_ratio for merge in merges), reverse=True)


def test_the_better_merge_comes_first() -> None:
    chosen = disjoint([Merge(0, 1, 9.0), Merge(1, 2, 8.0), Merge(2, 3, 7.0)])
    assert [(merge.first, merge.second) for merge in chosen] == [(0, 1), (2, 3)]


def test_the_random_split_correction_is_the_dirichlet_multinomial() -> None:
    """Γ(α) / Γ(α + N) · Π Γ(α / 2 + N_j) / Γ(α / 2)², by hand for α = 2: N_1! N_2! / (N + 1)!."""
    counts = torch.tensor([3.0, 4.0], dtype=torch.float64)
    found = float(log_random_split_correction(2.0, counts[:1], counts[1:]))
    expected = math.log(math.factorial(3) * math.factorial(4) / math.factorial(8))
    assert found == pytest.approx(expected, abs=1e-10)
