"""The ranks behind the cards' figures, against examples worked out by hand."""

import numpy as np
import pytest
from PIL import Image

from core.recipes import evaluate
from core.recipes.evaluate import Named, Seen

SCORES = np.array([[0.9, 0.5, 0.1], [0.2, 0.3, 0.8], [0.4, 0.4, 0.1]])


def test_rank_is_the_number_of_better_wrong_candidates() -> None:
    right = np.array([[True, False, False], [True, False, False], [False, False, True]])
    assert evaluate.ranks(SCORES, right).tolist() == [0, 2, 2]


def test_any_of_several_right_candidates_counts() -> None:
    right = np.array([[False, True, True], [True, False, True], [True, True, False]])
    assert evaluate.ranks(SCORES, right).tolist() == [1, 0, 0]


def test_ties_count_against_the_query() -> None:
    right = np.array([[True, False, False]])
    assert evaluate.ranks(np.zeros((1, 3)), right).tolist() == [2]


def test_top_counts_in_per_cent() -> None:
    assert evaluate.top(np.array([0, 2, 4, 9]), 1, 5, 10) == {"top1": 25.0, "top5": 75.0, "top10": 100.0}


class Encoder:
    """Sees a picture's colour and reads a colour's name."""

    names = ("red", "lime", "blue")

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        return np.array([image.getpixel((0, 0)) for image in images], np.float32) / 255

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.array([np.eye(3)[self.names.index(text)] for text in texts], np.float32)


def shown(**named: str) -> Seen:
    """Pictures by their names: the colour that each really has."""
    return evaluate.see(Encoder(), Named([Image.new("RGB", (2, 2), each) for each in named.values()], list(named)))


def test_pictures_and_names_are_matched_both_ways() -> None:
    found = evaluate.both_ways(Encoder(), shown(red="red", lime="lime", blue="red"), Encoder.names)
    assert found["image_to_text"]["top1"] == pytest.approx(66.7)
    assert found["image_to_text"]["candidates"] == 3
    assert found["text_to_image"]["top1"] == pytest.approx(33.3)


def test_only_the_asked_pictures_are_queries_but_all_are_candidates() -> None:
    every = shown(red="red", lime="lime", blue="lime")
    found = evaluate.both_ways(Encoder(), every, Encoder.names, [True, False, False])
    assert found["image_to_text"] == {"queries": 1, "candidates": 3, "top1": 100.0, "top5": 100.0, "top10": 100.0}
    assert found["text_to_image"]["queries"] == 1
    assert found["text_to_image"]["candidates"] == 3


def test_a_name_given_twice_is_one_candidate() -> None:
    twice = Seen(np.array([[1, 0, 0], [1, 0, 0]], np.float32), np.array(["red", "red"]))
    found = evaluate.to_names(Encoder(), twice, ["red", "red"])
    assert found["candidates"] == 1
    assert found["top1"] == 100


@pytest.mark.parametrize(
    ("path", "photograph"),
    [
        ("usr/stamps/animals/birds/owl.png", True),
        ("usr/stamps/food/fruit/cartoon/apple.png", False),
        ("usr/stamps/animals/birds/owl.svg", False),
        ("usr/stamps/symbols/math/plus.png", False),
    ],
)
def test_photographs_are_told_from_drawings_by_their_path(path: str, photograph: bool) -> None:
    assert evaluate._is_photograph(path) is photograph
