"""Prompts, directions, removals, gaps and checks of the data: runs that earlier versions kept are read as records."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.methods import discover
from core.runs.care import CHECKS, CareRun, DuplicateRun, LabelRun, MismatchRun, OutlierRun
from core.runs.direction import DirectionRun, RemovalRun
from core.runs.gap import GapRun
from core.runs.record import Record
from core.runs.semantics import SemanticsRun
from core.semantics.prompts import Prompts
from core.workspace import Run, RunCard

IDS = np.array(["a", "b", "c"])
SPACE = {
    "size": 0.25,
    "alignment": 1.5,
    "uniformity": {"images": -2.0, "captions": -3.0},
    "pair_cosine": 0.5,
    "other_cosine": 0.25,
    "i2t": 1,
    "t2i": 0.5,
}
COUNTS = np.array([1, 3, 0, 4])


def older(kind: type[Record], metrics: Mapping[str, Any], **arrays: Any) -> Any:
    """A run as it was kept before there were records; __ in a name stands for a dot."""
    card = RunCard("7", kind.KIND, "outliers", "", items=3, metrics=metrics)
    named = {name.replace("__", "."): np.asarray(each) for name, each in arrays.items()}
    return kind.of(Run(card, {"ids": IDS, **named}))


def test_prompts_were_kept_as_told() -> None:
    metrics = {"prompts": 2, "classes": 2, "truncated": 0, "logit_scale": 100.0, "named": "x, y", "accuracy": 0.5}
    arrays = {"text": np.eye(2), "class_text": np.eye(2), "mean": [0.0, 0.1], "sd": [0.1, 0.1]}
    guesses = {"predicted": [0, 1, 1], "probability": [0.9, 0.8, 0.7], "true": [0, -1, 0]}
    tests = {"coefficients": [[0.1, -0.4], [np.nan, 0.2]], "adjusted": [[0.5, 0.01], [np.nan, 0.3]]}
    told = ['{"prompts": ["an x", "a y"], "classes": ["x", "y"]}']
    found = older(SemanticsRun, metrics, told=told, **arrays, **guesses, **tests)
    assert found.prompts == Prompts(("an x", "a y"), ("x", "y"))
    assert found.confusion.accuracy == 0.5
    assert [found.correlation.strongest(prompt) for prompt in (0, 1)] == [1, 1]
    assert found.summary() == "accuracy 50 %"
    one = older(SemanticsRun, {"prompts": 1}, told=told, **arrays)
    assert (one.has_classes, one.confusion, one.figures.tests, one.summary()) == (False, None, None, "3 items")


def test_a_direction_between_prompts_has_no_sides_of_items() -> None:
    metrics = {"direction": "happy − sad", "column": None}
    found = older(DirectionRun, metrics, projection=[0.1, 0.2, 0.3], direction=[0.6, 0.8])
    assert (found.sides, found.side, found.figures.auc) == (("happy", "sad"), None, None)
    assert found.concept.vector.dtype == np.float32
    assert found.summary() == "“happy − sad”"


def test_a_removals_correlation_ratio_was_called_told() -> None:
    pairs = {"variance": [0.5, 0.4], "auc": [None, None], "told": [[0.6, 0.1], [0.05, 0.0]], "labels": [None, None]}
    about = {"label": None, "agreement": [0.5, 0.1], "chance": None, "direction": "x − y", "of": "1", "derived": "m/w"}
    found = older(RemovalRun, {**pairs, **about}, before=np.zeros((2, 3)), after=np.zeros((2, 3)))
    assert found.figures.correlation_ratio == [[0.6, 0.1], [0.05, 0.0]]
    assert found.summary() == "made the model m/w"


def test_a_gap_is_of_two_spaces() -> None:
    ranks = {"i2t": [0, 1], "t2i": [2, 0]}
    spaces = {f"{space}__{name}": each for space in ("before", "after") for name, each in ranks.items()}
    counts = {f"{space}__{kind}": COUNTS for space in ("before", "after") for kind in ("pairs", "others")}
    vectors = {"gap": np.ones(2), "image_mean": np.ones(2), "text_mean": np.zeros(2), "plane": np.eye(2)}
    metrics = {"before": SPACE, "after": SPACE | {"size": 0.0}, "matched": 2, "tag": "cats"}
    rows = {"matched": [0, 2], "edges": np.linspace(-1, 1, 5), "caption": [0, 1, 0]}
    found = older(GapRun, metrics, **rows, **spaces, **counts, **vectors)
    assert found.caption_ids == ["a", "b#1", "c"]
    assert found.after.ranks("t2i").tolist() == [2, 0]
    assert found.density(found.before.pairs).tolist() == [0.25, 0.75, 0, 1]
    assert (found.figures.tag, found.figures.after.size, found.figures.before.uniformity.captions) == ("cats", 0.0, -3)
    assert found.summary() == "the gap is 0.250"


def checked(kind: type[CareRun], metrics: Mapping[str, Any], **evidence: Any) -> Any:
    """The second row is ranked first, the third alone is flagged."""
    arrays = {"ranked": [1, 2, 0], "score": [0.1, 0.9, 0.5], "flagged": [False, False, True]}
    named = {f"evidence__{name}": each for name, each in evidence.items()}
    return older(kind, {"flagged": 1, "ranked": 3, **metrics}, **arrays, **named)


def test_what_is_flagged_comes_first_and_what_is_put_aside_not_at_all() -> None:
    found = checked(OutlierRun, {"median": 0.2, "limit": 0.4}, nearest=[1, -1, 0], deviations=[0.0, 9.0, 3.0])
    assert (found.rows.tolist(), found.proposed, found.most) == ([2, 1, 0], 1, 3)
    assert found.taken(2) == ["c", "b"]
    left = found.without({"c"})
    assert (left.taken(1), left.proposed, found.taken(1)) == (["b"], 0, ["c"])
    assert found.evidence_by_name()["nearest"].tolist() == ["b", "", "a"]
    assert found.summary() == "1 outliers"


def test_near_duplicates_are_taken_by_sets() -> None:
    metrics = {"limit": 0.01, "sets": 1, "extra": 1}
    found = checked(DuplicateRun, metrics, nearest=[1, 0, 1], set=[-1, 0, 0], extra=[False, False, True])
    assert [rows.tolist() for rows in found.sets] == [[2, 1]]
    assert (found.taken(1), found.proposed) == (["b"], 1)
    assert (found.without({"b"}).sets, found.figures.repeated) == ([], 0)


def test_the_other_checks_say_why() -> None:
    labels = checked(LabelRun, {"labelled": 3, "classes": 2}, suggested=["x", "y", "x"], agreement=[0.1, 0.2, 0.3])
    assert labels.evidence.suggested.tolist() == ["x", "y", "x"]
    shares = {"image_to_text": [0.1, 0.2, 0.3], "text_to_image": [0.1, 0.2, 0.3], "cosine": [0.5, 0.5, 0.5]}
    mismatches = checked(MismatchRun, {"right": 0.5}, **shares, instead=[1, -1, -1])
    assert mismatches.evidence_by_name()["instead"].tolist() == ["b", "", ""]
    assert mismatches.noun == "item"


def test_every_check_has_its_record() -> None:
    assert set(CHECKS) == set(discover("core.care"))
