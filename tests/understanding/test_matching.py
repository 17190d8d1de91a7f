"""Images against captions, by counting each comparison on its own."""

import numpy as np
import pytest

from core.errors import BadInput
from core.maps.neighbours import normalised
from core.statistics import wilson
from core.understanding.matching import MOST_IMAGES, match

D = 6


def rows(count: int, seed: int, dimensions: int = D) -> np.ndarray:
    return normalised(np.random.default_rng(seed).normal(size=(count, dimensions)))


def counted(images: np.ndarray, captions: np.ndarray, owned: list[set[int]]) -> tuple[float, float, float]:
    """One way by hand: top-1, chance, and how often right is before wrong; row i owns the candidates `owned[i]`.

    A candidate's weight of 1 is shared by those who own it; an owner of several weighs as much as one on average.
    """
    owners = [sum(candidate in mine for mine in owned) for candidate in range(len(captions))]
    top = chance = before = total = rivals_total = 0.0
    for image, mine in zip(images, owned, strict=True):
        weight = sum(1 / owners[candidate] for candidate in mine) / len(mine)
        cosines = captions @ image
        others = [each for each in range(len(captions)) if each not in mine]
        top += weight * (int(cosines.argmax()) in mine)
        chance += weight * len(mine) / len(captions)
        total += weight
        if others:
            before += weight * np.mean([np.mean(cosines[own] > cosines[others]) for own in mine])
            rivals_total += weight
    return top / total, chance / total, before / rivals_total


def test_a_caption_each_as_counted_by_hand() -> None:
    images, captions = rows(30, 0), rows(30, 1)
    captions = normalised(captions + 1.5 * images)
    found = match(images, captions, np.arange(30), np.arange(30))
    top, chance, before = counted(images, captions, [{row} for row in range(30)])
    back, _, after = counted(captions, images, [{row} for row in range(30)])
    assert found.image_to_text.share == pytest.approx(top)
    assert found.text_to_image.share == pytest.approx(back)
    assert 0.1 < found.image_to_text.share < 1
    assert found.image_to_text.chance == pytest.approx(chance) == pytest.approx(1 / 30)
    assert found.before == pytest.approx((before + after) / 2)
    assert found.image_to_text.band == wilson(top, 30)
    assert (found.images, found.of, found.captions) == (30, 30, 30)


def test_several_captions_an_image_and_equal_ones_as_counted_by_hand() -> None:
    """Image 0 has three captions, 1 and 2 share one, 3 has none, 4 has one that image 0 has too."""
    images, said = rows(5, 2), rows(5, 3)
    owner = np.array([0, 0, 0, 1, 2, 4])
    wording = np.array([10, 11, 12, 13, 13, 12])
    captions = said[wording - 10]
    owned = [{0, 1, 2}, {3}, {3}, {2}]
    found = match(images, captions, owner, wording)
    kept = images[[0, 1, 2, 4]]
    weights = np.array([(1 + 1 + 1 / 2) / 3, 1 / 2, 1 / 2, 1 / 2]) / (5 / 6 + 3 / 2)
    cosines = kept @ said[:4].T
    hits = [int(row.argmax()) in mine for row, mine in zip(cosines, owned, strict=True)]
    owners = [{row for row, mine in enumerate(owned) if candidate in mine} for candidate in range(4)]
    back = [int(column.argmax()) in mine for column, mine in zip(cosines.T, owners, strict=True)]
    assert found.image_to_text.share == pytest.approx(float(weights @ hits))
    assert found.image_to_text.chance == pytest.approx(float(weights @ [3 / 4, 1 / 4, 1 / 4, 1 / 4]))
    asked = np.array([1 / 3, 1 / 3, (1 / 3 + 1) / 2, 1]) / (2 / 3 + 2 / 3 + 1)
    assert found.text_to_image.share == pytest.approx(float(asked @ back))
    assert found.text_to_image.chance == pytest.approx(float(asked @ [1, 1, 2, 2]) / 4)
    assert found.image_to_text.band == wilson(float(weights @ hits), 1 / float(np.square(weights).sum()))
    assert (found.images, found.captions) == (4, 4)


def test_labels_as_captions_have_as_many_candidates_as_there_are_labels() -> None:
    labels = np.random.default_rng(0).integers(0, 4, 200)
    images = normalised(np.eye(4, D)[labels] + 0.3 * rows(200, 1))
    found = match(images, np.eye(4, D, dtype=np.float32)[labels], np.arange(200), labels)
    assert (found.image_to_text.candidates, found.image_to_text.asked) == (4, 200)
    assert (found.text_to_image.candidates, found.text_to_image.asked) == (200, 4)
    assert found.image_to_text.chance == pytest.approx(0.25)
    assert found.image_to_text.share > 0.9


def test_to_answer_always_with_the_common_caption_is_worth_no_more_than_chance() -> None:
    """Nine of ten images say the same, and the model always says so."""
    labels = np.repeat([0, 1], [90, 10])
    captions = normalised(np.array([[1.0, 0.1], [0.1, 1.0]]))[labels]
    images = np.tile(normalised(np.array([[1.0, 0.0]])), (100, 1))
    found = match(images, captions, np.arange(100), labels)
    assert found.image_to_text.share == pytest.approx(0.5) == found.image_to_text.chance
    assert found.before == pytest.approx(0.5)
    assert found.band.low < 0.5 < found.band.high
    assert found.band.width > 0.3  # ten images of the rare caption count, not a hundred


def test_an_image_with_two_hundred_captions_weighs_as_much_as_another() -> None:
    """Forty images each with the caption that lies where they do, then one with two hundred that lie opposite."""
    images = rows(41, 0, 32)
    captions = np.concatenate([images[:40], normalised(0.1 * rows(200, 1, 32) - images[40])])
    owner = np.concatenate([np.arange(40), np.full(200, 40)])
    found = match(images, captions, owner, np.arange(240))
    assert found.image_to_text.share == pytest.approx(40 / 41)
    assert found.text_to_image.share == pytest.approx(40 / 41)
    assert found.band == wilson(found.before, 41)


def test_what_cannot_be_told_apart_is_missed_and_stands_half_before() -> None:
    same = np.tile(normalised(np.ones((1, D))), (8, 1))
    found = match(same, same, np.arange(8), np.arange(8))
    assert found.image_to_text.share == found.text_to_image.share == 0
    assert found.before == pytest.approx(0.5)


def test_a_large_set_is_sampled_and_says_so() -> None:
    count = MOST_IMAGES + 500
    images = rows(count, 0, 16)
    first, second = (match(images, images, np.arange(count), np.arange(count)) for _ in range(2))
    assert (first.images, first.of, first.captions) == (MOST_IMAGES, count, MOST_IMAGES)
    assert first == second
    assert first.image_to_text.share == first.before == 1


@pytest.mark.parametrize(("owner", "wording"), [([0, 1, 2], [7, 7, 7]), ([0, 0, 0], [1, 2, 3])])
def test_without_a_wrong_caption_there_is_nothing_to_confuse(owner: list[int], wording: list[int]) -> None:
    assert match(rows(3, 0), rows(3, 1), np.array(owner), np.array(wording)) is None


def test_captions_of_another_space_are_refused() -> None:
    with pytest.raises(BadInput, match=r"captions: float32 of shape \(3, 4\)"):
        match(rows(3, 0), rows(3, 1, 4), np.arange(3), np.arange(3))
