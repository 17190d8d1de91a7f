"""The classical methods on groups that can be seen, and on input that has none."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from core.clustering import dbscan, kmeans, mixtures
from core.clustering.metrics import against_labels
from core.errors import BadInput, Cancelled
from core.methods import Method, find
from core.progress import Progress
from core.results import Clustering
from tests.clustering.making import Stop

TOLD_K = ("kmeans", "gmm")
FINDS_K = ("dbscan", "hdbscan", "movb")
every_method = pytest.mark.parametrize("name", [*TOLD_K, *FINDS_K])


def blobs(count: int = 300, dimensions: int = 3, groups: int = 4, spread: float = 0.3) -> tuple[Any, Any]:
    """Round groups about the axes' ends, 5 from the middle."""
    y = np.arange(count) % groups
    noise = np.random.default_rng(1).normal(size=(count, dimensions)) * spread
    return (np.eye(groups, dimensions)[y] * 5 + noise).astype(np.float32), y


def run(name: str, x: np.ndarray, **settings: Any) -> Clustering:
    method: Method = find("core.clustering", name)
    if name in TOLD_K:
        settings = {"k": 4} | settings
    return method.fit(x, method.make_params(settings))


@every_method
def test_clear_groups_are_found(name: str) -> None:
    x, y = blobs()
    found = run(name, x)
    assert found.k == 4
    kept = found.labels >= 0
    assert kept.mean() > 0.85
    assert against_labels(y[kept], found.labels[kept])["nmi"] > 0.97
    assert found.confidence.dtype == np.float32
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()
    assert (found.confidence[found.labels < 0] == 0).all()
    assert not found.partial


@every_method
def test_units_do_not_matter(name: str) -> None:
    x, _ = blobs()
    for scale in (1e-3, 1e3):
        other = run(name, x * np.float32(scale) + np.float32(scale))
        assert against_labels(run(name, x).labels, other.labels)["ari"] > 0.99


@every_method
def test_a_constant_column_changes_nothing(name: str) -> None:
    x, y = blobs()
    wider = np.hstack([x, np.full((len(x), 1), 7, dtype=np.float32)])
    found = run(name, wider)
    assert found.k == 4
    assert against_labels(y, found.labels)["nmi"] > 0.85


@every_method
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_are_not_finite_are_refused(name: str, bad: float) -> None:
    x, _ = blobs()
    x[5, 1] = bad
    with pytest.raises(BadInput, match=r"^x: row 5 is not finite: leave it out$"):
        run(name, x)


@every_method
def test_one_item_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"^1 of at least 2 items: too few to cluster"):
        run(name, np.ones((1, 3), dtype=np.float32))


@pytest.mark.parametrize("name", TOLD_K)
def test_more_clusters_than_items_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"^k=4 clusters of 3 items: lower k to 3 or less"):
        run(name, np.eye(3, dtype=np.float32))


@pytest.mark.parametrize("name", TOLD_K)
def test_more_clusters_than_different_items_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"^k=4 clusters of 2 different items.*lower k to 2$"):
        run(name, np.repeat(np.eye(2, 5, dtype=np.float32), 40, axis=0))


@pytest.mark.parametrize("name", FINDS_K)
def test_only_duplicates_are_one_cluster(name: str) -> None:
    found = run(name, np.full((60, 5), 0.3, dtype=np.float32))
    assert found.k == 1
    assert (found.labels == 0).all()


@every_method
def test_two_piles_of_duplicates_are_two_clusters(name: str) -> None:
    x = np.repeat(np.eye(2, 5, dtype=np.float32), 40, axis=0)
    found = run(name, x, **({"k": 2} if name in TOLD_K else {}))
    assert found.labels.tolist() in ([0] * 40 + [1] * 40, [1] * 40 + [0] * 40)


@pytest.mark.parametrize("name", TOLD_K)
def test_one_cluster_holds_everything(name: str) -> None:
    found = run(name, blobs()[0], k=1)
    assert found.k == 1
    assert (found.confidence == 1).all()


@pytest.mark.parametrize("name", TOLD_K)
def test_as_many_clusters_as_items(name: str) -> None:
    assert sorted(run(name, np.eye(4, dtype=np.float32)).labels.tolist()) == [0, 1, 2, 3]


@every_method
def test_one_dimension_is_enough(name: str) -> None:
    y = np.repeat(range(4), 40)
    x = (y * 10 + np.random.default_rng(0).normal(size=160) * 0.5).astype(np.float32)
    assert against_labels(y, run(name, x[:, None]).labels)["nmi"] > 0.7


@pytest.mark.parametrize(
    ("name", "message"),
    [("kmeans", "moving centres"), ("gmm", "moving centres"), ("gmm", "fitting"), ("movb", "fitting")],
)
def test_a_stop_keeps_the_clusters_so_far(name: str, message: str) -> None:
    x, y = blobs()
    method = find("core.clustering", name)
    report = Stop(message)
    found = method.fit(x, method.make_params({"k": 4} if name in TOLD_K else {}), report)
    assert report.stopped
    assert found.partial
    assert against_labels(y, found.labels)["nmi"] > 0.5


@pytest.mark.parametrize("message", ["measuring", "joining"])
def test_a_stopped_dbscan_has_no_clusters(message: str) -> None:
    with pytest.raises(Cancelled):
        dbscan.fit(blobs()[0], dbscan.Params(), Stop(message))


# K-means


def test_kmeans_centres_are_the_means_of_all_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sample far smaller than the data: no step after the beginning leaves an item out."""
    monkeypatch.setattr(kmeans, "LEAST_SAMPLE", 20)
    monkeypatch.setattr(kmeans, "SAMPLE_PER_CENTRE", 5)
    x = np.random.default_rng(0).normal(size=(3_000, 3)).astype(np.float32)
    found = kmeans.fit(x, kmeans.Params(k=5))
    centres = np.array([x[found.labels == cluster].mean(axis=0) for cluster in range(5)])
    distances = np.linalg.norm(x[:, None] - centres, axis=2)
    assert (distances.argmin(axis=1) == found.labels).mean() > 0.99
    assert found.metrics["inertia"] == pytest.approx((distances.min(axis=1) ** 2).sum(), rel=1e-3)
    two = np.sort(distances, axis=1)[:, :2]
    assert np.allclose(found.confidence, 1 - two[:, 0] / two[:, 1], atol=0.05)


def test_kmeans_begins_from_all_items_where_a_sample_repeats_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kmeans, "LEAST_SAMPLE", 20)
    monkeypatch.setattr(kmeans, "SAMPLE_PER_CENTRE", 1)
    x = np.zeros((2_000, 3), dtype=np.float32)
    x[:4] = np.eye(4, 3) * 9 + 1
    assert kmeans.fit(x, kmeans.Params(k=5)).k == 5


def test_kmeans_is_as_good_as_scikit_learns_best_of_ten() -> None:
    from sklearn.cluster import KMeans

    x, _ = blobs(2_000, 8, 8, 1.0)
    best = KMeans(8, n_init=10, random_state=0).fit(x).inertia_
    assert kmeans.fit(x, kmeans.Params(k=8)).metrics["inertia"] <= best * 1.01


def test_kmeans_takes_the_same_steps_at_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where faiss takes them instead of scikit-learn: over all rows, to where nothing moves."""
    x, _ = blobs(4_000, 60, 16, 1.0)
    few = kmeans.fit(x, kmeans.Params(k=60))
    monkeypatch.setattr(kmeans, "MANY_NUMBERS", 0)
    monkeypatch.setattr(kmeans, "_by_sklearn", None)
    at_scale = kmeans.fit(x, kmeans.Params(k=60))
    assert at_scale.metrics["inertia"] == pytest.approx(few.metrics["inertia"], rel=0.01)
    assert against_labels(few.labels, at_scale.labels)["nmi"] > 0.98


def test_kmeans_is_cut_in_slices_where_steps_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(size=(2_500, 2)).astype(np.float32)
    monkeypatch.setattr(kmeans, "SLICE_COST", 1)
    told: list[Progress] = []
    found = kmeans.fit(x, kmeans.Params(k=30, max_iter=60), told.append)
    inertia = found.history["inertia"]
    assert len(inertia) > 2
    assert all(after <= before * 1.0001 for before, after in pairwise(inertia))
    assert told[-1].done == told[-1].total == 60


# Gaussian mixtures


def test_a_gaussian_mixture_tells_a_wide_group_from_a_narrow_one() -> None:
    """K-means draws the line half way and cuts a quarter off the wide group."""
    random = np.random.default_rng(0)
    y = np.arange(800) % 2
    x = (random.normal(size=(800, 2)) * np.where(y, 0.3, 3)[:, None] + y[:, None] * [4, 0]).astype(np.float32)
    by_means, by_mixture = (against_labels(y, run(name, x, k=2).labels)["ari"] for name in TOLD_K)
    assert by_mixture > 0.85
    assert by_mixture > by_means + 0.2


@pytest.mark.parametrize("name", ["gmm", "movb"])
def test_covariances_are_diagonal_where_there_is_too_little_to_fill_them(name: str) -> None:
    few = {"k": 2} if name == "gmm" else {"components": 2}
    assert run(name, blobs(300, 6)[0], **few).metrics["full"] == 1
    assert run(name, blobs(20, 6)[0], **few).metrics["full"] == 0
    assert run(name, blobs(400, 70)[0], **few).metrics["full"] == 0
    assert run(name, blobs(20, 6)[0], covariance="full", **few).metrics["full"] == 1


@pytest.mark.parametrize("columns", [1, 4])
def test_covariances_are_those_of_the_rows_and_never_singular(columns: int) -> None:
    rows = np.random.default_rng(0).normal(size=(50, columns))
    least = mixtures.REGULARISATION * np.eye(columns)
    expected = (rows - rows.mean(axis=0)).T @ (rows - rows.mean(axis=0)) / 50 + least
    np.testing.assert_allclose(mixtures.covariance(rows, "full"), expected)
    np.testing.assert_allclose(mixtures.covariance(rows, "diag"), np.diag(expected))
    np.testing.assert_allclose(mixtures.covariance(np.ones((1, columns)), "full"), least)


def test_the_dirichlet_process_empties_what_it_does_not_need() -> None:
    found = run("movb", blobs()[0], components=20)
    assert found.metrics["components"] == 20
    assert found.history["k"][-1] == found.k == 4


# DBSCAN


@pytest.mark.parametrize(("cells", "pending"), [(10_000_000, 500_000), (1, 50)])
def test_dbscan_gives_scikit_learns_clusters(monkeypatch: pytest.MonkeyPatch, cells: int, pending: int) -> None:
    from sklearn.cluster import DBSCAN

    monkeypatch.setattr(dbscan, "CELLS", cells)
    monkeypatch.setattr(dbscan, "MOST_PENDING", pending)
    x = np.random.default_rng(3).normal(size=(900, 2)).astype(np.float32)
    found = dbscan.fit(x, dbscan.Params(eps=0.15, min_samples=6))
    theirs = DBSCAN(eps=0.15, min_samples=6).fit(x)
    core = np.zeros(len(x), dtype=bool)
    core[theirs.core_sample_indices_] = True
    assert found.k == theirs.labels_.max() + 1 > 1
    assert np.array_equal(found.labels < 0, theirs.labels_ < 0)
    assert against_labels(theirs.labels_[core], found.labels[core])["ari"] == 1
    assert np.array_equal(found.confidence == 1, core)


def test_a_border_item_goes_with_the_nearest_dense_place() -> None:
    """Both groups reach the item at 1.27, which itself has too few neighbours: the right one is nearer."""
    x = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.27, 2, 2.1, 2.2, 2.3, 2.4, 2.5], dtype=np.float32)[:, None]
    found = dbscan.fit(x, dbscan.Params(eps=0.78, min_samples=6))
    assert found.labels.tolist() == [0] * 6 + [1] * 7
    assert found.confidence[6] == 0.5


def test_stray_items_are_noise() -> None:
    x = np.vstack([blobs()[0], [[40, 0, 0], [0, 60, 0]]]).astype(np.float32)
    for name in ("dbscan", "hdbscan"):
        assert run(name, x).labels[-2:].tolist() == [-1, -1]


def test_the_knee_is_where_distances_shoot_up() -> None:
    assert dbscan.knee(np.array([5, 1, 1.2, 1.1, 9])) == 1.2
    assert dbscan.knee(np.array([2.0, 2.0])) == 2
    assert dbscan.knee(np.zeros(3)) == 0


@pytest.mark.parametrize(("shape", "count"), [((70_000, 10), 20), ((300, 1), 4), ((300, 3), 6), ((30, 512), 3)])
def test_usual_neighbours(shape: tuple[int, int], count: int) -> None:
    assert dbscan.usual_neighbours(np.empty(shape, dtype=np.float32)) == count
