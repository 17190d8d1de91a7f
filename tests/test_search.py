"""Exact search by cosine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import search as module
from core.errors import BadInput, BadParameter
from core.results import Embeddings
from core.search import nearest, search


def embeddings(count: int, dimension: int = 8, seed: int = 0) -> Embeddings:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(np.array([f"item{row}" for row in range(count)]), vectors, "pocket", "image")


@given(count=st.integers(0, 60), top=st.integers(1, 70), seed=st.integers(0, 99), scale=st.floats(0.01, 100))
@settings(deadline=None)
def test_hits_are_those_of_a_full_sort(count: int, top: int, seed: int, scale: float) -> None:
    rows = embeddings(count, seed=seed)
    query = np.random.default_rng(seed + 1).normal(size=8) * scale
    scores = rows.vectors @ (query / np.linalg.norm(query)).astype(np.float32)
    best = np.argsort(-scores, kind="stable")[:top]
    hits = search(rows, query, top)
    assert np.array_equal(hits.ids, rows.ids[best])
    assert np.allclose(hits.scores, scores[best], atol=1e-6)


def test_a_row_finds_itself_first_with_score_one() -> None:
    rows = embeddings(30)
    hits = search(rows, rows.vectors[7], 3)
    assert hits.ids[0] == "item7"
    assert hits.scores[0] == pytest.approx(1, abs=1e-6)


def test_equal_scores_keep_the_order_of_the_items() -> None:
    rows = embeddings(1)
    same = Embeddings(np.array(["c", "a", "b"]), np.repeat(rows.vectors, 3, axis=0), "pocket", "image")
    assert search(same, rows.vectors[0], 2).ids.tolist() == ["c", "a"]


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = embeddings(50)
    whole = search(rows, rows.vectors[3], 10)
    monkeypatch.setattr(module, "CHUNK", 7)
    assert np.array_equal(search(rows, rows.vectors[3], 10).ids, whole.ids)


def test_what_is_nearest_to_an_item_leaves_it_out() -> None:
    rows = embeddings(30)
    hits = nearest(rows, rows.vectors[7], "item7", 5)
    assert len(hits.ids) == 5
    assert "item7" not in hits.ids
    assert np.array_equal(hits.ids, search(rows, rows.vectors[7], 6).ids[1:])


@pytest.mark.parametrize(
    ("query", "line"),
    [
        (np.ones(5), r"^the query has shape \(5,\), the vectors \(9, 8\): use the model that made them$"),
        (np.zeros(8), "^the query has no direction"),
        (np.full(8, np.nan), "^the query has no direction"),
    ],
)
def test_a_query_that_is_none_is_refused(query: np.ndarray, line: str) -> None:
    with pytest.raises(BadInput, match=line):
        search(embeddings(9), query)


def test_no_hits_cannot_be_asked_for() -> None:
    with pytest.raises(BadParameter, match=r"^top=0 is below 1"):
        search(embeddings(9), np.ones(8), 0)
