"""DEC: its formulas against loops and the paper's gradient, its stopping rule, and what is shared and kept."""

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from core.clustering import autoencoder, dec
from core.clustering.dec import DEC, Params, Schedule, Target, fit, kl_divergence, log_student_t, sharpened, student_t
from core.clustering.deep import codes
from core.progress import Bar, Progress, silent
from tests.clustering.making import Stop, groups

pytestmark = pytest.mark.usefixtures("small")


def points(rows: int = 9, k: int = 3, dimensions: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes and centres, float64."""
    random = torch.Generator().manual_seed(0)
    shapes = ((rows, dimensions), (k, dimensions))
    z, centres = (2 * torch.randn(shape, generator=random, dtype=torch.float64) for shape in shapes)
    return z, centres


def looped_q(z: np.ndarray, centres: np.ndarray, alpha: float) -> np.ndarray:
    q = np.zeros((len(z), len(centres)))
    for i in range(len(z)):
        for j in range(len(centres)):
            q[i, j] = (1 + sum((z[i] - centres[j]) ** 2) / alpha) ** (-(alpha + 1) / 2)
        q[i] /= sum(q[i])
    return q


def looped_p(q: np.ndarray) -> np.ndarray:
    p = np.zeros_like(q)
    for i in range(len(q)):
        for j in range(q.shape[1]):
            p[i, j] = q[i, j] ** 2 / sum(q[:, j])
        p[i] /= sum(p[i])
    return p


@pytest.mark.parametrize("alpha", [0.5, 1.0, 4.0])
def test_q_is_that_of_the_paper(alpha: float) -> None:
    z, centres = points()
    np.testing.assert_allclose(student_t(z, centres, alpha), looped_q(z.numpy(), centres.numpy(), alpha), rtol=1e-12)


def test_p_and_the_divergence_are_those_of_the_paper() -> None:
    z, centres = points()
    q = looped_q(z.numpy(), centres.numpy(), 1)
    p = looped_p(q)
    found = sharpened(torch.from_numpy(q), torch.from_numpy(q).sum(0))
    np.testing.assert_allclose(found, p, rtol=1e-12)
    expected = [sum(p[i, j] * np.log(p[i, j] / q[i, j]) for j in range(3)) for i in range(9)]
    np.testing.assert_allclose(kl_divergence(found, log_student_t(z, centres)), expected, rtol=1e-9)


@pytest.mark.parametrize("alpha", [1.0, 3.0])
def test_the_gradient_is_the_closed_form_of_the_paper(alpha: float) -> None:
    """∂L/∂z_i = (α + 1) / α Σ_j (1 + |z_i - μ_j|² / α)⁻¹ (p_ij - q_ij)(z_i - μ_j), and ∂L/∂μ_j its negative over i."""
    z, centres = (each.requires_grad_() for each in points())
    q = student_t(z, centres, alpha).detach()
    p = sharpened(q, q.sum(0))
    kl_divergence(p, log_student_t(z, centres, alpha)).sum().backward()
    difference = (z[:, None] - centres).detach()
    weight = (p - q) / (1 + difference.square().sum(2) / alpha)
    pull = (alpha + 1) / alpha * weight[:, :, None] * difference
    torch.testing.assert_close(z.grad, pull.sum(1))
    torch.testing.assert_close(centres.grad, -pull.sum(0))


@pytest.mark.parametrize("alpha", [0.01, 1.0, 1_000.0])
def test_far_codes_have_a_finite_divergence_and_gradient(alpha: float) -> None:
    z = torch.tensor([[0.0], [1e4], [-1e6]], requires_grad=True)
    centres = torch.tensor([[0.0], [1e4]])
    log_q = log_student_t(z, centres, alpha)
    q = log_q.exp().detach()
    divergence = kl_divergence(sharpened(q, q.sum(0)), log_q)
    divergence.sum().backward()
    assert torch.isfinite(divergence).all()
    assert torch.isfinite(z.grad).all()


def test_the_target_is_over_all_rows_and_not_over_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dec, "CELLS", 24)
    z, centres = (each.float() for each in points(rows=50))
    q = looped_q(z.double().numpy(), centres.double().numpy(), 1)
    target, rows = Target(z.numpy(), centres, 1), np.array([3, 40, 7])
    np.testing.assert_allclose(target.p(rows), looped_p(q)[rows], rtol=1e-4)
    assert np.abs(target.p(rows).numpy() - looped_p(q[rows])).max() > 0.01
    assert np.array_equal(target.labels, q.argmax(1))
    np.testing.assert_allclose(target.confidence, q.max(1), rtol=1e-4)
    p = looped_p(q)
    assert target.divergence == pytest.approx((p * np.log(p / q)).sum() / 50, rel=1e-3)


def test_the_target_stays_while_the_centres_move() -> None:
    z, centres = (each.float() for each in points())
    target, rows = Target(z.numpy(), centres, 1), np.arange(9)
    before = target.p(rows).clone()
    centres += 1
    assert torch.equal(target.p(rows), before)


def test_groups_are_found_and_drawn_together() -> None:
    x, label = groups()
    found = fit(x, Params(k=4, epochs=30))
    assert adjusted_rand_score(label, found.labels) == 1
    assert found.metrics["converged"] == 1
    assert not found.partial
    assert len(found.history["changed"]) == len(found.history["loss"]) == found.metrics["targets"]
    assert len(found.history["pretraining_loss"]) == 30


def test_clusters_become_denser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dec, "LEARNING_RATE", 1e-3)
    x, _ = groups(spread=1.5)
    before, after = (fit(x, Params(k=4, epochs=10, targets=targets, tolerance=0)) for targets in (1, 8))
    assert after.confidence.mean() > before.confidence.mean() + 0.05
    assert after.metrics["targets"] == 8


def test_k_means_begins_with_several_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def centres(z: np.ndarray, k: int, seed: int, restarts: int) -> tuple[np.ndarray, float]:
        asked.append(restarts)
        return z[:k].copy(), 0.0

    monkeypatch.setattr(dec, "kmeans_centres", centres)
    fit(groups()[0], Params(k=4, epochs=1, targets=1))
    assert asked == [20]


@pytest.mark.parametrize(
    ("changes", "tolerance", "targets"),
    [([40, 30, 2, 9], 0.011, 3), ([40, 30, 2, 9], 0.01, 4), ([2, 30], 0.05, 1), ([0, 0, 0, 0], 0.0, 4)],
)
def test_it_ends_when_fewer_than_the_tolerance_have_changed(
    monkeypatch: pytest.MonkeyPatch, changes: list[int], tolerance: float, targets: int
) -> None:
    """So many of 200 labels change at each target; equal to the tolerance is not yet fewer."""
    x, _ = groups(200)
    planned = [np.zeros(200, dtype=np.int64)]
    for count in changes:
        planned.append(planned[-1] ^ (np.arange(200) < count))

    class Planned(Target):
        def __init__(self, *given) -> None:
            super().__init__(*given)
            self.labels = planned.pop(0)

    monkeypatch.setattr(dec, "Target", Planned)
    monkeypatch.setattr(dec, "STEPS_A_TARGET", 1)
    found = fit(x, Params(k=2, epochs=1, targets=4, tolerance=tolerance))
    assert found.metrics["targets"] == targets
    assert found.history["changed"] == [count / 200 for count in changes[:targets]]
    assert found.metrics["converged"] == (found.history["changed"][-1] < tolerance)


def test_two_methods_share_one_pretraining(monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[codes.Pretraining] = []
    train = codes.train

    def counted(x: np.ndarray, pretraining: codes.Pretraining, bar: Bar) -> codes.Pretrained:
        trained.append(pretraining)
        return train(x, pretraining, bar)

    monkeypatch.setattr(codes, "train", counted)
    x, _ = groups()
    first = autoencoder.fit(x, autoencoder.Params(k=4, epochs=3))
    second = fit(x, Params(k=4, epochs=3))
    third = autoencoder.fit(x, autoencoder.Params(k=3, epochs=3))
    assert len(trained) == 1
    assert [each.metrics["pretraining_reused"] for each in (first, second, third)] == [0, 1, 1]
    assert first.history["loss"] == second.history["pretraining_loss"]
    fit(x, Params(k=4, epochs=3, seed=1))
    assert len(trained) == 2


def test_the_same_seed_is_the_same_result_with_and_without_the_cache() -> None:
    x, _ = groups(spread=2)
    first, cached = (fit(x, Params(k=4, epochs=3, targets=3)) for _ in range(2))
    codes.forget()
    again = fit(x, Params(k=4, epochs=3, targets=3))
    for other in (cached, again):
        assert np.array_equal(first.labels, other.labels)
        assert np.array_equal(first.confidence, other.confidence)
        assert first.history == other.history


def test_stopped_in_the_clustering_the_labels_of_the_last_target_stay() -> None:
    x, label = groups()
    whole = fit(x, Params(k=4, epochs=30, targets=3, tolerance=0))
    each_target = Schedule.of(len(x), 3).steps // 3
    found = fit(x, Params(k=4, epochs=30, targets=3, tolerance=0), Stop("centres", each_target + 2))
    assert found.partial
    assert found.metrics["converged"] == 0
    assert list(found.history["changed"]) == whole.history["changed"][:1]
    assert adjusted_rand_score(label, found.labels) == 1


def test_stopped_in_the_pretraining_k_means_gives_the_labels() -> None:
    found = fit(groups()[0], Params(k=4, epochs=50), Stop("epoch 2 "))
    assert found.partial
    assert found.k == 4
    assert len(found.history["pretraining_loss"]) == 1
    assert not found.history["changed"]


def test_progress_counts_the_steps_of_both_parts() -> None:
    told: list[Progress] = []
    fit(groups()[0], Params(k=4, epochs=3, targets=2), told.append)
    pretraining = codes.Pretraining(epochs=3).steps(240)
    assert {progress.total for progress in told} == {pretraining + Schedule.of(240, 2).steps}
    assert told[-1].done == told[-1].total
    assert next(each for each in told if "centres" in each.message).done == pretraining + 1


def test_one_cluster_holds_all() -> None:
    found = fit(groups(30)[0], Params(k=1, epochs=2))
    assert found.k == 1
    assert found.metrics["targets"] == 1
    np.testing.assert_allclose(found.confidence, 1)


@pytest.mark.parametrize("count", [4, 31, 33])
def test_fewer_rows_than_a_batch(count: int) -> None:
    found = fit(groups(count)[0], Params(k=4, epochs=2, targets=1))
    assert len(found.labels) == count
    assert np.isfinite(found.metrics["kl_divergence"])


def test_wide_rows_and_equal_rows() -> None:
    wide = np.random.default_rng(0).normal(size=(40, 1_500)).astype(np.float32)
    assert len(fit(wide, Params(k=3, epochs=2, targets=1)).labels) == 40
    equal = fit(np.ones((40, 6), np.float32), Params(k=1, epochs=2, targets=1))
    assert (equal.labels == 0).all()


@pytest.mark.parametrize(("rows", "targets", "epochs"), [(70_000, 61, 1), (10_000, 52, 4), (10_000_000, 5, 1)])
def test_targets_are_taken_about_every_140_steps_at_most_once_an_epoch(rows: int, targets: int, epochs: int) -> None:
    assert Schedule.of(rows, 0) == Schedule(targets, epochs, targets * epochs * codes.batches_an_epoch(rows))


def test_the_decoder_is_left_alone_and_the_encoder_is_trained() -> None:
    x, _ = groups()
    coder = codes.pretrained(x, codes.Pretraining(epochs=1), Bar(silent)).coder
    before = {name: weights.clone() for name, weights in coder.named_parameters()}
    DEC(x, coder, Params(k=4), Bar(silent)).go(Schedule.of(len(x), 1), begin=0)
    changed = {name.partition(".")[0] for name, now in coder.named_parameters() if not torch.equal(now, before[name])}
    assert changed == {"hidden", "code"}
