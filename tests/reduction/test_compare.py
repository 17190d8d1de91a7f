"""Splits and points, with a reducer that keeps the first dimensions."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from core.errors import BadParameter, Cancelled
from core.methods import Method, param
from core.progress import Progress, Report, silent
from core.reduction.compare import WAYS, Point, evaluated_whole, points, splits
from core.reduction.nearest import nearest
from core.reduction.retrieval import ranks
from core.results import Pairs, Projection, Reducer
from tests.clustering.making import Stop
from tests.reduction.making import related

SEEN: list[tuple[int, int, np.ndarray]] = []


@dataclass(frozen=True)
class Params:
    dimensions: int = param(4, "dimensions to keep", minimum=2)
    seed: int = param(0, "shuffles nothing", minimum=0)


def fit(pairs: Pairs, params: Params, report: Report = silent) -> Reducer:
    report(Progress(0, 1, "keeping"))
    SEEN.append((params.dimensions, params.seed, pairs.image[:, 0]))
    kept = Projection.straight(np.eye(pairs.dimensions, dtype=np.float32)[: params.dimensions])
    return Reducer(kept, kept)


METHOD = Method("first", "First dimensions", Params, fit)
PAIRS = related(count=101, dimensions=12, noise=2)


def run(report: Report = silent, dimensions: tuple[int, ...] = (2, 6), number: int = 3) -> list[Point]:
    SEEN.clear()
    return list(points(METHOD, PAIRS, splits(np.arange(len(PAIRS)), number), dimensions, report=report))


def test_splits_are_halves_without_an_overlap() -> None:
    for split in splits(np.arange(101), 5):
        assert (len(split.fit), len(split.held_out)) == (51, 50)
        assert np.array_equal(np.union1d(split.fit, split.held_out), np.arange(101))


def test_splits_are_seeded_and_the_first_are_the_same_whatever_their_number() -> None:
    few, many, others = splits(np.arange(60), 2), splits(np.arange(60), 4), splits(np.arange(60), 2, seed=1)
    assert all(np.array_equal(a.held_out, b.held_out) for a, b in zip(few, many[:2], strict=True))
    assert not np.array_equal(many[0].held_out, many[1].held_out)
    assert not np.array_equal(few[0].held_out, others[0].held_out)
    with pytest.raises(BadParameter, match="0 splits are none"):
        splits(np.arange(60), 0)


def test_a_point_has_the_ranks_of_the_held_out_pairs_of_each_split() -> None:
    found, parts = run(), splits(np.arange(len(PAIRS)), 3)
    assert [point.dimension for point in found] == [2, 6]
    for point in found:
        assert point.evaluated.i2t.shape == point.evaluated.t2i.shape == (3, 50)
        assert point.evaluated.i2t.dtype == point.evaluated.i2t_nearest.dtype == np.int32
        assert point.seconds > 0
        for number, split in enumerate(parts):
            held = PAIRS.take(split.held_out)
            cut = [x[:, : point.dimension] for x in (held.image, held.text)]
            alone = Pairs(*(x / np.linalg.norm(x, axis=1, keepdims=True) for x in cut))
            for way, name in WAYS.items():
                assert np.array_equal(getattr(point.evaluated, way)[number], getattr(ranks(alone), name))
                assert np.array_equal(getattr(point.evaluated, f"{way}_nearest")[number], getattr(nearest(alone), name))


def test_a_fit_sees_the_other_half_alone_with_the_seed_of_its_split() -> None:
    run()
    assert [seen[:2] for seen in SEEN] == [(2, 0), (2, 1), (2, 2), (6, 0), (6, 1), (6, 2)]
    for (_, seed, first), split in zip(SEEN[:3], splits(np.arange(len(PAIRS)), 3), strict=True):
        assert np.array_equal(first, PAIRS.image[split.fit, 0]), seed


def test_all_dimensions_are_judged_on_the_same_splits() -> None:
    parts = splits(np.arange(len(PAIRS)), 2)
    whole = evaluated_whole(PAIRS, parts)
    assert whole.i2t.shape == whole.i2t_nearest.shape == (2, 50)
    assert np.array_equal(whole.t2i[1], ranks(PAIRS.take(parts[1].held_out)).text_to_image)


def test_progress_rises_to_its_end() -> None:
    told: list[Progress] = []
    run(told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert {progress.total for progress in told} == {done[-1]} == {6_000}
    assert [each.message for each in told[:2]] == [
        f"First dimensions, 2 dimensions, split 1{rest}" for rest in ("", ": keeping")
    ]


def test_a_stop_keeps_the_points_that_are_done() -> None:
    found: list[Point] = []
    coming = points(METHOD, PAIRS, splits(np.arange(len(PAIRS)), 2), (2, 4, 6), report=Stop("4 dimensions, split 2"))
    with pytest.raises(Cancelled):
        found.extend(coming)
    assert [point.dimension for point in found] == [2]


def test_a_reducer_that_was_stopped_is_not_judged() -> None:
    partial = replace(METHOD, fit=lambda *given: replace(fit(*given), partial=True))
    with pytest.raises(Cancelled):
        next(points(partial, PAIRS, splits(np.arange(len(PAIRS)), 1), (2,)))
