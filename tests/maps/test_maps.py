"""The maps themselves: what they show, few rows, odd rows, stopping, and placing new rows."""

import numpy as np
import pytest

from core.errors import BadInput, Cancelled
from core.maps.neighbours import normalised
from core.maps.quality import quality
from core.methods import discover
from core.progress import Progress
from core.results import Map

METHODS = dict(discover("core.maps"))
QUICK = {"tsne": {"max_iter": 150, "early_exaggeration_iter": 100}, "umap": {"epochs": 100}, "pca": {}}
NEIGHBOURLY = ["tsne", "umap"]

every_map = pytest.mark.parametrize("name", METHODS)


def groups(count: int, seed: int = 0, dimension: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows about six centres, and the centre of each."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(6, dimension))
    label = np.arange(count) % 6
    return normalised(centres[label] + 0.2 * random.normal(size=(count, dimension))), label


def fit(name: str, x: np.ndarray, **params: object) -> Map:
    return METHODS[name].fit(x, METHODS[name].make_params(QUICK[name] | params))


def put(name: str, x: np.ndarray, xy: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    return METHODS[name].place(x, xy, x_new, METHODS[name].make_params(QUICK[name]))


def shares_label(xy: np.ndarray, label: np.ndarray, others: np.ndarray, other_label: np.ndarray) -> float:
    """The share of points whose nearest among the others is of their own group."""
    nearest = np.linalg.norm(xy[:, None] - others[None], axis=2).argmin(axis=1)
    return float((other_label[nearest] == label).mean())


@every_map
def test_groups_stay_together(name: str) -> None:
    x, _ = groups(180)
    drawn = fit(name, x)
    assert drawn.xy.shape == (180, 2)
    assert drawn.xy.dtype == np.float32
    floor = 0.95 if name in NEIGHBOURLY else 0.75
    assert quality(x, drawn.xy, "cosine")["trustworthiness"] > floor


@pytest.mark.parametrize("name", NEIGHBOURLY)
def test_another_seed_is_another_map(name: str) -> None:
    x, _ = groups(60)
    first, second = (fit(name, x, seed=seed).xy for seed in (0, 1))
    assert not np.array_equal(first, second)


@every_map
@pytest.mark.parametrize("count", [4, 5, 6, 9, 20, 51])
def test_few_rows_make_a_map(name: str, count: int) -> None:
    drawn = fit(name, groups(count)[0])
    assert drawn.xy.shape == (count, 2)
    assert np.isfinite(drawn.xy).all()


@pytest.mark.parametrize("name", NEIGHBOURLY)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_than_four_rows_are_one_line(name: str, count: int) -> None:
    with pytest.raises(BadInput, match=f"^{count} rows are too few for a map: at least 4 are needed"):
        fit(name, np.ones((count, 5), np.float32))


def test_a_perplexity_too_large_is_lowered_and_told() -> None:
    assert fit("tsne", groups(10)[0], perplexity=200).metrics["perplexity"] == 3
    assert fit("tsne", groups(200)[0], perplexity=20).metrics["perplexity"] == 20


def test_neighbours_too_many_are_lowered_and_told() -> None:
    assert fit("umap", groups(10)[0], n_neighbors=200).metrics["n_neighbors"] == 9


def test_pca_tells_the_share_of_variance() -> None:
    x = np.random.default_rng(0).normal(size=(400, 3)).astype(np.float32) * np.array([5, 2, 0.1], np.float32)
    drawn = fit("pca", x)
    assert drawn.metrics["explained_variance_1"] == pytest.approx(25 / 29, abs=0.03)
    assert drawn.metrics["explained_variance_1"] + drawn.metrics["explained_variance_2"] == pytest.approx(1, abs=0.01)
    assert np.var(drawn.xy[:, 0]) == pytest.approx(np.var(x[:, 0]), rel=0.02)


@every_map
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_odd_rows_do_no_harm(name: str, metric: str) -> None:
    """All rows the same; many the same; rows of zeros; one column only, where the method can."""
    params = {"metric": metric} if name in NEIGHBOURLY else {}
    repeated = np.repeat(groups(5)[0], 12, axis=0)
    for x in (np.ones((30, 6), np.float32), np.zeros((30, 6), np.float32), repeated):
        assert np.isfinite(fit(name, x, **params).xy).all()


@pytest.mark.parametrize("name", NEIGHBOURLY)
def test_one_column_is_enough_for_neighbours(name: str) -> None:
    x = np.linspace(1, 2, 40, dtype=np.float32)[:, None]
    assert np.isfinite(fit(name, x, metric="euclidean").xy).all()


def test_pca_needs_two_columns() -> None:
    with pytest.raises(BadInput, match=r"^rows of 1 number have no second axis"):
        fit("pca", np.ones((9, 1), np.float32))


@pytest.mark.parametrize("initialisation", ["pca", "spectral", "random"])
def test_tsne_begins_where_it_is_told(initialisation: str) -> None:
    x, _ = groups(60)
    assert np.isfinite(fit("tsne", x, initialisation=initialisation, max_iter=10).xy).all()


@pytest.mark.parametrize("after", [1, 3, 6])
def test_a_stopped_tsne_keeps_the_map_so_far(after: int) -> None:
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        if progress.done >= 25 * after and not any(each.message == "stop" for each in told):
            told.append(Progress(0, message="stop"))
            raise Cancelled("stopped")

    params = METHODS["tsne"].make_params({"early_exaggeration_iter": 100, "max_iter": 150})
    drawn = METHODS["tsne"].fit(groups(60)[0], params, report)
    assert drawn.partial
    assert drawn.xy.shape == (60, 2)
    assert np.isfinite(drawn.xy).all()
    assert max(progress.done for progress in told) == 25 * after


@every_map
def test_new_rows_come_to_their_own_group(name: str) -> None:
    x, label = groups(180)
    x_new, new_label = groups(30, seed=1)
    drawn = fit(name, x)
    before = drawn.xy.copy()
    placed = put(name, x, drawn.xy, x_new)
    assert placed.shape == (30, 2)
    assert placed.dtype == np.float32
    assert np.array_equal(drawn.xy, before), "the map has moved"
    assert shares_label(placed, new_label, drawn.xy, label) > (0.95 if name in NEIGHBOURLY else 0.5)


@every_map
def test_a_known_row_is_placed_where_it_lies(name: str) -> None:
    x, _ = groups(180)
    drawn = fit(name, x)
    away = np.linalg.norm(put(name, x, drawn.xy, x[:40]) - drawn.xy[:40], axis=1)
    assert np.median(away) < 0.15 * drawn.xy.std()


@every_map
def test_placing_is_repeatable_and_each_row_stands_alone(name: str) -> None:
    x, _ = groups(90)
    x_new, _ = groups(12, seed=1)
    drawn = fit(name, x)
    assert np.array_equal(put(name, x, drawn.xy, x_new), put(name, x, drawn.xy, x_new))
    assert put(name, x, drawn.xy, x_new[:1]).shape == (1, 2)


@every_map
def test_placing_on_a_small_map(name: str) -> None:
    x, _ = groups(5)
    assert np.isfinite(put(name, x, fit(name, x).xy, groups(3, seed=1)[0])).all()


@pytest.mark.parametrize("name", NEIGHBOURLY)
def test_placing_can_be_stopped(name: str) -> None:
    def report(progress: Progress) -> None:
        if progress.done:
            raise Cancelled("stopped")

    x, _ = groups(60)
    params = METHODS[name].make_params(QUICK[name])
    with pytest.raises(Cancelled):
        METHODS[name].place(x, fit(name, x).xy, groups(30, seed=1)[0], params, report)
