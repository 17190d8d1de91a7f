"""SwAV's prototypes: the codes' marginals, the swapped loss, views, and stopping."""

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from core.clustering import streaming, swav
from core.clustering.swav import Params, SwAV, View, fit, sinkhorn, swapped_loss
from core.errors import BadInput
from core.maps.neighbours import normalised
from core.progress import Bar, silent
from tests.clustering.making import Stop

QUICK = Params(k=4, epochs=60)


def groups(count: int = 240, k: int = 4, spread: float = 0.3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    label = np.arange(count) % k
    centres = np.random.default_rng(99).normal(size=(k, 24))
    return normalised(centres[label] + spread * random.normal(size=(count, 24))), label


def scores(rows: int = 64, k: int = 5) -> torch.Tensor:
    return 2 * torch.rand(rows, k, generator=torch.Generator().manual_seed(0), dtype=torch.float64) - 1


@pytest.mark.parametrize("epsilon", [0.05, 0.5])
def test_codes_are_balanced(epsilon: float) -> None:
    q = sinkhorn(scores(), epsilon, 500)
    torch.testing.assert_close(q.sum(1), torch.full((64,), 1 / 64, dtype=torch.float64))
    torch.testing.assert_close(q.sum(0), torch.full((5,), 1 / 5, dtype=torch.float64), rtol=1e-3, atol=1e-3)


def test_a_few_iterations_come_near_and_the_rows_are_exact() -> None:
    errors = []
    for iterations in (1, 3, 50):
        q = sinkhorn(scores(), 0.05, iterations)
        torch.testing.assert_close(q.sum(1), torch.full((64,), 1 / 64, dtype=torch.float64))
        errors.append(float((q.sum(0) * 5 - 1).abs().max()))
    assert errors == sorted(errors, reverse=True)
    assert errors[1] < 0.3
    assert errors[2] < 0.03


def test_codes_are_the_scaling_of_the_paper() -> None:
    """Diag(u) exp(CᵀZ / ε) Diag(v), by dividing rows and columns in turn."""
    given = scores()
    expected = np.exp(given.numpy().T / 0.05)
    for _ in range(3):
        expected /= expected.sum(1, keepdims=True) * 5
        expected /= expected.sum(0, keepdims=True) * 64
    np.testing.assert_allclose(sinkhorn(given, 0.05, 3), expected.T, rtol=1e-9)


def test_a_small_epsilon_does_not_underflow() -> None:
    q = sinkhorn(scores().float(), 0.001, 3)
    assert torch.isfinite(q).all()
    torch.testing.assert_close(q.sum(1), torch.full((64,), 1 / 64), rtol=1e-4, atol=1e-6)


def test_the_loss_predicts_each_code_from_the_other_view() -> None:
    given = [scores(6, 3), scores(6, 3).flip(0)]
    codes = [sinkhorn(each, 0.05, 3) for each in given]
    expected = 0.0
    for predicted, code in ((0, 1), (1, 0)):
        for i in range(6):
            p = np.exp(given[predicted][i].numpy() / 0.1)
            expected -= sum(codes[code][i].numpy() * np.log(p / p.sum()))
    assert float(swapped_loss(given, 0.1, codes)) == pytest.approx(expected)


def test_groups_are_found() -> None:
    x, label = groups()
    found = fit(x, QUICK)
    assert adjusted_rand_score(label, found.labels) == 1
    assert found.metrics == {"views": 1.0, "largest_share": 0.25}
    assert found.history["loss"][-1] < found.history["loss"][0]
    assert len(found.history["loss"]) == 60


def test_a_second_view_settles_what_the_first_cannot() -> None:
    """Images tell two pairs of groups apart, captions which of each pair: only both together find all four."""
    label = np.arange(400) % 4
    random = np.random.default_rng(1)
    axes = np.eye(24, dtype=np.float32)[:4]
    image = normalised(axes[label // 2] + 0.05 * random.normal(size=(400, 24)))
    text = normalised(axes[2 + label % 2] + 0.05 * random.normal(size=(400, 24)))
    alone, both = fit(image, QUICK), fit(image, QUICK, view=text)
    assert adjusted_rand_score(label, alone.labels) < 0.7
    assert both.metrics["views"] == 2
    assert adjusted_rand_score(label, both.labels) > adjusted_rand_score(label, alone.labels)


def test_the_gap_between_views_is_taken_out() -> None:
    x, label = groups()
    shifted = normalised(groups(seed=1)[0] + 3)
    assert adjusted_rand_score(label, fit(x, QUICK, view=shifted).labels) == 1


def test_views_are_centred_unit_rows() -> None:
    x, _ = groups()
    rows = View(x + 5, torch.device("cpu")).take(slice(0, 50))
    torch.testing.assert_close(rows.norm(dim=1), torch.ones(50))
    expected = normalised(x - x.astype(np.float64).mean(0))[:50]
    np.testing.assert_allclose(rows, expected, atol=1e-4)


def test_prototypes_are_unit_rows() -> None:
    run = SwAV([groups()[0]], QUICK, Bar(silent))
    run.go(3)
    torch.testing.assert_close(run.prototypes.norm(dim=1).detach().cpu(), torch.ones(4))


def test_confidence_is_the_likeliest_prototype() -> None:
    x, _ = groups()
    run = SwAV([x], QUICK, Bar(silent))
    labels, confidence = run.assigned()
    p = (run.views[0].take(slice(0, 240)) @ run.prototypes.T / 0.1).softmax(1).detach().cpu().numpy()
    assert np.array_equal(labels, p.argmax(1))
    np.testing.assert_allclose(confidence, p.max(1), rtol=1e-5)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SwAV([groups()[0]], QUICK, Bar(silent))
    at_once = run.assigned()
    monkeypatch.setattr(streaming, "CHUNK", 7)
    for found, expected in zip(run.assigned(), at_once, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_same_seed_is_the_same_result_and_another_another() -> None:
    x, _ = groups(spread=1.5)
    first, again, other = (fit(x, Params(k=4, epochs=10, seed=seed)) for seed in (0, 0, 1))
    assert np.array_equal(first.confidence, again.confidence)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.confidence, other.confidence)


def test_many_prototypes_have_batches_that_can_be_balanced() -> None:
    assert swav.batches_an_epoch(10_000, 10) == 10
    assert swav.batches_an_epoch(10_000, 1_000) == 2
    assert swav.epochs_for(100, Params()) == 1_000
    assert swav.epochs_for(10_000_000, Params()) == 1


def test_several_batches_use_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swav, "BATCH", 32)
    x, label = groups(203, k=4)
    assert adjusted_rand_score(label, fit(x, Params(k=4, epochs=30)).labels) > 0.9


def test_one_cluster_holds_all() -> None:
    found = fit(groups(20)[0], Params(k=1, epochs=3))
    assert found.k == 1
    np.testing.assert_allclose(found.confidence, 1)
    assert found.history["loss"] == pytest.approx([0, 0, 0])


@pytest.mark.parametrize(("count", "columns"), [(4, 3), (9, 700)])
def test_few_and_wide_rows(count: int, columns: int) -> None:
    x = np.random.default_rng(0).normal(size=(count, columns)).astype(np.float32)
    assert len(fit(x, Params(k=3, epochs=5)).labels) == count


def test_equal_rows_are_one_cluster() -> None:
    found = fit(np.ones((8, 5), np.float32), Params(k=1, epochs=2))
    assert (found.labels == 0).all()


def test_stopped_the_prototypes_so_far_give_labels() -> None:
    """At the third report, which is that of step 20."""
    found = fit(groups()[0], QUICK, Stop(after=2))
    assert found.partial
    assert found.k == 4
    assert len(found.history["loss"]) == 19


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (np.ones((239, 24), np.float32), "each item needs one row"),
        (np.ones((240, 3), np.float32), "each item needs one row"),
        (np.full((240, 24), np.inf, np.float32), "not finite"),
    ],
)
def test_a_view_that_does_not_fit_is_one_line(view: np.ndarray, told: str) -> None:
    with pytest.raises(BadInput, match=f"^view[^\n]*{told}[^\n]*$"):
        fit(groups()[0], QUICK, view=view)


def test_more_prototypes_than_rows_is_one_line() -> None:
    with pytest.raises(BadInput, match=r"^k=10 [^\n]*lower k to 6[^\n]*$"):
        fit(groups(6)[0], Params())
