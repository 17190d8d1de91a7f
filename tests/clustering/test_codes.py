"""The shared auto-encoder: its layers, the scale of its rows, its pretraining, and the cache."""

import numpy as np
import pytest
import torch

from core.clustering import streaming
from core.clustering.deep import codes
from core.clustering.deep.codes import Coder, Pretrained, Pretraining, pretrained
from core.errors import Cancelled
from core.progress import Bar, Progress, silent
from tests.clustering.making import Stop

QUICK = Pretraining(dimensions=3, epochs=4)
pytestmark = pytest.mark.usefixtures("small")


def rows(count: int = 200, columns: int = 12, seed: int = 0) -> np.ndarray:
    """On a plane in `columns` dimensions, far from the origin."""
    random = np.random.default_rng(seed)
    flat = random.normal(size=(count, 2)) @ random.normal(size=(2, columns))
    return (5 + flat).astype(np.float32)


def run(x: np.ndarray, pretraining: Pretraining = QUICK, report=silent) -> Pretrained:
    return pretrained(x, pretraining, Bar(report, pretraining.steps(len(x))))


def test_the_layers_are_those_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    coder = Coder(np.zeros(784, np.float32), 1.0, Pretraining())
    shapes = [tuple(each.shape) for each in coder.parameters() if each.ndim == 2]
    encoder = [(500, 784), (500, 500), (2000, 500), (10, 2000)]
    assert shapes == encoder + [(b, a) for a, b in reversed(encoder)]
    assert sum(isinstance(each, torch.nn.ReLU) for each in coder.modules()) == 6


def test_rows_are_centred_with_one_scale_for_all_columns() -> None:
    x = rows()
    x[:, 0] *= 100
    mean, scale = codes.moments(x)
    prepared = Coder(mean, scale, QUICK).prepare(x).cpu().numpy()
    np.testing.assert_allclose(prepared.mean(0), 0, atol=1e-3)
    assert np.square(prepared).mean() == pytest.approx(1, rel=1e-4)
    np.testing.assert_allclose(prepared.std(0) / prepared.std(), x.std(0) / np.sqrt(x.var(0).mean()), rtol=1e-3)


def test_rows_far_from_zero_and_equal_rows_have_a_scale() -> None:
    x = rows().astype(np.float64)
    assert codes.moments((x * 1e-20).astype(np.float32))[1] == pytest.approx(codes.moments(rows())[1] * 1e-20, rel=1e-4)
    assert codes.moments(np.full((5, 3), 0.1, np.float32))[1] == 1
    assert np.isfinite(run(np.full((5, 3), 0.1, np.float32)).coder.codes(np.full((5, 3), 0.1, np.float32))).all()


def test_training_learns_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "LEARNING_RATE", 0.01)
    done = run(rows(), Pretraining(dimensions=2, epochs=60))
    assert done.losses[0] > 0.5
    assert done.losses[-1] < 0.1
    assert len(done.losses) == 60


def test_the_codes_of_all_rows_are_those_of_the_net(monkeypatch: pytest.MonkeyPatch) -> None:
    x = rows(50)
    coder = run(x).coder
    at_once = coder.encode(coder.prepare(x)).detach().cpu().numpy()
    monkeypatch.setattr(streaming, "CHUNK", 7)
    in_chunks = coder.codes(x)
    assert in_chunks.dtype == np.float32
    assert in_chunks.shape == (50, 3)
    np.testing.assert_allclose(in_chunks, at_once, atol=1e-5)


def test_the_same_seed_is_the_same_net_and_another_seed_another() -> None:
    x = rows()
    first = run(x).coder.codes(x)
    codes.forget()
    assert np.array_equal(first, run(x).coder.codes(x))
    assert not np.array_equal(first, run(x, Pretraining(3, 4, seed=1)).coder.codes(x))


def test_the_random_state_of_others_is_left_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run(rows())
    assert torch.equal(torch.rand(3), expected)


def test_a_net_is_trained_once_for_the_same_rows_and_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = counted(monkeypatch)
    x = rows()
    first, second = run(x), run(x.copy())
    assert trained == [QUICK]
    assert (first.reused, second.reused) == (False, True)
    assert first.losses == second.losses
    assert first.seconds == second.seconds
    run(x, Pretraining(3, 4, seed=1))
    run(x, Pretraining(4, 4))
    run(x + 1)
    assert len(trained) == 4


def test_epochs_left_to_the_default_are_the_same_net_as_those_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "MOST_EPOCHS", 4)
    trained = counted(monkeypatch)
    run(rows(), Pretraining(3, 0))
    run(rows(), Pretraining(3, 4))
    assert len(trained) == 1


def test_training_a_net_on_leaves_the_kept_one_alone() -> None:
    x = rows()
    first = run(x)
    before = first.coder.codes(x)
    for _ in range(2):
        with torch.no_grad():
            first.coder.code.weight.zero_()
        first = run(x)
        assert np.array_equal(first.coder.codes(x), before)


def test_the_cache_stays_small() -> None:
    for seed in range(codes.KEPT + 3):
        run(rows(40), Pretraining(2, 1, seed))
    assert len(codes._cache) == codes.KEPT


def test_a_reused_net_is_told_like_a_new_one() -> None:
    told: tuple[list[Progress], list[Progress]] = ([], [])
    for each in told:
        run(rows(), QUICK, each.append)
    assert told[0] == told[1]
    assert told[0][-1].done == QUICK.steps(200)


def test_stopped_it_is_partial_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = counted(monkeypatch)
    x = rows()
    done = run(x, QUICK, Stop(after=codes.batches_an_epoch(200) + 3))
    assert done.partial
    assert len(done.losses) == 1
    assert not run(x).partial
    assert len(trained) == 2


def test_stopped_at_the_first_report_nothing_is_given() -> None:
    with pytest.raises(Cancelled):
        run(rows(), QUICK, Stop(after=0))


@pytest.mark.parametrize(("count", "batch", "epochs"), [(2, 2, 100), (80, 32, 100), (10_000, 250, 100)])
def test_few_rows_have_small_batches(count: int, batch: int, epochs: int) -> None:
    assert codes.batch_size(count) == batch
    assert codes.epochs_for(count) == epochs


@pytest.mark.parametrize(("count", "epochs"), [(70_000, 58), (1_000_000, 4), (100_000_000, 1)])
def test_many_rows_have_about_as_many_steps_but_see_every_row(count: int, epochs: int) -> None:
    assert codes.batch_size(count) == 512
    assert codes.epochs_for(count) == epochs


@pytest.mark.parametrize("count", [2, 31, 80, 1_001])
def test_an_epoch_is_every_row_once(count: int) -> None:
    batches = list(codes.shuffled(count, np.random.default_rng(0)))
    assert len(batches) == codes.batches_an_epoch(count)
    assert np.array_equal(np.sort(np.concatenate(batches)), np.arange(count))
    assert max(map(len, batches)) - min(map(len, batches)) <= 1


@pytest.mark.parametrize("columns", [1, 2, 3_000])
def test_narrow_and_wide_rows_are_coded(columns: int) -> None:
    x = rows(30, columns)
    assert run(x).coder.codes(x).shape == (30, 3)


def test_the_fingerprint_is_of_shape_and_values() -> None:
    x = rows(6, 4)
    assert codes.fingerprint(x) == codes.fingerprint(np.asfortranarray(x))
    changed = x.copy()
    changed[5, 3] += 1
    assert len({codes.fingerprint(each) for each in (x, changed, x.reshape(4, 6), x[:5])}) == 4


def test_half_precision_is_used_only_where_the_processor_multiplies_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    coder = Coder(*codes.moments(rows()), QUICK).cpu()
    for able, dtype in ((False, torch.float32), (True, torch.bfloat16)):
        monkeypatch.setattr(codes, "cpu_has_bfloat16", lambda able=able: able)
        with codes.autocast(torch.device("cpu")):
            assert coder.hidden(coder.prepare(rows())).dtype == dtype
        assert coder.encode(coder.prepare(rows())).dtype == torch.float32
        assert coder.decode(torch.zeros(1, 3)).dtype == torch.float32


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Pretraining]:
    """What is trained from now on."""
    trained: list[Pretraining] = []
    train = codes.train

    def train_and_count(x: np.ndarray, pretraining: Pretraining, bar: Bar) -> Pretrained:
        trained.append(pretraining)
        return train(x, pretraining, bar)

    monkeypatch.setattr(codes, "train", train_and_count)
    return trained
