"""The paired test against independent ways to the same figures."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.reduction.significance import (
    Loss,
    band,
    mcnemar,
    pair_means,
    paired_bootstrap,
    resampled_means,
    smallest_lossless,
)

HALVES = st.sampled_from([0.0, 0.5, 1.0])


def once(*values: float) -> np.ndarray:
    """One split that holds out every pair."""
    return np.array([values], dtype=np.float64)


def rows(count: int) -> np.ndarray:
    return np.arange(count)[None]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(HALVES, HALVES), min_size=2, max_size=5))
def test_p_is_that_of_all_possible_draws(pairs: list[tuple[float, float]]) -> None:
    """With so few pairs, every draw with replacement can be listed."""
    full, reduced = (once(*side) for side in zip(*pairs, strict=True))
    found = paired_bootstrap(full, reduced, rows(len(pairs)))
    differences = (reduced - full)[0]
    means = np.array([np.mean(draw) for draw in product(differences, repeat=len(differences))])
    expected = np.mean(means - differences.mean() <= differences.mean() + 1e-12)
    assert found.p == pytest.approx(expected, abs=0.02)
    assert found.standard_error == pytest.approx(means.std(), abs=0.01)
    assert found.difference == pytest.approx(differences.mean())


def test_draws_are_those_of_pairs_one_by_one() -> None:
    random = np.random.default_rng(3)
    values = random.integers(-3, 4, 80) / 3
    plain = np.array([values[random.integers(0, 80, 80)].mean() for _ in range(4_000)])
    drawn = resampled_means(values)
    assert np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95]) == pytest.approx(
        np.quantile(plain, [0.05, 0.25, 0.5, 0.75, 0.95]), abs=0.02
    )


def test_a_pair_counts_once_however_often_it_is_held_out() -> None:
    held_out = np.array([[0, 1], [0, 2], [0, 4]])
    values = np.array([[1, 0], [0, 1], [0.5, 0.5]])
    assert pair_means(values, held_out).tolist() == pytest.approx([0.5, 0, 1, 0.5])
    assert paired_bootstrap(np.zeros((3, 2)), values, held_out).pairs == 4


def test_no_change_is_lossless_and_a_clear_loss_is_not() -> None:
    right = once(*np.tile([1.0, 0.0], 100))
    same = paired_bootstrap(right, right, rows(200))
    assert (same.p, same.difference, same.detectable_loss) == (1, 0, 0)
    worse = paired_bootstrap(right, right * (np.arange(200) % 10 > 0), rows(200))
    assert worse.p < 0.01
    assert not worse.lossless
    better = paired_bootstrap(right * (np.arange(200) % 10 > 0), right, rows(200))
    assert better.p > 0.9


def test_the_level_is_kept_and_the_power_is_as_said() -> None:
    """Over many made samples: 5 % false alarms without a loss, 80 % found at the detectable loss."""
    random = np.random.default_rng(0)
    count, tries, found = 250, 400, {"none": 0, "detectable": 0}
    change = 0.2
    size = (1.645 + 0.8416) * np.sqrt(change / count)
    for shift, name in ((0.0, "none"), (size, "detectable")):
        chances = [change / 2 + shift / 2, change / 2 - shift / 2]
        for _ in range(tries):
            lost, won, _rest = random.multinomial(count, [*chances, 1 - sum(chances)])
            differences = once(*np.repeat([-1.0, 1.0, 0.0], [lost, won, count - lost - won]))
            found[name] += not paired_bootstrap(
                np.zeros_like(differences), differences, rows(count), draws=1_000
            ).lossless
    assert found["none"] / tries == pytest.approx(0.05, abs=0.03)
    assert found["detectable"] / tries == pytest.approx(0.8, abs=0.07)


def test_the_same_seed_gives_the_same_p() -> None:
    random = np.random.default_rng(1)
    full, reduced = random.integers(0, 3, (2, 4, 50)) / 2
    held_out = np.stack([random.permutation(100)[:50] for _ in range(4)])
    assert paired_bootstrap(full, reduced, held_out) == paired_bootstrap(full, reduced, held_out)


def test_the_band_holds_the_mean_and_narrows_with_more_pairs() -> None:
    few, many = (band(once(*np.tile([1.0, 0.0, 1.0, 0.5], count)), rows(4 * count)) for count in (10, 1_000))
    assert few.low < many.low < 0.625 < many.high < few.high
    sd = np.std([1, 0, 1, 0.5])
    assert many.high - many.low == pytest.approx(2 * 1.96 * sd / np.sqrt(4_000), rel=0.1)


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (5, 0), (9, 4), (3, 12)])
def test_mcnemar_is_the_binomial_tail(lost: int, won: int) -> None:
    before = np.array([True] * lost + [False] * won + [True, False])
    after = np.array([False] * lost + [True] * won + [True, False])
    changed = lost + won
    tail = sum(comb(changed, count) for count in range(lost, changed + 1)) / 2**changed
    found = mcnemar(before, after)
    assert (found.lost, found.won) == (lost, won)
    assert found.p == pytest.approx(tail)


def test_the_smallest_lossless_dimension() -> None:
    def loss(p: float) -> Loss:
        return Loss(-0.01, p, 0.01, 100)

    assert smallest_lossless({8: loss(0.001), 64: loss(0.3), 32: loss(0.05), 128: loss(0.6)}) == 32
    assert smallest_lossless({8: loss(0.001), 16: loss(0.049)}) is None
    assert smallest_lossless({}) is None
