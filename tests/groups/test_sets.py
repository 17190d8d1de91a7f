"""Items in groups, and what every group embedding keeps to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from core.errors import BadInput
from core.groups import sets as module
from core.groups.sets import GroupEmbedder, Sets, distances, unit
from core.methods import Method, discover
from tests.groups.making import classes, ragged

METHODS = discover("core.groups")
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
TAUGHT = classes(count=6, items=8, dimensions=6)
_fitted: dict[str, GroupEmbedder] = {}


def fitted(method: Method) -> GroupEmbedder:
    if method.name not in _fitted:
        known: dict[str, Any] = {"steps": 20} if "steps" in method.params.__dataclass_fields__ else {}
        _fitted[method.name] = method.fit(TAUGHT, method.make_params(known))
    return _fitted[method.name]


@every_method
@given(seed=st.integers(0, 2**31), size=st.integers(1, 9))
@settings(max_examples=15, deadline=None)
def test_the_order_of_items_changes_nothing(method: Method, seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    items = random.normal(size=(1, size, 6)).astype(np.float32)
    mixed = items[:, random.permutation(size)]
    embedder = fitted(method)
    assert np.allclose(embedder.embed(items), embedder.embed(mixed), atol=1e-4)


@every_method
def test_a_group_is_embedded_alike_alone_and_among_others(method: Method) -> None:
    groups, embedder = ragged(), fitted(method)
    together = embedder(groups)
    assert together.dtype == np.float32
    for number in range(len(groups)):
        alone = embedder.embed(groups.vectors[groups.rows(number)][None])
        assert np.allclose(together[number], alone[0], atol=1e-5)


@every_method
def test_equal_items_are_embedded_without_an_end_of_numbers(method: Method) -> None:
    same = np.ones((2, 3, 6), dtype=np.float32)
    for items in (same, 0 * same, same[:, :1]):
        assert np.isfinite(fitted(method).embed(items)).all()


@every_method
@pytest.mark.parametrize(
    ("sizes", "line"),
    [((5,), "1 group is fewer than 2"), ((1, 1, 1), "each of the 3 groups holds one item")],
)
def test_groups_that_cannot_be_compared_are_refused(method: Method, sizes: tuple[int, ...], line: str) -> None:
    with pytest.raises(BadInput, match=line):
        method.fit(ragged(sizes=sizes), method.params())


def test_rows_in_any_order_become_groups() -> None:
    rows = np.arange(10, dtype=np.float32).reshape(5, 2)
    groups = Sets.of(rows, np.array([1, 0, 2, 0, 1]))
    assert groups.sizes.tolist() == [2, 2, 1]
    assert groups.starts.tolist() == [0, 2, 4]
    assert groups.group.tolist() == [0, 0, 1, 1, 2]
    assert groups.vectors[:, 0].tolist() == [2, 6, 0, 8, 4]
    some = groups.take([2, 0])
    assert (some.sizes.tolist(), some.vectors[:, 0].tolist()) == ([1, 2], [4, 2, 6])


def test_blocks_hold_every_group_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 6)
    groups = ragged(sizes=(3, 1, 3, 3, 9, 1))
    seen = {}
    for numbers, block in groups.blocks():
        assert block.shape[1] == groups.sizes[numbers[0]]
        assert len(block) == 1 or block.shape[0] * block.shape[1] <= 6
        seen |= dict(zip(numbers.tolist(), block, strict=True))
    assert sorted(seen) == list(range(6))
    assert all(np.array_equal(seen[each], groups.vectors[groups.rows(each)]) for each in seen)


@pytest.mark.parametrize("sizes", [[2, 2], [3, 0, 2], [5.0]])
def test_sizes_that_do_not_fit_are_refused(sizes: list[Any]) -> None:
    with pytest.raises(BadInput, match="sizes: "):
        Sets(np.zeros((5, 2), dtype=np.float32), np.array(sizes))


def test_items_that_are_not_finite_are_refused() -> None:
    rows = np.full((2, 3), np.nan, dtype=np.float32)
    with pytest.raises(BadInput, match="row 0 is not finite"):
        Sets(rows, np.array([2]))


def test_distances_are_euclidean() -> None:
    random = np.random.default_rng(0)
    a, b = (random.normal(size=(count, 5)).astype(np.float32) for count in (7, 9))
    assert np.allclose(distances(a, b), cdist(a, b), atol=1e-5)
    assert np.allclose(np.diagonal(distances(a, a)), 0, atol=1e-5)
    cosines = 1 - cdist(a, b, "cosine")
    assert np.array_equal(distances(unit(a), unit(b)).argsort(axis=1), (-cosines).argsort(axis=1))


def test_an_embedder_tells_how_it_goes() -> None:
    @dataclass(frozen=True)
    class Sum(GroupEmbedder):
        def embed(self, x: np.ndarray) -> np.ndarray:
            return x.sum(axis=1)

    told: list[Any] = []
    made = Sum()(ragged(), told.append)
    assert made.shape == (5, 6)
    assert all(progress.message == "embedding groups" for progress in told)
