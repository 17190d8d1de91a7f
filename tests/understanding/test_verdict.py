"""The verdict and its words."""

import json

import pytest

from core.runs.record import metrics
from core.runs.understood import UnderstoodFigures, UnderstoodRun
from core.statistics import wilson
from core.understanding.results import Match, Nearness, TopOne, Understanding
from core.understanding.words import details, in_words, remedy
from core.workspace import RunCard


def matched(before: float, pairs: int, captions: int | None = None, top: float = 0.0) -> Match:
    """As if so many images, a caption each unless there are fewer, had been compared."""
    count = captions or pairs
    images = TopOne(top, wilson(top, pairs), 1 / count, pairs, count)
    texts = TopOne(top, wilson(top, count), 1 / count, count, pairs)
    return Match(pairs, pairs, images, texts, before, wilson(before, pairs))


def far(share: float, images: int) -> Nearness:
    count = round(share * images)
    return Nearness(images, images, count, 0.05, wilson(count / images, images), ("emoji",))


def verdict(match: Match | None = None, nearness: Nearness | None = None) -> tuple[str, str | None]:
    found = Understanding("pocket", 100, match, nearness)
    return found.verdict, found.by


@pytest.mark.parametrize(
    ("before", "pairs", "grade"),
    [
        (0.99, 2_000, "well"),
        (0.96, 2_000, "well"),
        (0.96, 100, "partly"),
        (1.00, 20, "partly"),
        (0.80, 2_000, "partly"),
        (0.76, 1_000, "hardly"),
        (0.57, 64, "hardly"),
        (0.44, 888, "hardly"),
        (0.76, 100, "not shown"),
        (1.00, 10, "not shown"),
        (0.50, 8, "not shown"),
        (1.00, 3, "not shown"),
    ],
)
def test_grades_by_captions(before: float, pairs: int, grade: str) -> None:
    assert verdict(matched(before, pairs)) == (grade, "captions")


@pytest.mark.parametrize("pairs", [5, 12, 40, 300, 2_000])
@pytest.mark.parametrize("before", [0.0, 0.3, 0.5, 0.7, 0.8, 0.93, 0.96, 1.0])
def test_no_grade_is_above_what_the_band_supports(before: float, pairs: int) -> None:
    least = {"well": 0.95, "partly": 0.75, "hardly": 0.0, "not shown": 0.0}
    band = wilson(before, pairs)
    grade = verdict(matched(before, pairs))[0]
    assert band.low >= least[grade]
    assert grade != "hardly" or band.high < 0.75 or band.width <= 0.1


def test_few_different_captions_tell_nothing() -> None:
    assert verdict(matched(1.0, 400, captions=4))[0] == "not shown"
    assert verdict(matched(1.0, 400, captions=5))[0] == "well"


@pytest.mark.parametrize(
    ("share", "images", "grade"),
    [
        (0.55, 64, "hardly"),
        (0.05, 200, "perhaps"),
        (0.3, 600, "not shown"),
        (1.0, 3, "not shown"),
        (0, 20, "not shown"),
    ],
)
def test_grades_by_distance(share: float, images: int, grade: str) -> None:
    assert verdict(nearness=far(share, images)) == (grade, "distance")


def test_the_distance_speaks_where_captions_do_not() -> None:
    few = matched(1.0, 3)
    assert verdict(few, far(0.6, 500)) == ("hardly", "distance")
    assert verdict(few, far(0.3, 500)) == ("not shown", "captions")
    assert verdict(few) == ("not shown", "captions")
    assert verdict() == ("not shown", None)


@pytest.mark.parametrize("match", [None, matched(0.6, 90)])
@pytest.mark.parametrize("nearness", [None, far(0.5, 90)])
def test_it_is_the_same_after_json(match: Match | None, nearness: Nearness | None) -> None:
    found = UnderstoodFigures("pocket", 90, match, nearness, {"image": 90})
    card = RunCard("", UnderstoodRun.KIND, "", "", metrics=json.loads(json.dumps(metrics(found))))
    assert UnderstoodRun.figures_of(card) == found


def test_words_for_a_model_that_hardly_understands() -> None:
    found = Understanding("pocket", 440, matched(0.567, 440))
    assert in_words(found) == (
        "pocket hardly understands these images: among 440 captions the right one comes first for 0 % of 440 images "
        "(chance 0.23 %), and a right match before 57 of 100 wrong ones (chance 50). "
        "Choose another model on the Data page."
    )
    assert "95 % bands: 0 % to 0.87 %, 0 % to 0.87 %, 52 % to 61 %" in details(found)


def test_words_for_one_that_does() -> None:
    found = Understanding("pocket", 2_000, matched(0.99, 2_000, top=0.73))
    assert in_words(found).startswith("pocket understands these images well: among 2,000 captions the right one")
    assert remedy(found) == ""


def test_words_for_too_few() -> None:
    found = Understanding("pocket", 3, matched(1.0, 3), far(0.0, 3))
    assert in_words(found) == (
        "Whether pocket understands these images cannot be told: 3 images with 3 different captions are too few. "
        "Bring captions, or more of them."
    )


def test_words_without_captions() -> None:
    told = in_words(Understanding("pocket", 500, None, far(0.6, 500)))
    assert told.startswith("pocket probably hardly understands these images: 300 of 500 images lie farther from the ")
    assert "than 95 % of those lie from each other (chance 25)" in told
    unknown = in_words(Understanding("ViT-B-32:openai", 500))
    assert "cannot be told without captions" in unknown
    assert "no bundled set is embedded by this model" in unknown
    assert in_words(Understanding("pocket")) == "There are no images here that pocket could understand."
