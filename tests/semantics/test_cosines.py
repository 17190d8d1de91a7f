"""Cosines in blocks and zero-shot classes, against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score

from core.errors import BadInput
from core.semantics import cosines, zero_shot
from core.semantics.cosines import blocks, figures, matrix
from core.semantics.results import ZeroShot
from core.semantics.zero_shot import confusion, probabilities
from tests.semantics.making import unit


@pytest.mark.parametrize("size", [1, 90, 10_000])
def test_blocks_are_the_matrix(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(cosines, "BLOCK", size)
    x, prompts = unit(30, seed=1), unit(7, seed=2)
    found = list(blocks(x, prompts))
    assert [row for block in found for row in range(7)[block.prompts]] == list(range(7))
    loops = [[sum(float(a) * float(b) for a, b in zip(row, prompt, strict=True)) for row in x] for prompt in prompts]
    assert np.allclose(np.vstack([block.cosines for block in found]), loops, atol=1e-6)
    assert np.allclose(matrix(x, prompts).T, loops, atol=1e-6)


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 15), st.integers(0, 99))
def test_figures_of_prompts(items: int, prompts: int, nearest: int, seed: int) -> None:
    x, words = unit(items, seed=seed), unit(prompts, seed=seed + 100)
    found, whole = figures(blocks(x, words), nearest), (x @ words.T).astype(np.float64)
    assert np.allclose(found.mean, whole.mean(axis=0), atol=1e-6)
    assert np.allclose(found.sd, whole.std(axis=0), atol=1e-6)
    assert found.nearest.shape == (prompts, min(nearest, items))
    for place in range(prompts):
        order = sorted(range(items), key=lambda row: -whole[row, place])[:nearest]
        assert np.allclose(found.cosines[place], whole[order, place], atol=1e-6)
        assert np.allclose(found.cosines[place], whole[found.nearest[place], place], atol=1e-6)


def test_other_dimensions_are_refused() -> None:
    with pytest.raises(BadInput, match="the prompts have 4 dimensions, the items 8: name the model"):
        matrix(unit(3), unit(2, 4))


def test_probabilities_are_the_softmax_at_the_models_own_scale() -> None:
    x, classes, scale = unit(20, seed=1), unit(5, seed=2), 30.0
    expected = [[np.exp(scale * float(row @ one)) for one in classes.astype(float)] for row in x.astype(float)]
    shares = np.array([[value / sum(row) for value in row] for row in expected])
    assert np.allclose(probabilities(x, classes, scale), shares, atol=1e-4)


def test_a_large_scale_does_not_overflow() -> None:
    x = unit(4)
    assert np.allclose(probabilities(x, x, 1e6), np.eye(4))


def test_the_class_is_the_most_probable_one_whatever_the_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    x, classes = unit(50, seed=1), unit(5, seed=2)
    shares = probabilities(x, classes, 10)
    monkeypatch.setattr(zero_shot, "CHUNK", 60)
    found = zero_shot.zero_shot(x, classes, 10)
    assert np.array_equal(found.predicted, shares.argmax(axis=1))
    assert np.allclose(found.probability, shares.max(axis=1))
    with pytest.raises(BadInput, match="one class is no choice"):
        zero_shot.zero_shot(x, classes[:1], 10)


def test_against_labels_as_scikit_learn_has_it() -> None:
    random = np.random.default_rng(0)
    names = ["coat", "Ankle  Boot", "bag", "never seen"]
    predicted = random.integers(0, 4, 200)
    labels = np.array(["COAT", "ankle boot", "bag", "", "a word of no class"])[random.integers(0, 5, 200)]
    found = confusion(ZeroShot(predicted, np.ones(200, np.float32)), names, labels)
    known = np.isin(labels, ["COAT", "ankle boot", "bag"])
    true = np.array([["COAT", "ankle boot", "bag"].index(each) for each in labels[known]])
    assert found.items == known.sum()
    assert found.without == (labels == "a word of no class").sum()
    assert found.accuracy == accuracy_score(true, predicted[known])
    assert np.array_equal(found.counts, confusion_matrix(true, predicted[known], labels=range(4)))
    assert np.allclose(found.recalls[:3], recall_score(true, predicted[known], labels=range(3), average=None))
    assert np.isnan(found.recalls[3])


def test_without_labels_there_is_no_accuracy() -> None:
    found = confusion(ZeroShot(np.zeros(3, np.int64), np.ones(3, np.float32)), ["a", "b"], np.array(["", "", ""]))
    assert (found.items, found.without) == (0, 0)
    assert np.isnan(found.accuracy)
