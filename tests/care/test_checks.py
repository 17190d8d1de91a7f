"""Contracts of every check, and each against a plain computation."""

import re
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from core.care.labels import confident, margins
from core.care.subject import Findings, Subject
from core.errors import BadInput, Cancelled
from core.maps.neighbours import normalised
from core.methods import Method, discover, find
from tests.care.making import CLASSES, DIMENSIONS, ROWS, subject
from tests.clustering.making import Stop

CHECKS = discover("core.care")
every_check = pytest.mark.parametrize("method", [pytest.param(each, id=name) for name, each in CHECKS.items()])


def run(kind: str, given: Subject, **params: Any) -> Findings:
    method = find("core.care", kind)
    return method.fit(given, method.make_params(params))


def run_told(kind: str, report: Stop) -> Findings:
    method = find("core.care", kind)
    return method.fit(subject(), method.params(), report)


def test_the_checks_there_are() -> None:
    assert list(CHECKS) == ["duplicates", "labels", "mismatches", "outliers"]


@every_check
def test_a_check_describes_itself(method: Method) -> None:
    described = method.info
    assert described.summary.endswith(".")
    assert re.search(r"\b(1[89]|20)\d\d\b|cleanlab", method.documentation)
    assert all(each.help for each in described.params)
    assert method.make_params(asdict(method.params())) == method.params()


@every_check
def test_ranked_are_all_that_have_a_score(method: Method) -> None:
    found = method.fit(subject(), method.params())
    assert len(found) == ROWS
    assert np.array_equal(np.sort(found.ranked), np.flatnonzero(np.isfinite(found.score)))
    again = method.fit(subject(), method.params())
    assert np.array_equal(found.ranked, again.ranked)
    assert all(isinstance(value, int | float) for value in found.metrics.values())


@pytest.mark.parametrize("kind", ["duplicates", "labels", "outliers"])
def test_a_stop_goes_through(kind: str) -> None:
    """The ranks of so few pairs are made in one piece, which cannot be stopped."""
    with pytest.raises(Cancelled):
        run_told(kind, Stop())


@every_check
def test_too_little_is_answered_in_one_line(method: Method) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]+$"):
        method.fit(Subject(np.eye(2, 5, dtype=np.float32)), method.params())


def test_what_a_check_lacks_is_said() -> None:
    plain = Subject(subject().vectors)
    for kind, words in (("labels", "no labels: name a column"), ("mismatches", "no captions: bring images")):
        with pytest.raises(BadInput, match=words):
            run(kind, plain)
    alone = Subject(plain.vectors, np.array(["same"] * ROWS))
    with pytest.raises(BadInput, match="1 classes of two items or more: at least 2 are needed"):
        run("labels", alone)
    many = Subject(np.random.default_rng(0).normal(size=(2_400, 3)).astype(np.float32), np.arange(2_400).astype(str))
    many.labels = np.repeat(np.arange(1_200), 2).astype(str)
    with pytest.raises(BadInput, match="1,200 classes are more than 1,000"):
        run("labels", many)
    with pytest.raises(BadInput, match="all captions say the same"):
        run("mismatches", Subject(plain.vectors, captions=plain.vectors, wording=np.zeros(ROWS, dtype=np.int64)))
    with pytest.raises(BadInput, match="row 3 is all zeros"):
        Subject(np.where(np.arange(ROWS)[:, None] == 3, 0, plain.vectors))
    with pytest.raises(BadInput, match="2 different captions are too few"):
        run("duplicates", Subject(plain.vectors, wording=np.arange(ROWS) % 2))


def test_findings_are_checked() -> None:
    score, flagged = np.array([0.5, np.nan, 0.1], dtype=np.float32), np.array([True, False, False])
    Findings(np.array([0, 2]), score, flagged)
    with pytest.raises(BadInput, match="ranked: 1 rows, but each of the 2"):
        Findings(np.array([0]), score, flagged)
    with pytest.raises(BadInput, match="holds a row without a score"):
        Findings(np.array([0, 2]), score, ~flagged)


def test_neighbours_are_looked_for_once() -> None:
    given = subject()
    first = given.near(9)
    assert given.near(4).indices is not first.indices
    assert np.array_equal(given.near(4).indices, first.indices[:, :4])
    assert given.near(10_000).indices.shape == (ROWS, ROWS - 1)
    assert not given.approximate


# near-duplicates


def test_duplicates_are_the_components_of_close_pairs() -> None:
    """Two sets planted, one a chain; limit and components against all pairs."""
    x = subject().vectors.copy()
    random = np.random.default_rng(5)
    for copy, of in ((70, 10), (71, 70), (50, 20)):
        x[copy] = normalised(x[of][None] + 0.02 * normalised(random.normal(size=(1, DIMENSIONS))))[0]
    found = run("duplicates", Subject(x))
    distance = 1 - x.astype(np.float64) @ x.T
    np.fill_diagonal(distance, np.inf)
    limit = 0.13 * np.median(distance.min(axis=1))
    assert found.metrics["limit"] == pytest.approx(limit, abs=1e-6)
    assert np.allclose(found.score, 1 - distance.min(axis=1), atol=1e-6)
    linked = distance <= limit
    assert np.array_equal(found.flagged, linked.any(axis=1))
    sets = found.evidence["set"]
    for row in range(ROWS):
        reached, seen = {row}, set[int]()
        while reached - seen:
            each = (reached - seen).pop()
            seen.add(each)
            reached |= set(np.flatnonzero(linked[each]).tolist())
        mine = set(np.flatnonzero(sets == sets[row]).tolist()) if sets[row] >= 0 else {row}
        assert mine == reached
    assert {frozenset(np.flatnonzero(sets == number).tolist()) for number in range(2)} == {
        frozenset({10, 70, 71}),
        frozenset({20, 50}),
    }
    assert np.flatnonzero(found.evidence["extra"]).tolist() == [50, 70, 71]
    assert set(found.ranked[:5].tolist()) == {10, 20, 50, 70, 71}
    assert distance.min(axis=1)[found.ranked[0]] <= distance.min(axis=1)[found.ranked[4]] + 1e-6


def test_equal_items_are_duplicates_though_nothing_else_is_near() -> None:
    x = np.vstack([np.eye(6), np.eye(6)[:2]]).astype(np.float32)
    found = run("duplicates", Subject(x))
    assert np.flatnonzero(found.flagged).tolist() == [0, 1, 6, 7]
    assert np.flatnonzero(found.evidence["extra"]).tolist() == [6, 7]


def test_captions_said_again_are_one() -> None:
    """Word for word the same is no near-duplicate: the first stands for all, and how many they are is said."""
    x, wording = subject().vectors.copy(), np.arange(ROWS)
    wording[[30, 31]] = 0
    x[[30, 31]] = x[0]
    x[40] = normalised(x[0][None] + 0.001)[0]
    found = run("duplicates", Subject(x, wording=wording))
    assert found.evidence["copies"][[0, 30, 31, 40]].tolist() == [3, 3, 3, 1]
    assert np.flatnonzero(found.flagged).tolist() == [0, 40]
    assert np.isnan(found.score[[30, 31]]).all()
    assert found.metrics["repeated"] == 2
    assert found.evidence["nearest"][[0, 40, 30]].tolist() == [40, 0, -1]


# outliers


def test_outliers_are_far_from_their_neighbours() -> None:
    x = subject().vectors.copy()
    x[7] = -x.mean(axis=0) / np.linalg.norm(x.mean(axis=0))
    found = run("outliers", Subject(x), k=4)
    distance = np.sort(1 - x.astype(np.float64) @ x.T, axis=1)[:, 1:5].mean(axis=1)
    assert np.allclose(found.score, distance, atol=1e-6)
    assert found.ranked[0] == 7
    deviations = 0.6745 * (distance - np.median(distance)) / np.median(np.abs(distance - np.median(distance)))
    assert np.allclose(found.evidence["deviations"], deviations, atol=1e-3)
    assert np.array_equal(found.flagged, deviations > 3.5)
    limit = found.metrics["limit"]
    assert np.array_equal(found.flagged, found.score > limit)


def test_items_that_are_all_alike_have_no_outliers() -> None:
    found = run("outliers", Subject(np.tile(np.eye(1, 5, dtype=np.float32), (20, 1))))
    assert not found.flagged.any()


# labels


def test_the_confident_joint_is_the_papers() -> None:
    random = np.random.default_rng(3)
    shares = random.dirichlet(np.ones(4), size=200).astype(np.float32)
    given = random.integers(0, 4, size=200)
    found = confident(shares, given)
    thresholds = [np.mean([p[j] for p, y in zip(shares, given, strict=True) if y == j]) for j in range(4)]
    joint = np.zeros((4, 4), dtype=int)
    candidates = []
    for p, y in zip(shares, given, strict=True):
        able = [j for j in range(4) if p[j] >= np.float32(thresholds[j])]
        best = max(able, key=lambda j: p[j]) if able else None
        candidates.append(best is not None and best != y)
        if best is not None:
            joint[y, best] += 1
    assert np.allclose(found.thresholds, thresholds, atol=1e-6)
    assert np.array_equal(found.joint, joint)
    assert found.candidates(given).tolist() == candidates
    margin, other = margins(shares, given)
    for row in range(200):
        rest = np.delete(shares[row], given[row])
        assert margin[row] == pytest.approx(rest.max() - shares[row, given[row]], abs=1e-6)
        assert shares[row, other[row]] == rest.max()


@pytest.mark.parametrize("by", ["neighbours", "classifier"])
def test_a_wrong_label_is_found_with_the_right_one(by: str) -> None:
    given = subject()
    assert given.labels is not None
    given.labels[[4, 30]] = "owl", "dog"
    found = run("labels", given, by=by)
    assert set(found.ranked[:2].tolist()) == {4, 30}
    assert found.flagged[[4, 30]].all()
    assert found.evidence["suggested"][[4, 30]].tolist() == ["dog", "cat"]
    assert found.metrics["classes"] == CLASSES


def test_neighbours_vote() -> None:
    given = subject()
    assert given.labels is not None
    given.labels[::7] = ""
    given.labels[5] = "elk"
    found = run("labels", given, k=6)
    known = np.flatnonzero((given.labels != "") & (given.labels != "elk"))
    cosines = given.vectors[known].astype(np.float64) @ given.vectors[known].T
    np.fill_diagonal(cosines, -np.inf)
    for place, row in enumerate(known.tolist()):
        near = given.labels[known[np.argsort(-cosines[place])[:6]]]
        assert found.evidence["agreement"][row] == pytest.approx(np.mean(near == given.labels[row]), abs=1e-6)
    assert np.isnan(found.score[::7]).all()
    assert found.metrics["alone"] == 1
    assert found.metrics["labelled"] == len(known) == len(found.ranked)


def test_a_class_of_two_is_asked_about_by_the_classifier() -> None:
    given = subject()
    assert given.labels is not None
    given.labels[[0, 3]] = "rare"
    assert np.isfinite(run("labels", given, by="classifier").score).all()


def test_classes_of_two_alone_teach_no_classifier() -> None:
    given = Subject(subject().vectors[:8], labels=np.repeat(["a", "b", "c", "d"], 2))
    assert np.isfinite(run("labels", given).score).all()
    with pytest.raises(BadInput, match=r"^no class has 3 items, too few for a classifier: .* set by=neighbours$"):
        run("labels", given, by="classifier")


def test_how_many_classes_there_may_be_depends_on_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.care.labels.MOST_NUMBERS", 3 * 8 + 7)
    given = Subject(subject().vectors[:8], labels=np.repeat(["a", "b", "c", "d"], 2))
    with pytest.raises(BadInput, match=r"^4 classes are more than 3: choose a column"):
        run("labels", given)


# mismatches


def shares_before(given: Subject) -> tuple[np.ndarray, np.ndarray]:
    """Of the others that say something else, how many come before the own one; by every product."""
    assert given.captions is not None
    assert given.wording is not None
    cosines = given.vectors.astype(np.float64) @ given.captions.T.astype(np.float64)
    ways = np.zeros((2, ROWS))
    for row in range(ROWS):
        others = given.wording != given.wording[row]
        ways[0, row] = (cosines[row, others] >= cosines[row, row]).mean()
        ways[1, row] = (cosines[others, row] >= cosines[row, row]).mean()
    return ways[0], ways[1]


def test_mismatches_rank_both_ways_among_what_says_otherwise() -> None:
    given = subject()
    assert given.captions is not None
    given.captions[[2, 3]] = given.captions[[3, 2]]
    found = run("mismatches", given)
    first, second = shares_before(given)
    assert np.allclose(found.evidence["image_to_text"], first, atol=1e-6)
    assert np.allclose(found.evidence["text_to_image"], second, atol=1e-6)
    assert np.allclose(found.score, (first + second) / 2, atol=1e-6)
    assert {2, 3} <= set(found.ranked[:4].tolist())
    assert found.flagged[[2, 3]].all()
    assert found.metrics["right"] == pytest.approx(((first == 0).mean() + (second == 0).mean()) / 2)
    instead, wording = found.evidence["instead"], given.wording
    assert wording is not None
    cosines = given.vectors @ given.captions.T
    for row in range(ROWS):
        assert wording[instead[row]] != wording[row]
        best = cosines[row, wording != wording[row]].max()
        assert cosines[row, instead[row]] == pytest.approx(best, abs=1e-6)


def test_ranks_of_many_pairs_agree_with_those_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above so many pairs they are counted in tiles."""
    few = run("mismatches", subject())
    monkeypatch.setattr("core.reduction.retrieval.AT_ONCE", 10)
    assert np.array_equal(run("mismatches", subject()).score, few.score)
