"""Auto-encoder, then K-means on its code: what it finds, odd rows, and stopping."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.clustering import autoencoder
from core.clustering.autoencoder import METHOD, Params, fit
from core.clustering.deep import codes
from core.errors import BadInput
from tests.clustering.making import Stop, groups

pytestmark = pytest.mark.usefixtures("small")


def test_groups_far_apart_are_found() -> None:
    x, label = groups()
    found = fit(x, Params(k=4, epochs=30))
    assert adjusted_rand_score(label, found.labels) == 1
    assert not found.partial
    assert found.metrics["reconstruction_loss"] == found.history["loss"][-1] < 0.5
    assert len(found.history["loss"]) == 30
    assert found.metrics["inertia"] > 0


def test_a_label_is_the_nearest_centre_and_confidence_its_lead() -> None:
    x, _ = groups()
    found = fit(x, Params(k=4, dimensions=2, epochs=5))
    z = codes.pretrained(x, codes.Pretraining(2, 5), bar := codes.Bar(lambda progress: None)).coder.codes(x)
    assert bar.done == 5 * codes.batches_an_epoch(len(x))
    centres, inertia = autoencoder.kmeans_centres(z, 4, 0, autoencoder.RESTARTS)
    distances = np.sort(np.linalg.norm(z[:, None] - centres, axis=2), axis=1)
    np.testing.assert_allclose(found.confidence, 1 - distances[:, 0] / distances[:, 1], atol=1e-3)
    assert np.square(distances[:, 0]).sum() == pytest.approx(inertia, rel=1e-3)


def test_more_restarts_are_never_worse() -> None:
    z = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
    assert autoencoder.kmeans_centres(z, 12, 0, 20)[1] <= autoencoder.kmeans_centres(z, 12, 0, 1)[1]


def test_one_cluster_holds_all() -> None:
    found = fit(groups(20)[0], Params(k=1, epochs=2))
    assert found.k == 1
    assert (found.confidence == 1).all()


@pytest.mark.parametrize("count", [2, 3, 31, 33])
def test_fewer_rows_than_a_batch(count: int) -> None:
    found = fit(groups(count)[0], Params(k=2, epochs=3))
    assert len(found.labels) == count
    assert 1 <= found.k <= 2


@pytest.mark.parametrize("columns", [1, 1_500])
def test_narrow_and_wide_rows(columns: int) -> None:
    x, _ = groups(40, 2, columns)
    assert fit(x, Params(k=2, dimensions=5, epochs=2)).k == 2


def test_constant_columns_are_no_trouble() -> None:
    x, label = groups(120)
    x[:, 3:9] = 7
    assert adjusted_rand_score(label, fit(x, Params(k=4, epochs=30)).labels) == 1


def test_repeated_rows_are_of_one_cluster() -> None:
    x = np.repeat(groups(6, 6)[0], 10, axis=0)
    labels = fit(x, Params(k=3, epochs=3)).labels.reshape(6, 10)
    assert (labels == labels[:, :1]).all()


@pytest.mark.parametrize(
    ("x", "k", "told"),
    [
        (np.ones((5, 3), np.float32), 6, r"k=6 .*5"),
        (np.ones((5, 3), np.float32), 2, r"k=2 .*1 different"),
        (np.full((5, 3), np.nan, np.float32), 2, "not finite"),
        (np.ones((1, 3), np.float32), 1, "too few"),
    ],
)
def test_what_cannot_be_clustered_is_one_line(x: np.ndarray, k: int, told: str) -> None:
    with pytest.raises(BadInput, match=f"^[^\n]*{told}[^\n]*$"):
        fit(x, Params(k=k))


@pytest.mark.parametrize("reports", [1, 7, 40])
def test_stopped_in_the_pretraining_the_code_so_far_is_clustered(reports: int) -> None:
    x, _ = groups()
    stop = Stop(after=reports)
    found = fit(x, Params(k=4, epochs=100), stop)
    assert found.partial
    assert stop.calls == reports + 1
    assert found.k == 4
    assert len(found.history["loss"]) < 100
    assert not fit(x, Params(k=4, epochs=2)).partial


def test_it_is_registered_under_its_name() -> None:
    assert METHOD.name == "autoencoder"
    assert {each.name for each in METHOD.info.params} >= {"k", "dimensions", "epochs", "seed"}
