"""TwoNN where the dimension is known, and the shares of variance."""

import numpy as np
import pytest

from core.errors import BadInput
from core.reduction import dimension
from core.reduction.dimension import explained_variance, two_nn
from core.results import Pairs
from tests.reduction.making import related


def within(rows: np.ndarray, columns: int = 20) -> np.ndarray:
    """The rows in a larger space, turned."""
    axes = np.linalg.qr(np.random.default_rng(9).normal(size=(columns, columns)))[0]
    return (rows @ axes[: rows.shape[1]]).astype(np.float32)


@pytest.mark.parametrize("true", [1, 2, 5, 8])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_two_nn_finds_the_dimension(true: int, kind: str) -> None:
    random = np.random.default_rng(true)
    rows = getattr(random, kind)(size=(3_000, true))
    assert two_nn(within(rows)).value == pytest.approx(true, rel=0.15)


def test_a_bent_line_has_one_dimension_far_from_the_origin_too() -> None:
    """Squared distances by float32 products are useless for rows so close and so far out."""
    t = np.random.default_rng(0).uniform(0, 6, 2_000)
    line = np.stack([np.cos(t), np.sin(t), t / 3], axis=1)
    assert two_nn((line + 30).astype(np.float32)).value == pytest.approx(1, abs=0.1)


def test_equal_rows_count_once() -> None:
    rows = within(np.random.default_rng(0).normal(size=(500, 3)))
    assert two_nn(np.repeat(rows, 3, axis=0)) == two_nn(rows)
    with pytest.raises(BadInput, match="5 different rows are too few"):
        two_nn(np.repeat(rows[:5], 50, axis=0))


def test_a_sample_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = within(np.random.default_rng(0).normal(size=(900, 2)))
    assert two_nn(rows).rows == 900
    monkeypatch.setattr(dimension, "MOST_ROWS", 600)
    found = two_nn(rows)
    assert (found.rows, found.sampled) == (600, True)
    assert found.value == pytest.approx(2, rel=0.2)


def test_explained_variance_is_that_of_each_modality_about_its_mean() -> None:
    pairs = related(count=200, dimensions=6)
    centred = np.concatenate([x - x.mean(0) for x in (pairs.image, pairs.text)]).astype(np.float64)
    singular = np.linalg.svd(centred, compute_uv=False) ** 2
    found = explained_variance(pairs)
    assert found.dtype == np.float32
    assert found == pytest.approx(singular / singular.sum(), abs=1e-5)
    assert found.sum() == pytest.approx(1)
    same = np.tile(np.float32([[0.6, 0.8]]), (60, 1))
    assert not explained_variance(Pairs(same, same)).any()
