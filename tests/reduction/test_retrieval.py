"""Ranks against sorting, ties, and tiles against one piece."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput, Cancelled
from core.progress import Progress, silent
from core.reduction import retrieval
from core.reduction.counting import screen, tiles
from core.reduction.retrieval import Ranks, correctness, ranks, recall
from core.results import Pairs
from tests.reduction.making import related


def in_tiles(pairs: Pairs, monkeypatch: pytest.MonkeyPatch, kept: int | None = None) -> Ranks:
    """Tiles that are cut off at the edges; kept: dimensions of the screen, its own choice where there are none."""
    monkeypatch.setattr(retrieval, "AT_ONCE", 0)
    monkeypatch.setattr(tiles, "STRIP", 50)
    monkeypatch.setattr(tiles, "TILE", 37)
    if kept is not None:
        monkeypatch.setattr(screen, "_least_work", lambda sample: kept)
    return ranks(pairs)


def same(found: Ranks, expected: Ranks) -> bool:
    return all(
        np.array_equal(getattr(found, way), getattr(expected, way)) for way in ("image_to_text", "text_to_image")
    )


def test_ranks_are_those_of_a_sort() -> None:
    pairs = related(noise=3)
    scores = pairs.image.astype(np.float64) @ pairs.text.T.astype(np.float64)
    places = np.argsort(-scores, axis=1, kind="stable"), np.argsort(-scores.T, axis=1, kind="stable")
    own = np.arange(len(pairs))[:, None]
    found = ranks(pairs)
    assert np.array_equal(found.image_to_text, np.argmax(places[0] == own, axis=1))
    assert np.array_equal(found.text_to_image, np.argmax(places[1] == own, axis=1))
    assert found.image_to_text.dtype == found.text_to_image.dtype == np.int32
    assert 0 < recall(found.image_to_text) < 1


@pytest.mark.parametrize("kept", [None, 1, 8, 15, 16])
@pytest.mark.parametrize("noise", [0.3, 3])
def test_neither_tiles_nor_a_screen_change_a_rank(
    kept: int | None, noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = related(count=330, noise=noise)
    assert same(in_tiles(pairs, monkeypatch, kept), retrieval._at_once(pairs))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 4), min_size=1, max_size=12))
def test_ties_count_as_before_it(rows: list[tuple[int, ...]]) -> None:
    """Small whole numbers: every product is exact, many are the same."""
    half = np.array(rows, dtype=np.float32)
    pairs = Pairs(half, np.roll(half, 1, axis=1))
    exact = [
        [sum(Fraction(int(a)) * int(b) for a, b in zip(x, y, strict=True)) for y in pairs.text] for x in pairs.image
    ]
    before = [sum(exact[i][j] >= exact[i][i] for j in range(len(half))) - 1 for i in range(len(half))]
    turned = [sum(exact[j][i] >= exact[i][i] for j in range(len(half))) - 1 for i in range(len(half))]
    expected = Ranks(np.array(before, np.int32), np.array(turned, np.int32))
    assert same(ranks(pairs), expected)
    with pytest.MonkeyPatch.context() as patch:
        assert same(in_tiles(pairs, patch), expected)


def test_twins_count_against_each_other_wherever_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caption that is there three times, in different tiles, is never the only nearest one."""
    pairs = related(count=300, noise=0.1)
    twice = Pairs(pairs.image, pairs.text[np.arange(300) % 100])
    for found in (in_tiles(twice, monkeypatch, 16), in_tiles(twice, monkeypatch, 9), retrieval._at_once(twice)):
        assert (found.image_to_text >= 2).all()


def test_recall_and_correctness() -> None:
    found = Ranks(np.array([0, 1, 4], np.int32), np.array([0, 0, 7], np.int32))
    assert [recall(found.image_to_text, k) for k in (1, 2, 5)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert found.right().tolist() == [1, 0.5, 0]
    assert correctness(found.image_to_text, found.text_to_image, 5).tolist() == [1, 1, 0.5]


def test_progress_and_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []
    pairs = related(count=330)
    monkeypatch.setattr(retrieval, "AT_ONCE", 0)
    monkeypatch.setattr(tiles, "STRIP", 100)
    ranks(pairs, told.append)
    assert [progress.done for progress in told] == [0, 100, 200, 300, 330]
    assert {progress.total for progress in told} == {330}

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        ranks(pairs, stop)


def test_no_pairs_have_no_ranks() -> None:
    empty = np.zeros((0, 4), dtype=np.float32)
    with pytest.raises(BadInput, match="no pairs to match"):
        ranks(Pairs(empty, empty), silent)


def test_the_screen_is_whole_where_every_direction_counts_alike() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(2, 400, 64)).astype(np.float32)
    alike = Pairs(*(each / np.linalg.norm(each, axis=1, keepdims=True) for each in rows))
    assert screen.screen_for(alike).image.shape == (400, 64)
    assert screen.screen_for(alike).image_tail.shape == (400, 0)
    assert not screen.screen_for(alike).image_rest.any()
