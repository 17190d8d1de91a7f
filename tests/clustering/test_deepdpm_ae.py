"""DeepDPM in turns with an auto-encoder: it finds groups, its code draws them together, stops keep what there is."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.clustering import deepdpm
from core.clustering.autoencoder import Params as AutoencoderParams
from core.clustering.autoencoder import fit as fit_autoencoder
from core.clustering.deep import codes
from core.clustering.deep.alternation import Alternation, means
from core.clustering.deepdpm_ae import Params, fit
from core.errors import Cancelled
from core.progress import Progress, silent
from core.results import Clustering

QUICK = Params(dimensions=4, pretraining=30, turns=1, epochs=60)


@pytest.fixture(scope="module")
def groups() -> tuple[np.ndarray, np.ndarray]:
    """600 rows of three groups, bent into 20 dimensions by a random net; and the group of each."""
    random = np.random.default_rng(0)
    label = np.arange(600) % 3
    flat = np.array([[3.0, 0], [-3, 0], [0, 4]])[label] + 0.4 * random.normal(size=(600, 2))
    return np.tanh(flat @ random.normal(size=(2, 20)) * 0.4).astype(np.float32), label


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """A net that a test has time for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "HIDDEN", (64, 64, 128))
        yield


@pytest.fixture(autouse=True)
def forgotten(small: None) -> None:
    """Nothing is pretrained."""
    codes.forget()


@pytest.fixture(scope="module")
def found(small: None, groups: tuple[np.ndarray, np.ndarray]) -> Clustering:
    codes.forget()
    return fit(groups[0], QUICK)


def test_finds_the_groups(found: Clustering, groups: tuple[np.ndarray, np.ndarray]) -> None:
    assert found.k == 3
    assert adjusted_rand_score(groups[1], found.labels) > 0.95
    assert not found.partial


def test_the_turns_draw_rows_to_their_clusters(groups: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = groups
    run = Alternation(x, codes.Pretraining(4, 30), deepdpm.Params(epochs=60), turns=1, pull=0.1, report=silent)
    run._pretrain()
    clusters = run._cluster()
    before = within(run.coder.codes(x), clusters.labels)
    run._pull(clusters)
    assert within(run.coder.codes(x), clusters.labels) < 0.8 * before
    assert run.history["code_loss"][-1] < run.history["code_loss"][0]


def within(codes: np.ndarray, labels: np.ndarray) -> float:
    """The share of the codes' variance that is left within clusters."""
    inside = np.concatenate([codes[labels == k] - codes[labels == k].mean(0) for k in np.unique(labels)])
    return float(inside.var(0).sum() / codes.var(0).sum())


def test_the_pretraining_is_shared_with_the_auto_encoder(groups: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = groups
    fit_autoencoder(x, AutoencoderParams(k=3, dimensions=4, epochs=30))
    assert fit(x, QUICK).metrics["pretraining_reused"] == 1


def test_stopped_in_a_later_turn_it_keeps_the_clusters(groups: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = groups

    def stop(progress: Progress) -> None:
        if progress.message == "drawing rows to their clusters":
            raise Cancelled("stopped")

    found = fit(x, QUICK, stop)
    assert found.partial
    assert np.array_equal(found.labels, fit(x, replace(QUICK, turns=0)).labels)


def test_history_counts_the_epochs_of_all_turns(found: Clustering) -> None:
    assert len(found.history["k"]) == len(found.history["loss"])
    assert len(found.history["pretraining_loss"]) == QUICK.pretraining
    assert found.history["splits"]
    times = [each["epoch"] for each in found.history["splits"] + found.history["merges"]]
    assert all(0 <= time <= len(found.history["k"]) for time in times)


def test_equal_rows_are_one_cluster() -> None:
    assert fit(np.ones((50, 6), np.float32), QUICK).k == 1


def test_means_by_hand() -> None:
    x = np.array([[0, 0], [2, 4], [10, 10]], np.float32)
    assert means(x, np.array([0, 0, 1]), 2).tolist() == [[1, 2], [10, 10]]
