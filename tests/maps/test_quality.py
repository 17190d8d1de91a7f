"""Trustworthiness against scikit-learn's, neighbour preservation against its definition."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.maps import quality as module
from core.maps.quality import quality


def rows(count: int, dimension: int = 12, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def preserved(x: np.ndarray, xy: np.ndarray, neighbours: int) -> float:
    """The mean share of the k nearest rows that are also the k nearest on the map, by full sorting."""

    def nearest(points: np.ndarray) -> np.ndarray:
        distances = np.linalg.norm(points[:, None] - points[None], axis=2)
        np.fill_diagonal(distances, np.inf)
        return distances.argsort(axis=1)[:, :neighbours]

    pairs = zip(nearest(x), nearest(xy), strict=True)
    return float(np.mean([len(set(high) & set(low)) / neighbours for high, low in pairs]))


@given(count=st.integers(8, 90), neighbours=st.integers(1, 20), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_both_figures_follow_their_definitions(count: int, neighbours: int, seed: int) -> None:
    from sklearn.manifold import trustworthiness

    x, xy = rows(count, seed=seed), rows(count, 2, seed + 1)
    found = quality(x, xy, neighbours=neighbours)
    used = found["quality_neighbours"]
    assert used == min(neighbours, (count - 1) // 2)
    assert found["trustworthiness"] == pytest.approx(trustworthiness(x, xy, n_neighbors=used), abs=1e-6)
    assert found["neighbour_preservation"] == pytest.approx(preserved(x, xy, used), abs=1e-6)


def test_cosine_is_that_of_scikit_learn() -> None:
    from sklearn.manifold import trustworthiness

    x, xy = rows(200) * np.linspace(0.1, 9, 200, dtype=np.float32)[:, None], rows(200, 2, 1)
    expected = trustworthiness(x, xy, n_neighbors=15, metric="cosine")
    assert quality(x, xy, "cosine")["trustworthiness"] == pytest.approx(expected, abs=1e-6)


def test_a_perfect_map_scores_one() -> None:
    xy = rows(300, 2)
    found = quality(xy, xy)
    assert found["trustworthiness"] == 1
    assert found["neighbour_preservation"] == 1


def test_identical_rows_count_as_each_others_neighbours() -> None:
    found = quality(np.ones((40, 5), np.float32), rows(40, 2))
    assert found == {"trustworthiness": 1, "neighbour_preservation": 1, "quality_neighbours": 15}


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, xy = rows(100), rows(100, 2, 1)
    whole = quality(x, xy)
    monkeypatch.setattr(module, "CHUNK_CELLS", 700)
    assert quality(x, xy) == pytest.approx(whole)


def test_above_the_limit_a_sample_is_asked_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    x, xy = rows(1_500), rows(1_500, 2, 1)
    whole = quality(x, xy)
    monkeypatch.setattr(module, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(module, "SAMPLE", 700)
    sampled = quality(x, xy)
    assert "quality_sample" not in whole
    assert sampled["quality_sample"] == 700
    assert sampled == quality(x, xy)
    assert sampled["trustworthiness"] == pytest.approx(whole["trustworthiness"], abs=0.02)
    assert sampled["neighbour_preservation"] == pytest.approx(whole["neighbour_preservation"], abs=0.02)


def test_memory_stays_bounded() -> None:
    x, xy = rows(6_000, 8), rows(6_000, 2, 1)
    tracemalloc.start()
    quality(x, xy, neighbours=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000 * 6_000 * 4


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_rows_are_one_line(count: int) -> None:
    with pytest.raises(BadInput, match=f"^{count} rows are too few for a map: at least 4"):
        quality(rows(count), rows(count, 2))
