"""Halves, groups cut from them, and what is found: against plain loops and scikit-learn."""

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from core.errors import BadInput, Cancelled
from core.groups import retrieval
from core.groups.compare import DRAWS, asked, curve, example_questions, questions, sizes_for
from core.groups.mean import METHOD as MEAN
from core.groups.mean import Mean
from core.groups.retrieval import drawn, found, halves, reached, search
from core.groups.sets import GroupEmbedder, Sets, distances
from core.groups.splits import class_splits, folds
from core.methods import Method, param
from core.progress import Progress, Report, silent
from tests.clustering.making import Stop
from tests.groups.making import classes, ragged

ALL = np.arange(5)


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_halves_share_nothing_and_leave_nothing_out() -> None:
    groups = ragged(sizes=(4, 7, 2, 9, 3))
    made = halves(groups, ALL, random())
    for number, query, gallery in zip(ALL, made.queries, made.gallery, strict=True):
        assert sorted([*query, *gallery]) == groups.rows(number).tolist()
        assert len(query) == groups.sizes[number] // 2


def test_groups_of_a_half_are_disjoint_and_of_one_size() -> None:
    groups = ragged(sizes=(4, 7, 2, 9, 40))
    made = halves(groups, ALL, random())
    for size in (1, 2, 3):
        queries, gallery = drawn(made, size, most=4)
        assert queries.rows.shape[1] == gallery.rows.shape[1] == size
        assert np.array_equal(queries.classes, gallery.classes)
        counts = [min(4, each // 2 // size) for each in groups.sizes]
        assert np.bincount(queries.classes, minlength=5).tolist() == counts
        every = np.concatenate([queries.rows.ravel(), gallery.rows.ravel()])
        assert len(set(every.tolist())) == len(every)
        assert np.array_equal(groups.group[queries.rows], np.repeat(queries.classes[:, None], size, axis=1))
        assert reached(groups, ALL, size) == np.count_nonzero(counts)


def test_what_is_found_by_loops_and_by_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, gallery = (random(seed).normal(size=(count, 3)).astype(np.float32) for seed, count in ((1, 11), (2, 17)))
    of, held = np.arange(11) % 4, np.arange(17) % 4
    made = found(queries, of, gallery, held)
    for row in range(11):
        away = [float(np.linalg.norm(queries[row] - each)) for each in gallery]
        assert made.right[row] == float(held[int(np.argmin(away))] == of[row])
        assert made.precision[row] == pytest.approx(average_precision_score(held == of[row], -np.array(away)))
        assert made.nearest[row] == int(np.argmin(away))
        nearest_own = min(each for each, name in zip(away, held, strict=True) if name == of[row])
        assert made.place[row] == sum(each < nearest_own for each in away)
    monkeypatch.setattr(retrieval, "CELLS", 40)
    again = found(queries, of, gallery, held)
    assert np.array_equal(again.right, made.right)
    assert np.allclose(again.precision, made.precision)
    assert np.array_equal(again.nearest, made.nearest)
    assert np.array_equal(again.place, made.place)


def test_a_group_alone_of_its_class_is_worth_its_reciprocal_rank() -> None:
    gallery = np.array([[1.0], [2], [4]], dtype=np.float32)
    made = found(np.array([[0.0]], dtype=np.float32), np.array([2]), gallery, np.array([0, 1, 2]))
    assert (made.right[0], made.precision[0]) == (0, pytest.approx(1 / 3))


def test_of_equally_near_groups_the_first_comes_first() -> None:
    gallery, held = random(1).integers(3, size=(200, 2)).astype(np.float32), np.arange(200) % 4
    made = found(gallery[:40], held[:40], gallery, held)
    away = distances(gallery[:40], gallery)
    order = np.argsort(away, axis=1, kind="stable")
    assert np.array_equal(made.nearest, order[:, 0])
    assert np.array_equal(made.place, [np.argmax(held[row] == own) for row, own in zip(order, held, strict=False)])


def test_an_embedding_that_says_nothing_finds_by_chance() -> None:
    @dataclass(frozen=True)
    class Nothing(GroupEmbedder):
        def embed(self, x: np.ndarray) -> np.ndarray:
            return np.zeros((len(x), 1), dtype=np.float32)

    groups = classes(count=10, items=40)
    pair = drawn(halves(groups, np.arange(10), random()), 2)
    assert search(Nothing(), groups, *pair).right.mean() == pytest.approx(0.1)
    assert search(Mean(), groups, *pair).right.mean() > 0.5


# splits of the classes


def test_classes_learned_from_are_never_asked_about() -> None:
    for split in class_splits(11, 6):
        assert (len(split.training), len(split.testing)) == (5, 6)
        assert np.array_equal(np.union1d(split.training, split.testing), np.arange(11))
    few, many = class_splits(11, 2), class_splits(11, 5)
    assert all(np.array_equal(a.testing, b.testing) for a, b in zip(few, many[:2], strict=True))
    assert not np.array_equal(many[0].testing, many[1].testing)


@pytest.mark.parametrize("count", [0, 3])
def test_too_few_classes_are_refused(count: int) -> None:
    with pytest.raises(BadInput, match=f"{count} groups of two items or more are fewer than 4"):
        class_splits(count, 1)


@pytest.mark.parametrize(("count", "held"), [(4, 2), (8, 2), (40, 10)])
def test_folds_hold_a_quarter_out(count: int, held: int) -> None:
    made = list(folds(count, 0))
    assert {len(each.testing) for each in made} == {held}
    assert all(len(np.union1d(each.training, each.testing)) == count for each in made)
    assert not list(folds(3, 0))


# curves


@dataclass(frozen=True)
class Params:
    seed: int = param(0, "shuffles nothing", minimum=0)


SEEN: list[tuple[int, np.ndarray]] = []


def watch(sets: Sets, params: Params, report: Report = silent) -> Mean:
    report(Progress(1, 1, "watching"))
    SEEN.append((params.seed, sets.vectors))
    return Mean(metrics={"seen": float(len(sets))})


WATCHED = Method("watched", "Watched", Params, watch)


def test_sizes_that_too_few_groups_reach_are_left_out() -> None:
    groups = ragged(sizes=(8, 8, 8, 4, 4, 4, 2, 2))
    able = sizes_for(groups, class_splits(8, 3), [4, 1, 2, 16, 1])
    assert able.kept[0] == 1
    assert able.left_out[-1] == 16
    assert sorted(able.kept + able.left_out) == [1, 2, 4, 16]
    for size in able.kept:
        assert all(reached(groups, each.testing, size) >= 2 for each in class_splits(8, 3))


def test_a_fit_sees_the_training_classes_alone_with_the_seed_of_its_split() -> None:
    SEEN.clear()
    groups, splits = classes(count=6, items=8), class_splits(6, 3)
    made = curve(WATCHED, groups, splits, [1, 2])
    assert [seed for seed, _ in SEEN] == [0, 1, 2]
    for (_, vectors), split in zip(SEEN, splits, strict=True):
        assert np.array_equal(vectors, groups.take(split.training).vectors)
    assert made.top1.shape == made.mean_precision.shape == (2, 3)
    assert [each["seen"] for each in made.metrics] == [3, 3, 3]


def test_a_curve_is_the_mean_over_cuts_of_what_is_found() -> None:
    groups, splits = classes(count=6, items=16), class_splits(6, 2)
    made = curve(MEAN, groups, splits, [1, 4])
    for number, split in enumerate(splits):
        cuts = [[search(Mean(), groups, *pair) for pair in pairs] for pairs in questions(groups, split, [1, 4], number)]
        assert len(cuts) == DRAWS
        for size in range(2):
            assert made.top1[size, number] == pytest.approx(np.mean([cut[size].right.mean() for cut in cuts]))
            precision = np.mean([cut[size].precision.mean() for cut in cuts])
            assert made.mean_precision[size, number] == pytest.approx(precision)
    pairs = example_questions(groups, splits, [1, 4])
    for told, pair in zip(made.example, pairs, strict=True):
        assert np.array_equal(told.nearest, search(Mean(), groups, *pair).nearest)


def test_all_methods_are_asked_the_same() -> None:
    groups, split = classes(count=6, items=16), class_splits(6, 1)[0]
    first, second = (list(questions(groups, split, [2], 0)) for _ in range(2))
    for one, two in zip(first, second, strict=True):
        assert np.array_equal(one[0][0].rows, two[0][0].rows)
    assert not np.array_equal(first[0][0][0].rows, first[1][0][0].rows)


def test_how_much_stands_behind_a_size() -> None:
    groups = classes(count=6, items=16)
    few, many = asked(groups, class_splits(6, 2), [1, 4])
    assert (few.classes, few.queries, few.gallery) == (3, 24, 24)
    assert (many.classes, many.queries, many.gallery) == (3, 6, 6)


def test_progress_rises_to_its_end_and_a_stop_ends_the_work() -> None:
    told: list[Progress] = []
    groups, splits = classes(count=6, items=8), class_splits(6, 2)
    curve(WATCHED, groups, splits, [1], report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert {progress.total for progress in told} == {done[-1]}
    with pytest.raises(Cancelled):
        curve(WATCHED, groups, splits, [1], report=Stop("searching", after=2))
