"""The parts of pocket-2's recipe against independent computations, without its raw material."""

import random

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from core.encoders.encoder import unit
from core.recipes.pictures import Pictures
from core.recipes.pocket2 import drawings, fitting, gate, make, photographs, sentences
from core.recipes.pocket2.classes import Class
from core.recipes.pocket2.photographs import Seen
from core.recipes.pocket2.space import Whitening


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def seen(rng: np.random.Generator, photographs: int, views: int = 1) -> Seen:
    owners = np.tile(np.arange(photographs), views)
    rows = len(owners)
    return Seen(rng.random((rows, 12), np.float32), rng.normal(size=(rows, 5)).astype(np.float32), owners)


def test_whitening_divides_spreads_by_a_power_of_themselves(rng):
    spreads = np.array([4.0, 1.0, 0.25])
    vectors = (rng.normal(size=(200_000, 3)) * spreads + 5).astype(np.float32)
    made = Whitening.fitted(vectors, 0.5)
    after = ((vectors - made.mean) @ made.matrix).std(0)
    assert after == pytest.approx(spreads**0.5, rel=0.02)
    assert np.linalg.norm(made(vectors[:50]), axis=1) == pytest.approx(np.ones(50), abs=1e-5)


def test_classes_weigh_what_they_have_above_the_even_share(rng):
    logits = rng.normal(size=(4, 7)).astype(np.float32) * 30
    odds = np.exp(logits / 2.5 - (logits / 2.5).max(axis=1, keepdims=True))
    above = np.maximum(odds / odds.sum(axis=1, keepdims=True) - 0.001, 0)
    assert fitting.chances(logits) == pytest.approx(above / above.sum(axis=1, keepdims=True), abs=1e-6)


def test_what_captions_add_is_a_ridge_regression_of_what_classes_leave_over(rng, monkeypatch):
    monkeypatch.setattr(fitting, "RIDGE", 3.0)
    classes = unit(rng.normal(size=(5, 6)).astype(np.float32))
    lessons = [
        fitting.Lesson(seen(rng, 20, views=3), unit(rng.normal(size=(20, 6)).astype(np.float32))),
        fitting.Lesson(seen(rng, 9), unit(rng.normal(size=(9, 6)).astype(np.float32)), 0.2),
    ]
    head = fitting.fit(classes, lessons[0].seen, lessons)
    middle = Whitening.fitted(fitting.chances(lessons[0].seen.logits) @ classes, fitting.POWER)

    def conse(of: Seen) -> np.ndarray:
        return (fitting.chances(of.logits) @ classes - middle.mean) @ middle.matrix

    scale = fitting.CLASSES_SHARE / np.linalg.norm(conse(lessons[0].seen), axis=1).mean()
    size = lessons[0].seen.features.std()
    inputs = np.concatenate([each.seen.features / size for each in lessons])
    left = np.concatenate([each.wanted[each.seen.owners] - scale * conse(each.seen) for each in lessons])
    weight = np.concatenate([np.repeat([3.0, 0.5], [20, 40]), np.full(9, 3 * 0.2)])
    ridge = Ridge(alpha=3.0).fit(inputs, left, sample_weight=weight)
    new = seen(rng, 8)
    expected = unit(scale * conse(new) + ridge.predict(new.features / size))
    assert head(new) == pytest.approx(expected, abs=2e-5)


def test_a_class_is_its_words_and_half_its_surroundings():
    said = {"a": [1.0, 0.0, 0.0], "b": [0.0, 1.0, 0.0], "by the sea": [0.0, 0.0, 2.0]}
    found = [Class(("a", "b"), "", "", ("by the sea",)), Class(("a",), "", "", ())]
    vectors = fitting.class_vectors(
        found, lambda each: list(each.names), lambda texts: np.array([said[t] for t in texts], np.float32)
    )
    assert vectors[1] == pytest.approx([1, 0, 0])
    assert vectors[0] == pytest.approx(np.array([0.5**0.5, 0.5**0.5, 0.5]) / 1.25**0.5, abs=1e-6)


def test_the_drawings_head_begins_as_a_weighted_ridge_regression(rng):
    features, wanted = rng.random((60, 8), np.float32), rng.normal(size=(60, 5)).astype(np.float32)
    weight = rng.random(60)
    matrix, bias = drawings.regression(features, wanted, weight)
    share = weight / weight.sum()
    centred = features - share @ features
    alpha = drawings.RIDGE * np.trace((centred * share[:, None]).T @ centred) / 8
    ridge = Ridge(alpha=alpha).fit(features, wanted, sample_weight=share)
    assert features @ matrix + bias == pytest.approx(ridge.predict(features), abs=1e-4)


def test_by_contrast_drawings_learn_to_name_themselves(rng, monkeypatch):
    monkeypatch.setattr(drawings, "STEPS", 60)
    phrases = unit(rng.normal(size=(30, 16)).astype(np.float32))
    names = np.repeat(np.arange(30), 4)
    mixed = phrases @ rng.normal(size=(16, 24)).astype(np.float32)
    features = mixed[names] + 0.8 * rng.normal(size=(120, 24)).astype(np.float32)
    found = Pictures(
        np.zeros((120, 2, 2, 4), np.uint8),
        np.full(120, "style"),
        np.full(120, "emoji"),
        np.where(np.arange(120) < 100, names, -1),
        [[int(name)] for name in names],
        [f"phrase {number}" for number in range(30)],
    )
    allowed = np.arange(120) % 4 < 3

    def named(head) -> float:
        vectors = unit(features[allowed] @ head[0] + head[1])
        return float(((vectors @ phrases.T).argmax(1) == names[allowed]).mean())

    start = drawings.regression(
        features[allowed], drawings.targets(found, phrases)[allowed], drawings.weights(found)[allowed]
    )
    monkeypatch.setattr(drawings, "refined", lambda taught, *rest: taught)
    assert named(drawings.head(torch.nn.Identity(), features, found, allowed, phrases)) > named(start) > 0.1


def test_altered_drawings_learn_to_name_themselves_too(rng, monkeypatch):
    monkeypatch.setattr(drawings, "REFINING_STEPS", 60)
    monkeypatch.setattr(drawings, "REFINING_RATE", 0.02)
    monkeypatch.setattr(drawings, "SAMPLE", 90)
    phrases, names = unit(rng.normal(size=(12, 16)).astype(np.float32)), np.tile(np.arange(12), 10)
    shapes = np.kron(rng.integers(0, 2, (12, 4, 4, 1)), np.ones((1, 16, 16, 1), int))[names]
    pixels = np.concatenate([np.repeat(255 * (1 - shapes), 3, axis=3), np.full_like(shapes, 255)], axis=3)
    ids = [[int(name)] for name in names]
    texts = [f"phrase {number}" for number in range(12)]
    concepts = np.where(np.arange(120) < 100, names, -1)
    found = Pictures(pixels.astype(np.uint8), np.full(120, "s"), np.full(120, "emoji"), concepts, ids, texts)
    net = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(4), torch.nn.Flatten())
    start = np.zeros((48, 16), np.float32), phrases.mean(0)
    matrix, bias = drawings.refined(start, net, found, np.ones(120, bool), phrases)
    for alter, least in ((False, 0.9), (True, 0.4)):
        seen = drawings._look(net, found, np.arange(120), alter).numpy()
        assert (((seen @ matrix + bias) @ phrases.T).argmax(1) == names).mean() > least


def test_the_gate_tells_two_heaps_apart_and_says_how_well(rng):
    photographed = (rng.normal(size=(80, 12)) + 2).astype(np.float32)
    drawn = (rng.normal(size=(50, 12)) - 2).astype(np.float32)
    direction, bias, accuracy = gate.fit(photographed, drawn)
    assert (photographed @ direction + bias > 0).mean() > 0.98
    assert (drawn @ direction + bias < 0).mean() > 0.98
    assert accuracy > 0.98
    mixed = np.concatenate([photographed[:40], drawn[:25]]), np.concatenate([photographed[40:], drawn[25:]])
    assert gate.fit(*mixed)[2] < 0.75


def test_sentences_are_drawn_once_and_the_same_again(monkeypatch):
    monkeypatch.setattr(sentences, "noun", lambda rng, field: rng.choice(("apple", "dog", "brush")))
    said = sentences.sentences(300, seed=1)
    assert len(set(said)) == 300
    assert said == sentences.sentences(300, seed=1)
    assert all(text == photographs.spoken(text) for text in said)


@pytest.mark.parametrize(
    ("word", "many"), [("dog", "dogs"), ("brush", "brushes"), ("puppy", "puppies"), ("boy", "boys")]
)
def test_plurals(word, many):
    assert sentences.plural(word) == many


def test_articles():
    assert [sentences.article(word) for word in ("apple", "red apple")] == ["an apple", "a red apple"]


def test_captions_lose_capitals_and_the_full_stop():
    assert photographs.spoken(" A Man  riding a wave. ") == "a man riding a wave"


def test_parts_of_a_picture_lie_inside_it():
    rng = random.Random(0)
    for _ in range(200):
        left, top, right, bottom = photographs.part(300, 200, rng)
        assert 0 <= left < right <= 300
        assert 0 <= top < bottom <= 200
        assert (right - left) * (bottom - top) > 0.5 * 300 * 200


def test_a_lesson_of_some_photographs_keeps_their_views_together(rng):
    whole = fitting.Lesson(seen(rng, 6, views=3), rng.random((6, 4), np.float32))
    inside = np.array([True, False, True, True, False, True])
    less = make.part(whole, inside)
    assert len(less.wanted) == 4
    for number, photograph in enumerate(np.flatnonzero(inside)):
        expected = whole.seen.features[whole.seen.owners == photograph]
        assert (less.seen.features[less.seen.owners == number] == expected).all()
    assert less.seen.owners[:4].tolist() == [0, 1, 2, 3]
