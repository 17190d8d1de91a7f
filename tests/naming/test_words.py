"""Phrases are what captions hold; their weights against the papers' formulas written out."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.errors import BadInput
from core.methods import discover, find
from core.naming.choosing import Phrase, candidates, different, fused, names
from core.naming.contrast import directions, nearest_rows
from core.naming.counts import Counts, Weights, counts
from core.naming.phrases import LITTLE, distinct, holds, lexicon, phrases, words_of

METHODS = discover("core.naming")
CAPTIONS = [
    "A cup of tea",
    "a cup of coffee",
    "Green tea, and the cup",
    "a dog",
    "a dog with a red ball",
    "",
    "The red ball",
    "flag: Red Island",
]
GROUP = np.array([0, 0, 0, 1, 1, 1, 1, -1])


def counted(captions: list[str] = CAPTIONS, group: np.ndarray = GROUP) -> tuple[Counts, list[str]]:
    different, wording = distinct(captions)
    return counts(lexicon(different), wording, group, int(group.max()) + 1)


def dense(weights: Weights, like: Counts) -> np.ndarray:
    """As a matrix (G, V), 0 where a group has no such phrase."""
    made = np.zeros(like.within.shape)
    made[weights.group, weights.phrase] = weights.weight
    return made


@given(some.text(alphabet="abAB the,.-'’0é\t\n", max_size=40))
def test_a_phrase_is_word_for_word_in_its_caption(caption: str) -> None:
    plain = " ".join(caption.split())
    for phrase in phrases(caption):
        assert re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", plain)
        assert holds(caption, phrase)
        first, last = (phrase.casefold().split()[place] for place in (0, -1))
        assert first not in LITTLE
        assert last not in LITTLE
        assert len(phrase.split()) <= 3


def test_no_phrase_bridges_a_comma_or_a_word_left_out() -> None:
    assert list(phrases("A cup of tea")) == ["cup", "cup of tea", "tea"]
    assert list(phrases("Green tea, cup")) == ["Green", "Green tea", "tea", "cup"]
    assert list(phrases("flag: Côte d’Ivoire")) == ["flag", "Côte", "Côte d’Ivoire", "d’Ivoire"]
    assert list(phrases("T-shirt")) == ["T-shirt"]
    assert list(phrases("of the")) == list(phrases("  ")) == []
    assert not holds("a cup of tea", "cup tea")
    assert holds("a cup of tea", "Cup of Tea")


def test_small_letters_are_written_where_they_occur() -> None:
    found = lexicon(["The Dog", "a dog", "Paris"])
    assert set(found.written) == {"dog", "Paris"}
    assert found.held.toarray().sum(axis=0).tolist() == [2, 1]


def test_captions_that_say_the_same_are_one() -> None:
    different, of = distinct(["A  dog", "a dog", "", "a cat"])
    assert different == ["A dog", "a cat"]
    assert of.tolist() == [0, 0, -1, 1]


def test_counts_are_of_items() -> None:
    found, written = counted()
    within = found.within.toarray()
    assert found.sizes.tolist() == [3, 3]
    assert found.items == 7
    for place, phrase in enumerate(written):
        has = np.array([holds(caption, phrase) for caption in CAPTIONS])
        assert found.totals[place] == has.sum() >= 2
        assert within[:, place].tolist() == [int(has[group == GROUP].sum()) for group in (0, 1)]
    assert "cup" in written
    assert "Island" not in written  # one item alone has it


def test_log_odds_are_those_of_the_paper() -> None:
    found, written = counted()
    method = find("core.naming", "log-odds")
    scores = dense(method.fit(found, method.make_params({"prior": 2.0})), found)
    for group in (0, 1):
        for place, _ in enumerate(written):
            y, total = int(found.within.toarray()[group, place]), int(found.totals[place])
            if not y:
                assert scores[group, place] == 0
                continue
            n, everyone = 3, 7
            a, b = 2.0 * total + 0.5, 2.0 * (everyone - total) + 0.5
            four = (y + a, n - y + b, total - y + a, everyone - n - total + y + b)
            delta = math.log(four[0] / four[1]) - math.log(four[2] / four[3])
            assert scores[group, place] == pytest.approx(delta / math.sqrt(sum(1 / each for each in four)))


def test_class_tfidf_is_that_of_the_paper() -> None:
    found, _ = counted()
    method = find("core.naming", "class-tfidf")
    within = found.within.toarray()
    average = within.sum() / 2
    wanted = within * np.log(1 + average / np.maximum(within.sum(axis=0), 1))
    assert np.allclose(dense(method.fit(found, method.params()), found), wanted)


def test_a_phrase_that_all_share_says_nothing() -> None:
    """And one of two items is less sure than one of many."""
    captions = ["a photo of a cat"] * 40 + ["a photo of a dog"] * 38 + ["a photo of a dog tooth"] * 2
    found, written = counted(captions, np.repeat([0, 1], 40))
    method = find("core.naming", "log-odds")
    scores = dict(zip(written, dense(method.fit(found, method.params()), found)[1], strict=True))
    assert abs(scores["photo"]) < 1e-9
    assert scores["dog"] > scores["dog tooth"] > 0
    best = candidates(method.fit(found, method.params()), 1, written, 3)
    assert written[best[0]] == "photo of a dog".removeprefix("photo of a ")


def test_directions_are_means_less_those_of_the_others() -> None:
    x = np.random.default_rng(0).normal(size=(8, 5)).astype(np.float32)
    found = directions(x, GROUP, 2)
    for group in (0, 1):
        difference = x[group == GROUP].mean(axis=0) - x[group != GROUP].mean(axis=0)
        assert np.allclose(found[group], difference / np.linalg.norm(difference), atol=1e-5)
    with pytest.raises(BadInput, match="all items are in one group"):
        directions(x, np.zeros(8, dtype=np.int64), 1)


def test_a_group_that_is_as_the_others_has_no_direction() -> None:
    x = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32).repeat(2, axis=0)
    assert not directions(x, np.tile([0, 1], 50), 2).any()


def test_the_nearest_captions_say_different_things() -> None:
    x = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
    found = nearest_rows(x, np.array([0.9, 0.3, 0.1, 0], np.float32), np.array([3, 1, 0, 2]), np.array([5, 5, 6, 7]), 2)
    assert found.tolist() == [1, 2]


def test_two_orders_become_one() -> None:
    found = fused(np.array([3.0, 2.0, 1.0]), np.array([1.0, 3.0, 2.0]))
    assert found == pytest.approx([1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62])


def test_nothing_is_said_twice_and_names_tell_groups_apart() -> None:
    order = [Phrase(text) for text in ("traffic light", "light", "red traffic light", "Bus", "bus stop")]
    assert [each.phrase for each in different(order, 5)] == ["traffic light", "Bus"]
    assert [each.phrase for each in different(order, 1)] == ["traffic light"]
    cat, face, hand = (Phrase(text) for text in ("cat", "face", "hand"))
    assert names([[cat], [face, cat], [Phrase("Face"), hand], []]) == ["cat", "face, cat", "Face, hand", None]
    assert words_of("Cup of Tea") == {"cup", "of", "tea"}
