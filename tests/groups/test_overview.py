"""Groups beside each other: central items, nearest groups, the order of a heat map, places on a map."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import cdist, pdist

from core.groups import overview as module
from core.groups.mean import Mean
from core.groups.normalised_mean import NormalisedMean
from core.groups.overview import heat_map_order, overview, placed
from core.groups.sets import Sets
from core.progress import Progress
from tests.groups.making import classes, ragged


def test_the_most_central_item_is_nearest_to_its_group() -> None:
    groups = ragged(sizes=(1, 4, 2, 9, 7))
    made = overview(NormalisedMean(), groups)
    for number, row in enumerate(made.central):
        rows = groups.rows(number)
        unit = groups.vectors[rows] / np.linalg.norm(groups.vectors[rows], axis=1, keepdims=True)
        assert row == rows[(unit @ unit.mean(axis=0)).argmax()]


def test_nearest_groups_and_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = classes(count=9)
    means = np.stack([groups.vectors[groups.rows(each)].mean(axis=0) for each in range(9)])
    away = cdist(means, means)
    monkeypatch.setattr(module, "NEAREST", 4)
    made = overview(Mean(), groups)
    assert np.allclose(made.between, away, atol=1e-5)
    assert not np.diagonal(made.between).any()
    for number in range(9):
        order = [each for each in away[number].argsort() if each != number][:4]
        assert made.nearest[number].tolist() == order
        assert np.allclose(made.nearest_distances[number], away[number][order], atol=1e-5)


def test_like_groups_are_neighbours_in_the_heat_map() -> None:
    groups = classes(count=9)
    made = overview(Mean(), groups)
    means = np.stack([groups.vectors[groups.rows(each)].mean(axis=0) for each in range(9)])
    tree = linkage(pdist(means.astype(float)), "average", optimal_ordering=True)
    steps = [np.diagonal(made.between[order][:, order], 1).sum() for order in (made.order, leaves_list(tree))]
    assert sorted(made.order) == list(range(9))
    assert steps[0] == pytest.approx(steps[1], rel=1e-4)
    assert steps[0] <= np.diagonal(made.between, 1).sum()


@pytest.mark.parametrize("count", [1, 2])
def test_two_groups_have_one_order(count: int) -> None:
    assert heat_map_order(np.zeros((count, count), dtype=np.float32)).tolist() == list(range(count))


def test_of_many_groups_only_the_nearest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = classes(count=9)
    whole = overview(Mean(), groups)
    monkeypatch.setattr(module, "MOST_SHOWN", 8)
    monkeypatch.setattr(module, "AT_ONCE", 7)
    made = overview(Mean(), groups)
    assert made.between.shape == (0, 0)
    assert made.order.shape == (0,)
    assert np.array_equal(made.nearest, whole.nearest)
    assert np.array_equal(made.central, whole.central)


def test_groups_stand_where_their_central_items_are() -> None:
    xy = np.array([[0, 1], [2, 3], [9, 9]], dtype=np.float32)
    made = placed(np.array(["b", "c", "a"]), np.array(["a", "b", "a"]), xy)
    assert made[[0, 2]].tolist() == [[2, 3], [0, 1]]
    assert np.isnan(made[1]).all()


def test_progress_rises() -> None:
    told: list[Progress] = []
    overview(Mean(), Sets.of(np.eye(6, dtype=np.float32), np.arange(6) % 3), told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert told[-1].total == done[-1]
