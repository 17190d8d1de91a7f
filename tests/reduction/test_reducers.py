"""What each reducer does, against computations of another kind."""

from dataclasses import fields

import numpy as np
import pytest
import torch

from core.errors import BadInput, BadParameter
from core.methods import discover
from core.progress import silent
from core.reduction import contrastive, isometric, isotonic, pca
from core.reduction.checks import LEAST_TO_FIT
from core.reduction.learning.neural_mds import cosines, steps_for
from core.reduction.retrieval import ranks, recall
from core.results import Floats, Pairs, Projection, Reducer
from tests.reduction.making import related

METHODS = discover("core.reduction")
PAIRS = related(count=200, dimensions=24, noise=1.0)


def fitted(name: str, pairs: Pairs = PAIRS, **settings: object) -> Reducer:
    method = METHODS[name]
    return method.fit(pairs, method.make_params({"dimensions": 6, **settings}))


def both_ways(pairs: Pairs) -> float:
    found = ranks(pairs)
    return (recall(found.image_to_text) + recall(found.text_to_image)) / 2


def centred(pairs: Pairs) -> list[Floats]:
    return [rows - rows.mean(0) for rows in (pairs.image, pairs.text)]


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_reducer_gives_unit_rows_and_beats_chance(name: str) -> None:
    rows = np.arange(len(PAIRS))
    quick = {"draws": 4_000_000} if "draws" in {each.name for each in fields(METHODS[name].params)} else {}
    reduced = fitted(name, PAIRS.take(rows[::2]), **quick)(PAIRS.take(rows[1::2]))
    assert reduced.image.shape == (100, 6)
    assert np.allclose(np.linalg.norm(reduced.text, axis=1), 1, atol=1e-5)
    assert both_ways(reduced) > 0.05


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_reducer_refuses_too_few_pairs_and_wrong_dimensions(name: str) -> None:
    with pytest.raises(BadInput, match=f"24 pairs are fewer than {LEAST_TO_FIT}"):
        fitted(name, PAIRS.take(np.arange(24)))
    with pytest.raises(BadParameter, match="24 dimensions are not between 2 and 23"):
        fitted(name, dimensions=24)
    nothing = PAIRS.image.copy()
    nothing[7] = 0
    with pytest.raises(BadInput, match="image: row 7 is all zeros"):
        fitted(name, Pairs(nothing, PAIRS.text))


def test_a_projection_is_its_formula_row_by_row() -> None:
    random = np.random.default_rng(0)
    shapes = {"mean": (5,), "linear": (3, 5), "hidden": (4, 5), "bias": (4,), "output": (3, 4)}
    parts = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    x = random.normal(size=(7, 5)).astype(np.float32)
    for row, found in zip(x, Projection(**parts)(x), strict=True):
        moved = row - parts["mean"]
        y = parts["linear"] @ moved + parts["output"] @ np.maximum(parts["hidden"] @ moved + parts["bias"], 0)
        assert np.allclose(found, y / np.linalg.norm(y), atol=1e-5)


def test_a_reducer_comes_back_from_its_arrays() -> None:
    reducer = fitted("autoencoder", epochs=2)
    again = Reducer.of(reducer.arrays())
    assert np.array_equal(again(PAIRS).image, reducer(PAIRS).image)
    assert np.array_equal(again(PAIRS).text, reducer(PAIRS).text)


def test_pca_finds_the_axes_of_the_singular_values() -> None:
    found = pca.fit(PAIRS, pca.Params(dimensions=6))
    _, values, axes = np.linalg.svd(np.concatenate(centred(PAIRS)), full_matrices=False)
    assert np.allclose(np.abs(found.image.linear @ axes[:6].T), np.eye(6), atol=1e-3)
    assert found.metrics["explained_variance"] == pytest.approx((values[:6] ** 2).sum() / (values**2).sum(), rel=1e-4)


def test_joint_pca_finds_the_axes_about_one_mean_which_go_along_the_gap() -> None:
    found = fitted("pca-joint")
    rows = np.concatenate([PAIRS.image, PAIRS.text])
    _, values, axes = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    assert np.allclose(np.abs(found.image.linear @ axes[:6].T), np.eye(6), atol=1e-3)
    assert found.metrics["explained_variance"] == pytest.approx((values[:6] ** 2).sum() / (values**2).sum(), rel=1e-4)
    assert all(np.array_equal(getattr(found.image, name), getattr(found.text, name)) for name in ("mean", "linear"))
    gap = PAIRS.image.mean(0) - PAIRS.text.mean(0)
    along, centred_along = (np.linalg.norm(fitted(name).image.linear @ gap) for name in ("pca-joint", "pca"))
    assert along > centred_along


def test_truncation_keeps_the_first_coordinates() -> None:
    first = PAIRS.image[:, :6]
    assert np.allclose(fitted("truncation")(PAIRS).image, first / np.linalg.norm(first, axis=1, keepdims=True))


def test_sparse_projection_has_few_entries_of_one_size() -> None:
    entries = fitted("sparse-projection", related(100, 400, 1.0), dimensions=100).image.linear
    assert (entries != 0).mean() == pytest.approx(1 / np.sqrt(400), rel=0.1)
    assert np.allclose(np.abs(entries[entries != 0]), np.sqrt(np.sqrt(400) / 100))


def test_random_projection_keeps_lengths_on_average() -> None:
    lengths = [np.square(PAIRS.image @ fitted("random-projection", seed=seed).image.linear.T) for seed in range(50)]
    assert np.mean(np.sum(lengths, axis=2)) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("name", ["isometric", "isotonic", "autoencoder"])
def test_a_learned_reducer_begins_as_pca(name: str) -> None:
    found, axes = fitted(name, learning_rate=1e-6, hidden=8).image.linear, fitted("pca").image.linear
    assert np.allclose(found, axes, atol=1e-3)


@pytest.mark.parametrize("name", ["isometric", "isotonic"])
@pytest.mark.parametrize("hidden", [0, 16])
def test_neural_mds_lowers_its_stress_on_pairs_it_has_not_seen(name: str, hidden: int) -> None:
    rows = np.arange(len(PAIRS))
    seen, unseen = PAIRS.take(rows[::2]), PAIRS.take(rows[1::2])

    def stress(reducer: Reducer) -> float:
        given = (unseen.image - reducer.image.mean, unseen.text - reducer.text.mean)
        made = reducer(unseen)
        before, after = (cosines(torch.from_numpy(np.concatenate(each))) for each in (given, (made.image, made.text)))
        generator = torch.Generator().manual_seed(1)
        if name == "isometric":
            return float(isometric.stress(before, after, generator))
        return float(isotonic.disorder(before, after, generator, temperature=0.01))

    learned = fitted(name, seen, hidden=hidden, draws=4_000_000, noise=0.1)
    assert stress(learned) < stress(fitted("pca", seen))


def test_isometric_stress_is_the_mean_over_different_rows() -> None:
    random = np.random.default_rng(0)
    before, after = (torch.from_numpy(random.normal(size=(9, 4))) for _ in range(2))
    d, e = cosines(before).numpy(), cosines(after).numpy()
    by_hand = np.mean([(d[i, j] - e[i, j]) ** 2 for i in range(9) for j in range(9) if i != j])
    assert float(isometric.stress(cosines(before), cosines(after), torch.Generator())) == pytest.approx(by_hand)


def test_isotonic_disorder_is_the_loss_of_its_quads_one_by_one() -> None:
    random = np.random.default_rng(0)
    before, after = (torch.from_numpy(random.normal(size=(5, 5))) for _ in range(2))
    step = int(torch.randint(1, 25, (1,), generator=torch.Generator().manual_seed(3)))
    d, e = before.numpy().ravel(), after.numpy().ravel()
    losses = []
    for first in range(25):
        second = (first - step) % 25
        right = np.sign(d[first] - d[second])
        losses.append(0.5 * np.log1p(np.exp(-right * (e[first] - e[second]) / 0.5)))
    found = isotonic.disorder(before, after, torch.Generator().manual_seed(3), temperature=0.5)
    assert float(found) == pytest.approx(np.mean(losses))


def test_an_order_kept_costs_nothing_and_one_reversed_costs_its_difference() -> None:
    similar = torch.arange(16.0).reshape(4, 4)
    kept, reversed_ = (
        float(isotonic.disorder(similar, sign * similar, torch.Generator().manual_seed(0), 1e-3)) for sign in (1, -1)
    )
    assert kept == pytest.approx(0, abs=1e-6)
    assert reversed_ > 1


def test_steps_make_at_least_the_draws_that_were_asked_for() -> None:
    assert steps_for(8_000_000, 256) == 31
    assert steps_for(1, 256) == 1


def test_the_contrastive_map_is_the_minimum_of_its_loss() -> None:
    """The spectral contrastive loss in float64, from the definition, against L-BFGS from random beginnings."""
    image, text = (torch.from_numpy(rows.astype(np.float64)) for rows in centred(PAIRS))
    jitter = 0.5 * float((image.square().mean() + text.square().mean()) / 2)

    def loss(linear: torch.Tensor) -> torch.Tensor:
        both = torch.cat([image, text])
        within = both.T @ both / len(both) + jitter * torch.eye(24, dtype=torch.float64)
        gram = linear @ within @ linear.T
        return -2 * ((image @ linear.T) * (text @ linear.T)).sum(1).mean() + gram.square().sum()

    (_, found), *_ = contrastive.solutions(PAIRS, 6, [contrastive.Setting(jitter=0.5, own=0.0, weight=0.5)])
    least = float(loss(torch.from_numpy(found.image.linear.astype(np.float64))))
    reached = []
    for seed in range(3):
        linear = torch.randn(6, 24, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        linear.requires_grad_()
        optimizer = torch.optim.LBFGS([linear], max_iter=2_000, line_search_fn="strong_wolfe")

        def closure(optimizer=optimizer, linear=linear) -> torch.Tensor:
            optimizer.zero_grad()
            value = loss(linear)
            value.backward()
            return value

        optimizer.step(closure)
        reached.append(float(loss(linear).detach()))
    assert least == pytest.approx(min(reached), rel=1e-4)


def test_the_contrastive_map_finds_what_partners_share_and_pca_misses() -> None:
    random = np.random.default_rng(0)
    shared, loud = random.normal(size=(300, 3)), random.normal(size=(2, 300, 8)) * 1.5
    image, text = (
        (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        for rows in (np.hstack([shared + random.normal(size=(300, 3)) * 0.1, own]) for own in loud)
    )
    pairs, rows = Pairs(image, text), np.arange(300)
    seen, unseen = pairs.take(rows[::2]), pairs.take(rows[1::2])
    learned, plain = (both_ways(fitted(name, seen, dimensions=3)(unseen)) for name in ("contrastive", "pca"))
    assert plain < 0.05
    assert learned > 0.15


@pytest.mark.parametrize("pairs", [PAIRS, related(count=400, dimensions=48, noise=0.3)], ids=["noisy", "clear"])
def test_contrastive_mds_keeps_the_cosines_of_the_whole_map_better_than_its_first_rows_do(pairs: Pairs) -> None:
    rows = np.arange(len(pairs))
    seen, unseen = pairs.take(rows[::2]), pairs.take(rows[1::2])
    whole = contrastive.solved(seen, seen.dimensions, folds=5, seed=0, report=silent)(unseen)

    def difference(reducer: Reducer) -> float:
        made = reducer(unseen)
        before, after = (np.concatenate([each.image, each.text]) for each in (whole, made))
        return float(np.mean((before @ before.T - after @ after.T) ** 2))

    learned = fitted("contrastive-mds", seen, draws=4_000_000, noise=0.1)
    assert difference(learned) < 0.99 * difference(fitted("contrastive", seen))
    assert set(learned.metrics) == {"jitter", "own", "weight", "fold_reciprocal_rank", "stress"}


def test_contrastive_mds_begins_at_the_first_rows_of_the_whole_map() -> None:
    found = fitted("contrastive-mds", learning_rate=1e-6, draws=1_000_000)
    whole = contrastive.solved(PAIRS, PAIRS.dimensions, folds=5, seed=0, report=silent).image.linear[:6]
    assert np.allclose(found.image.linear, whole * (6**0.5 / np.linalg.norm(whole)), atol=1e-3)
