"""The paired test over splits: against SciPy, and its level where splits share classes."""

import numpy as np
import pytest
from scipy import stats

from core.groups.significance import Difference, paired


def test_the_corrected_resampled_t_test() -> None:
    random = np.random.default_rng(0)
    method, mean = random.normal(0.6, 0.1, 8), random.normal(0.5, 0.1, 8)
    differences = method - mean
    found = paired(method, mean, 1.25)
    error = np.sqrt((1 / 8 + 1.25) * differences.var(ddof=1))
    assert found.difference == pytest.approx(differences.mean())
    assert found.p == pytest.approx(2 * stats.t.sf(abs(differences.mean()) / error, 7))
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.95, 7, differences.mean(), error))


def test_without_a_correction_it_is_the_paired_t_test() -> None:
    random = np.random.default_rng(1)
    method, mean = random.normal(size=(2, 12))
    assert paired(method, mean, 0).p == pytest.approx(stats.ttest_rel(method, mean).pvalue)


def test_one_split_shows_a_difference_and_no_chance() -> None:
    assert paired(np.array([0.7]), np.array([0.5]), 1) == Difference(pytest.approx(0.2))
    assert not paired(np.array([0.7]), np.array([0.5]), 1).better


def test_methods_that_are_always_apart_by_the_same() -> None:
    same = np.full(5, 0.5)
    assert paired(same, same, 1).p == 1
    assert not paired(same, same, 1).better
    assert paired(same + 0.25, same, 1).better
    assert not paired(same - 0.25, same, 1).better


def test_the_level_is_kept_where_splits_share_classes() -> None:
    """One hundred classes with differences of mean zero, each split a random half: the plain test does not keep it."""
    random = np.random.default_rng(0)
    tries, alarms, plain = 600, 0, 0
    for _ in range(tries):
        of_class = random.normal(size=100)
        seen = np.array([random.permutation(of_class)[:50].mean() for _ in range(10)])
        nothing = np.zeros(10)
        alarms += paired(seen, nothing, 1).p < 0.05
        plain += paired(seen, nothing, 0).p < 0.05
    assert alarms / tries < 0.08
    assert plain / tries > 0.3
