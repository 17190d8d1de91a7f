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
from core.reduction.retrieval import Ranks, ranks, recall
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
    expected = ranks(pairs)
    assert same(in_tiles(pairs, monkeypatch, kept), expected)


def several(count: int = 130, noise: float = 1.5, seed: int = 0) -> Pairs:
    """One to five captions an image, an image's rows anywhere; some captions are there twice."""
    random = np.random.default_rng(seed)
    item = np.concatenate([np.arange(count), random.integers(0, count // 2, 2 * count)])
    random.shuffle(item)
    one = related(count=count, noise=noise, seed=seed)
    text = one.image[item] + noise * random.normal(size=(len(item), one.dimensions)) / one.dimensions**0.5
    text[7], text[11] = text[3], text[3]
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    return Pairs(one.image[item], text.astype(np.float32), item)


def by_hand(pairs: Pairs) -> Ranks:
    """Image → caption: how many captions of others reach the best of its own; caption → image: other images."""
    scores = pairs.image.astype(np.float64) @ pairs.text.T.astype(np.float64)
    item, found = pairs.item, []
    for row in range(len(pairs)):
        mine = item == item[row]
        own = scores[row][mine].max() - 1e-12
        images = {int(item[other]) for other in range(len(pairs)) if scores[other, row] >= scores[row, row] - 1e-12}
        found.append((np.count_nonzero(scores[row][~mine] >= own), len(images - {int(item[row])})))
    return Ranks(*(np.array(way, dtype=np.int32) for way in zip(*found, strict=True)))


@pytest.mark.parametrize("kept", [None, 1, 9, 16])
def test_any_of_an_images_captions_counts_and_each_caption_asks(
    kept: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = several()
    expected = by_hand(pairs)
    assert same(ranks(pairs), expected)
    assert same(in_tiles(pairs, monkeypatch, kept), expected)
    assert all(0.1 < recall(way) < 0.95 for way in (expected.image_to_text, expected.text_to_image))


def test_one_caption_an_image_is_as_without_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = related(count=120, noise=2)
    given = Pairs(pairs.image, pairs.text, np.random.default_rng(0).permutation(120))
    expected = ranks(pairs)
    assert same(ranks(given), expected)
    assert same(in_tiles(given, monkeypatch), expected)


def test_an_image_finds_any_of_its_captions() -> None:
    """Two images along two axes: the first caption of the first one lies at the second, its second one is right."""
    axes = np.eye(3, dtype=np.float32)
    pairs = Pairs(axes[[0, 0, 1]], axes[[1, 0, 2]], np.array([5, 5, 2]))
    assert ranks(pairs).image_to_text.tolist() == [0, 0, 2]
    assert ranks(pairs).text_to_image.tolist() == [1, 0, 1]
    assert (pairs.items.tolist(), pairs.image_rows.tolist()) == ([0, 0, 1], [0, 2])


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
    for found in (ranks(twice), in_tiles(twice, monkeypatch, 16), in_tiles(twice, monkeypatch, 9)):
        assert (found.image_to_text >= 2).all()


def test_recall() -> None:
    found = Ranks(np.array([0, 1, 4], np.int32), np.array([0, 0, 7], np.int32))
    assert [recall(found.image_to_text, k) for k in (1, 2, 5)] == pytest.approx([1 / 3, 2 / 3, 1])


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
    assert screen.screen_for(alike.image, alike.text, np.arange(400)).image.shape == (400, 64)
    assert screen.screen_for(alike.image, alike.text, np.arange(400)).image_tail.shape == (400, 0)
    assert not screen.screen_for(alike.image, alike.text, np.arange(400)).image_rest.any()
