"""Wilson's interval, against values worked out by hand and the equation that it solves."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import confusion_matrix

from core.statistics import NORMAL, contingency, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_known_values(hits: int, count: int, low: float, high: float) -> None:
    """The last is the example of Newcombe: Two-sided confidence intervals for the single proportion. 1998, table I."""
    band = wilson(hits / count, count)
    assert (band.low, band.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(("share", "count"), [(0.3, 7), (0.02, 440), (0.97, 33.5)])
def test_its_ends_are_where_the_share_lies_so_many_deviations_off(share: float, count: float) -> None:
    band = wilson(share, count)
    for end in (band.low, band.high):
        assert abs(share - end) == pytest.approx(NORMAL * sqrt(end * (1 - end) / count), rel=1e-9)
    assert band.width == band.high - band.low


def test_nothing_seen_tells_nothing() -> None:
    assert (wilson(0.0, 0).low, wilson(0.0, 0).high) == (0.0, 1.0)


@given(some.lists(some.tuples(some.integers(0, 4), some.integers(0, 4)), min_size=1))
def test_contingency_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    rows, columns = np.array(pairs).T
    assert np.array_equal(contingency(rows, columns, (5, 5)), confusion_matrix(rows, columns, labels=range(5)))


def test_nothing_is_counted_of_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert contingency(nothing, nothing, (2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
