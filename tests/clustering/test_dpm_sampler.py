"""The DPM sampler: draws follow their distributions, it finds K from one and from too many, stops and repeats."""

import json

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from core.clustering.deep.preparation import prepare
from core.clustering.deep.subcluster_sampler import SubclusterSampler
from core.clustering.dpm_sampler import Params, fit
from core.errors import BadInput
from tests.clustering.test_deepdpm import SIX, StopAfter, groups


@pytest.mark.parametrize("start_k", [1, 12])
def test_the_number_of_groups_is_found(start_k: int) -> None:
    x, label = groups(1_200)
    found = fit(x, Params(start_k=start_k))
    assert found.k == SIX
    assert adjusted_rand_score(label, found.labels) > 0.97
    assert len(found.history["k"]) == 150
    assert found.history["splits"]
    json.dumps(dict(found.history), allow_nan=False)


def test_independent_axes_find_the_number_too() -> None:
    random = np.random.default_rng(0)
    label = random.integers(0, 4, 1_000)
    x = (random.normal(size=(4, 80))[label] + 0.7 * random.normal(size=(1_000, 80))).astype(np.float32)
    found = fit(x, Params(max_iter=50))
    assert found.k == 4
    assert adjusted_rand_score(label, found.labels) > 0.99


def test_one_group_stays_one() -> None:
    x = np.random.default_rng(0).normal(size=(800, 3)).astype(np.float32)
    assert fit(x, Params(max_iter=50)).k == 1


def test_labels_are_drawn_in_proportion() -> None:
    x, _ = groups(50)
    sampler = SubclusterSampler(prepare(x), Params())
    shares = torch.tensor([0.2, 0.5, 0.3])
    drawn = sampler._draw_index(shares.log().expand(30_000, 3))
    np.testing.assert_allclose(torch.bincount(drawn) / 30_000, shares, atol=0.012)


def test_statistics_count_every_row_after_every_draw() -> None:
    x, _ = groups(500)
    sampler = SubclusterSampler(prepare(x), Params())
    for _ in range(30):
        sampler.draw()
        assert float(sampler.parts.counts.sum()) == pytest.approx(500)
        assert len(sampler.ages) == len(sampler.parts.counts) == sampler.clusters


def test_the_same_seed_gives_the_same_clusters() -> None:
    x, _ = groups(300)
    first, second = (fit(x, Params(seed=4, max_iter=25)) for _ in range(2))
    assert np.array_equal(first.labels, second.labels)
    assert first.history == second.history


def test_a_stop_keeps_what_there_is() -> None:
    x, _ = groups(300)
    found = fit(x, Params(), StopAfter(12))
    assert found.partial
    assert len(found.labels) == 300
    assert len(found.history["k"]) == 12


@pytest.mark.parametrize(
    ("x", "params"),
    [
        (np.full((5, 2), np.inf, dtype=np.float32), Params()),
        (np.zeros((1, 2), dtype=np.float32), Params()),
        (groups(10)[0], Params(start_k=11)),
    ],
)
def test_bad_input_is_one_line(x: np.ndarray, params: Params) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]+$"):
        fit(x, params)
