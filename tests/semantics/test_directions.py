"""Concept directions: their formulas, the items along them, and embeddings without them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from core.errors import BadInput, BadParameter
from core.maps.neighbours import normalised
from core.semantics.directions import along, apart, between, projections, removing, separation
from core.semantics.results import Direction
from tests.semantics.making import unit


def groups(count: int = 60, distance: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows, and which lie to one side along the third axis."""
    first = np.arange(count) % 3 == 0
    return normalised(
        np.random.default_rng(0).normal(size=(count, 8)) + distance * first[:, None] * np.eye(8)[2]
    ), first


def test_between_two_prompts_it_is_their_difference() -> None:
    a, b = unit(2)
    found = between(a, b, "a − b")
    assert np.allclose(found.vector, (a - b) / np.sqrt(((a - b) ** 2).sum()), atol=1e-6)
    assert np.allclose(projections(np.stack([a, b]), found), [a @ found.vector, b @ found.vector])


def test_two_equal_prompts_have_no_direction() -> None:
    a = unit(1)[0]
    with pytest.raises(BadInput, match=r"^cat − cat: both sides are the same vector, which has no direction: choose"):
        between(a, a + np.float32(1e-7), "cat − cat")


def test_between_groups_it_is_the_difference_of_their_means() -> None:
    x, first = groups()
    second = ~first & (np.arange(60) > 20)
    difference = x[first].astype(float).mean(axis=0) - x[second].astype(float).mean(axis=0)
    found = apart(x, first, second, "one − other")
    assert np.allclose(found.vector, difference / np.linalg.norm(difference), atol=1e-6)


@pytest.mark.parametrize("fit", ["means", "logistic", "lda"])
def test_every_fit_finds_the_axis_that_separates(fit: str) -> None:
    x, first = groups(600, distance=4)
    found = apart(x, first, ~first, "one − other", fit)
    assert found.vector[2] > 0.9
    assert found.auc > 0.95


def test_lda_is_scikit_learns_on_both_groups_alone() -> None:
    x, first = groups()
    second = ~first & (np.arange(60) > 20)
    either = first | second
    model = LinearDiscriminantAnalysis("lsqr", shrinkage="auto").fit(x[either].astype(float), first[either])
    found = apart(x, first, second, "one − other", "lda").vector
    assert np.allclose(found, model.coef_[0] / np.linalg.norm(model.coef_[0]), atol=1e-5)


def test_the_area_is_of_rows_that_the_fit_has_not_seen() -> None:
    """A direction between groups drawn by chance separates the rows it was found on, and no others."""
    x, first = unit(80, 200), np.arange(80) % 2 == 0
    found = apart(x, first, ~first, "one − other")
    seen = x @ found.vector
    assert (seen[first][:, None] > seen[~first]).mean() > 0.95
    assert 0.2 < found.auc < 0.8


def test_few_rows_have_no_area() -> None:
    x, first = groups(12)
    assert separation(x, first) is None
    assert apart(x, first, ~first, "one − other").auc is None


@pytest.mark.parametrize(
    ("first", "second", "fit", "kind", "line"),
    [
        ([0], [0, 1], "means", BadInput, "1 items are on both sides of the direction"),
        ([], [1], "means", BadInput, "the first group has 0 items, 1 are needed"),
        ([0], [], "means", BadInput, "the second group has 0 items, 1 are needed"),
        ([0, 1], [2], "lda", BadInput, "the second group has 1 items, 2 are needed"),
        ([0], [1], "svm", BadParameter, "fit='svm' is not one of means, logistic, lda"),
    ],
)
def test_groups_that_are_none(first: list, second: list, fit: str, kind: type, line: str) -> None:
    members = [np.isin(np.arange(6), rows) for rows in (first, second)]
    with pytest.raises(kind, match=line):
        apart(unit(6), *members, "one − other", fit)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=40), st.integers(1, 12))
def test_items_along_it_go_from_end_to_end(values: list[float], count: int) -> None:
    scores = np.array(values, dtype=np.float32)
    rows = along(scores, count)
    assert len(rows) == len(set(rows.tolist())) == min(count, len(scores))
    assert (np.diff(scores[rows]) >= 0).all()
    assert scores[rows[0]] == scores.min()
    if count > 1:
        assert scores[rows[-1]] == scores.max()


def test_along_it_the_ranks_are_evenly_spaced() -> None:
    scores = np.arange(101, dtype=np.float32)[::-1] ** 3
    assert scores[along(scores, 5)].tolist() == [0, 25**3, 50**3, 75**3, 100**3]


def test_without_a_direction_nothing_lies_along_it() -> None:
    x = unit(50)
    direction = between(*unit(2, seed=5), "a − b")
    reducer = removing(direction)
    for side in (reducer.image, reducer.text):
        without = side(x)
        expected = np.array([row - (row @ direction.vector) * direction.vector for row in x.astype(float)])
        assert np.allclose(without, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
        assert np.abs(without @ direction.vector).max() < 1e-6
        assert np.allclose(side(without), without, atol=1e-6)


def test_a_direction_is_a_unit_vector_of_as_many_dimensions() -> None:
    with pytest.raises(BadInput, match=r"vector: norm 2.0000, not 1"):
        Direction(np.array([2, 0], np.float32), "two")
    with pytest.raises(BadInput, match="the direction has 2 dimensions, the items 8: use one model"):
        projections(unit(3), Direction(np.array([1, 0], np.float32), "one"))
