"""Nearest neighbours against sorting all distances."""

import numpy as np
import pytest

from core.maps import neighbours as module
from core.maps.neighbours import Searcher, normalised
from core.progress import Progress


def rows(count: int, dimension: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def distances(a: np.ndarray, b: np.ndarray, metric: str) -> np.ndarray:
    if metric == "euclidean":
        return np.linalg.norm(a[:, None] - b[None], axis=2)
    return 1 - normalised(a) @ normalised(b).T


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_are_those_of_a_full_sort(metric: str) -> None:
    x = rows(150)
    expected = distances(x, x, metric)
    np.fill_diagonal(expected, np.inf)
    found = Searcher(x, metric).among(7)
    assert np.array_equal(found.indices, expected.argsort(axis=1)[:, :7])
    assert np.allclose(found.distances, np.sort(expected, axis=1)[:, :7], atol=1e-3)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_queries_find_their_nearest_rows(metric: str) -> None:
    x, queries = rows(150), rows(20, seed=1)
    found = Searcher(x, metric).nearest(queries, 3)
    assert np.array_equal(found.indices, distances(queries, x, metric).argsort(axis=1)[:, :3])


def test_no_row_is_its_own_neighbour_even_among_duplicates() -> None:
    x = np.repeat(rows(5), 12, axis=0)
    found = Searcher(x).among(6)
    assert found.indices.shape == found.distances.shape == (60, 6)
    assert not (found.indices == np.arange(60)[:, None]).any()
    assert np.array_equal(found.with_self().indices[:, 0], np.arange(60))
    assert not found.with_self().distances[:, 0].any()


def test_rows_of_zeros_are_no_trouble() -> None:
    x = rows(20)
    x[3] = 0
    assert np.isfinite(Searcher(x).among(5).distances).all()
    assert not normalised(x)[3].any()


def test_chunks_are_told_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x = rows(100)
    whole = Searcher(x).among(5)
    monkeypatch.setattr(module, "CHUNK", 30)
    told: list[Progress] = []
    assert np.array_equal(Searcher(x).among(5, told.append).indices, whole.indices)
    assert [progress.done for progress in told] == [0, 30, 60, 90, 100]


def test_many_rows_are_searched_approximately_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    x = rows(2_000)
    exact = Searcher(x)
    expected = exact.among(10)
    assert exact.metrics == {}
    monkeypatch.setattr(module, "EXACT_ROWS", 1_000)
    approximate = Searcher(x)
    found = approximate.among(10)
    assert approximate.metrics == {"neighbours_approximate": 1}
    pairs = zip(found.indices, expected.indices, strict=True)
    assert np.mean([len(set(few) & set(all_)) / 10 for few, all_ in pairs]) > 0.8
