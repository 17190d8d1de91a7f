"""Each formula against a computation of its own: medians, Wasserstein, whitening, assignments, replicator dynamics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import fractional_matrix_power, sqrtm
from scipy.optimize import minimize

from core.groups import gaussian, group_loss, median
from core.groups.choosing import Choice
from core.groups.group_loss import GroupLoss, refined
from core.groups.groupface import GroupFace, debiased
from core.groups.latent import Latent, find_latent, likely
from core.groups.mean import Mean
from core.groups.normalised_mean import NormalisedMean
from core.groups.sets import Sets, distances, group_means, unit, within_covariance
from core.groups.start import SETTINGS, Setting, Start, start_of
from core.progress import silent
from tests.groups.making import classes, ragged

RANDOM = np.random.default_rng(0)


def items(count: int, size: int, dimensions: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, size, dimensions)).astype(np.float32)


# means and medians


def test_means() -> None:
    x = items(3, 5)
    assert np.allclose(Mean().embed(x), [group.sum(0) / 5 for group in x], atol=1e-6)
    for group, made in zip(x, NormalisedMean().embed(x), strict=True):
        mean = np.mean([row / np.linalg.norm(row) for row in group], axis=0)
        assert np.allclose(made, mean / np.linalg.norm(mean), atol=1e-6)


@pytest.mark.parametrize("size", [3, 4, 9])
def test_the_median_has_the_least_sum_of_distances(size: int) -> None:
    x = items(4, size, seed=size)
    for group, found in zip(x, median.Median(1_000).embed(x), strict=True):

        def total(point: np.ndarray, group: np.ndarray = group) -> float:
            return float(np.linalg.norm(group - point, axis=1).sum())

        best = minimize(total, group.mean(0), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
        assert total(found) <= best.fun * (1 + 1e-4)


def test_the_median_may_be_one_of_the_items() -> None:
    cross = np.array([[[1, 0], [-1, 0], [0, 1], [0, -1], [0, 0]]], dtype=np.float32)
    assert np.allclose(median.Median(1_000).embed(cross), 0, atol=1e-3)
    heavy = np.array([[[0, 0]] * 3 + [[1, 0], [0, 1]]], dtype=np.float32)
    assert np.allclose(median.Median(1_000).embed(heavy), 0, atol=2e-3)


def test_a_few_odd_items_do_not_move_the_median_far() -> None:
    x = 0.1 * items(1, 9)
    odd = x.copy()
    odd[:, :3] = 1_000
    assert np.linalg.norm(median.Median(1_000).embed(odd)) < 1
    assert np.linalg.norm(odd.mean(axis=1)) > 100


@pytest.mark.parametrize("size", [1, 2])
def test_the_median_of_one_or_two_is_their_mean(size: int) -> None:
    x = items(2, size)
    assert np.allclose(median.Median(100).embed(x), x.mean(axis=1))


# the Wasserstein distance


def wasserstein(mean_1: np.ndarray, cov_1: np.ndarray, mean_2: np.ndarray, cov_2: np.ndarray) -> float:
    root = np.real(sqrtm(cov_1))
    cross = np.real(sqrtm(root @ cov_2 @ root))
    return float(np.sqrt(max(((mean_1 - mean_2) ** 2).sum() + np.trace(cov_1 + cov_2 - 2 * cross), 0)))


@pytest.mark.parametrize("prior", [0.0, 5.0])
def test_distances_of_gaussians_are_wasserstein(prior: float) -> None:
    embedder = gaussian.fit(classes(dimensions=5), gaussian.Params(prior=prior))
    x = items(4, 8, dimensions=5)
    moments = []
    for group in x:
        rotated = group @ embedder.axes
        own = rotated.var(axis=0)
        variances = (8 * own + prior * embedder.usual) / (8 + prior)
        moments.append((group.mean(0), embedder.axes @ np.diag(variances) @ embedder.axes.T))
    made = distances(embedder.embed(x), embedder.embed(x))
    for row, left in enumerate(moments):
        for column, right in enumerate(moments):
            assert made[row, column] == pytest.approx(wasserstein(*left, *right), abs=2e-3)


def test_of_one_item_the_usual_spread_is_taken() -> None:
    embedder = gaussian.fit(classes(dimensions=5), gaussian.Params())
    made = embedder.embed(items(3, 1, dimensions=5))
    lone = 5 / (1 + 5) * embedder.usual
    assert np.allclose(made[:, 5:], np.sqrt(lone), atol=1e-6)


def test_axes_are_those_that_groups_vary_along() -> None:
    embedder = gaussian.fit(classes(dimensions=5), gaussian.Params())
    spread = embedder.axes.T @ within_covariance(classes(dimensions=5)) @ embedder.axes
    assert np.allclose(spread, np.diag(embedder.usual), atol=1e-5)


# whitening


def test_the_covariance_within_groups() -> None:
    groups = ragged()
    total = np.zeros((6, 6))
    for number in range(len(groups)):
        rows = groups.vectors[groups.rows(number)].astype(float)
        assert np.allclose(group_means(groups)[number], rows.mean(0))
        for row in rows:
            total += np.outer(row - rows.mean(0), row - rows.mean(0))
    assert np.allclose(within_covariance(groups), total / (18 - 5))


def test_the_start_is_within_class_covariance_normalisation(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = classes()
    for setting in (Setting(0.3, 0.25), Setting(1.0, 1.0), Setting(0.9, 0.0)):
        monkeypatch.setattr("core.groups.start._choice", lambda *given, setting=setting: _chosen(setting))
        begun = start_of(groups, 0, silent)
        covariance = within_covariance(groups)
        round_one = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        shrunk = (1 - setting.shrinkage) * covariance + setting.shrinkage * round_one
        plain = groups.vectors[:9] @ np.real(fractional_matrix_power(shrunk, -0.5))
        wanted = plain * np.linalg.norm(plain, axis=1, keepdims=True) ** (setting.power - 1)
        made = begun.start(groups.vectors[:9])
        ratio = made / wanted
        assert np.allclose(ratio, ratio.mean(), rtol=1e-3)
        lengths = np.linalg.norm(groups.vectors @ begun.start.linear.T, axis=1)
        assert np.sqrt((lengths**2).mean()) == pytest.approx(1, abs=1e-3)


def _chosen(setting: Setting) -> Choice[Setting]:
    return Choice(setting, 0.0, 0.0)


def test_the_plainest_start_is_the_mean() -> None:
    assert SETTINGS[0] == Setting(1.0, 1.0)
    start = Start(2 * np.eye(4, dtype=np.float32), 1.0)
    x = items(1, 5)[0]
    assert np.allclose(start(x), 2 * x, atol=1e-6)
    assert np.allclose(Start(start.linear, 0.0)(x), unit(x), atol=1e-6)
    assert not Start(start.linear, 0.25)(0 * x).any()


# latent groups


def latent_of(groups: Sets, count: int = 5) -> Latent:
    return find_latent(groups, count, 0.1, debiased, 0)


def test_a_debiased_assignment_is_even_on_the_whole() -> None:
    groups = classes()
    latent = latent_of(groups)
    shares = debiased(groups.vectors, latent)
    assert np.allclose(shares.mean(axis=0), 1 / 5, atol=1e-5)
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert not np.allclose(latent.likely(groups.vectors).mean(axis=0), 1 / 5, atol=1e-3)


def test_likely_is_a_softmax_of_cosines() -> None:
    x, prototypes = items(1, 3)[0], unit(items(1, 5, seed=1)[0])
    for row, made in zip(x, likely(x, prototypes, 0.2), strict=True):
        scores = np.exp([row @ each / np.linalg.norm(row) / 0.2 for each in prototypes])
        assert np.allclose(made, scores / scores.sum(), atol=1e-5)


def test_prototypes_settle_on_the_items_that_they_are_given() -> None:
    groups = classes(count=5, items=30, noise=0.05)
    latent = find_latent(groups, 5, 0.1, lambda x, known: known.likely(x), 0)
    own = latent.likely(groups.vectors).argmax(axis=1)
    for number, prototype in enumerate(latent.prototypes):
        mean = unit(groups.vectors[own == number]).mean(axis=0)
        assert np.allclose(prototype, mean / np.linalg.norm(mean), atol=1e-4)


@pytest.mark.parametrize("assign", ["groupface", "group-loss"])
def test_a_group_is_its_mean_and_what_its_latent_groups_say(assign: str) -> None:
    groups = classes()
    latent, start, x = latent_of(groups), Start(np.eye(12, dtype=np.float32), 1.0), items(3, 4, 12)
    if assign == "groupface":
        embedder, shares = GroupFace(start, latent, 0.3), debiased(x, latent)
    else:
        embedder, shares = GroupLoss(start, latent, 0.3, 2), refined(latent.likely(x), x, 2)
    for group, own, made in zip(x, shares, embedder.embed(x), strict=True):
        rows = [
            row + 0.3 * np.linalg.norm(row) * (share @ latent.prototypes) for row, share in zip(group, own, strict=True)
        ]
        assert np.allclose(made, np.mean(rows, axis=0), atol=1e-5)


def test_no_more_latent_groups_than_the_items_allow() -> None:
    groups = ragged(sizes=(2, 2, 3))
    assert latent_of(groups, 100).prototypes.shape == (3, 6)
    same = Sets(np.ones((6, 4), dtype=np.float32), np.array([3, 3]))
    assert np.isfinite(latent_of(same).prototypes).all()


# replicator dynamics


def by_loops(shares: np.ndarray, x: np.ndarray, rounds: int) -> np.ndarray:
    """One set: X (n, K), items (n, D)."""
    count, latent = shares.shape
    for _ in range(rounds):
        support = np.zeros_like(shares)
        for i in range(count):
            for j in range(count):
                weight = max(np.corrcoef(x[i], x[j])[0, 1], 0)
                for k in range(latent):
                    support[i, k] += weight * shares[j, k]
        shares = np.array([[shares[i, k] * support[i, k] for k in range(latent)] for i in range(count)])
        shares = np.array([row / row.sum() for row in shares])
    return shares


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_assignments_are_refined_by_replicator_dynamics(rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = items(3, 5)
    shares = RANDOM.dirichlet(np.ones(4), size=(3, 5)).astype(np.float32)
    wanted = [by_loops(one.astype(float), rows.astype(float), rounds) for one, rows in zip(shares, x, strict=True)]
    assert np.allclose(refined(shares, x, rounds), wanted, atol=1e-5)
    monkeypatch.setattr(group_loss, "ROWS", 2)
    assert np.allclose(refined(shares, x, rounds), wanted, atol=1e-5)


@given(seed=st.integers(0, 2**31), size=st.integers(1, 6), rounds=st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_refined_assignments_stay_shares(seed: int, size: int, rounds: int) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(size=(2, size, 4)).astype(np.float32)
    made = refined(random.dirichlet(np.ones(3), size=(2, size)).astype(np.float32), x, rounds)
    assert np.allclose(made.sum(axis=2), 1, atol=1e-4)
    assert (made >= 0).all()


def test_an_item_that_agrees_with_none_keeps_its_assignment() -> None:
    x = np.ones((1, 2, 4), dtype=np.float32)
    shares = np.array([[[0.3, 0.7], [0.6, 0.4]]], dtype=np.float32)
    assert np.allclose(refined(shares, x, 3), shares)


def test_refinement_brings_the_items_of_a_set_together() -> None:
    x = np.repeat(items(1, 1, dimensions=8), 3, axis=1)
    shares = np.array([[[0.6, 0.4], [0.7, 0.3], [0.45, 0.55]]], dtype=np.float32)
    made = refined(shares, x, 10)
    assert (made.argmax(axis=2) == 0).all()
    assert made.min(axis=1)[0, 0] > 0.95
