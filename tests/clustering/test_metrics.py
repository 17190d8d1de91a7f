"""Metrics against tables small enough to be worked out by hand."""

from math import log, sqrt

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.clustering import metrics
from core.clustering.metrics import (
    DEFINITIONS,
    accuracy,
    adjusted_rand,
    against_labels,
    contingency,
    davies_bouldin,
    evaluate,
    found_k,
    noise_share,
    silhouette,
    stability,
)
from core.errors import BadInput
from core.runs.clustering import FIGURES
from core.statistics import mean_and_sd

Y = np.array([0, 0, 0, 1, 1, 1])
Z = np.array([0, 0, 1, 1, 1, 1])
"""Contingency table [[2, 1], [0, 3]]: rows 3 and 3, columns 2 and 4, 15 pairs."""

LINE = np.array([[0], [1], [10], [11]], dtype=np.float32)
HALVES = np.array([0, 0, 1, 1])


def test_the_contingency_table() -> None:
    assert contingency(Y, Z).tolist() == [[2, 1], [0, 3]]
    assert contingency(np.array(["b", "a", "b"]), np.array([4, -1, 4])).tolist() == [[1, 0], [0, 2]]


def test_ari_by_hand() -> None:
    """4 pairs together in both, 6 in classes, 7 in clusters; 6 · 7 / 15 = 2.8 expected."""
    assert against_labels(Y, Z)["ari"] == pytest.approx((4 - 2.8) / ((6 + 7) / 2 - 2.8))


def test_fmi_by_hand() -> None:
    assert against_labels(Y, Z)["fmi"] == pytest.approx(4 / sqrt(6 * 7))


MUTUAL = 2 / 6 * log(2) + 1 / 6 * log(1 / 2) + 3 / 6 * log(3 / 2)
ENTROPIES = (log(2), -(1 / 3 * log(1 / 3) + 2 / 3 * log(2 / 3)))


def test_nmi_by_hand() -> None:
    assert against_labels(Y, Z)["nmi"] == pytest.approx(2 * MUTUAL / sum(ENTROPIES))


def test_ami_by_hand() -> None:
    """Of 2 items drawn into the first cluster 0, 1, 2 are of a class with chances 3, 9, 3 of 15."""
    first_cluster = 3 / 15 * 2 / 6 * log(2)
    second_cluster = 3 / 15 * 1 / 6 * log(1 / 2) + 3 / 15 * 3 / 6 * log(3 / 2)
    expected = 2 * (first_cluster + second_cluster)
    mean = sum(ENTROPIES) / 2
    assert against_labels(Y, Z)["ami"] == pytest.approx((MUTUAL - expected) / (mean - expected))


def test_accuracy_by_hand() -> None:
    assert against_labels(Y, Z)["acc"] == pytest.approx(5 / 6)
    assert accuracy(Y, 1 - Z) == pytest.approx(5 / 6), "cluster numbers mean nothing"


def test_no_two_clusters_stand_for_one_class() -> None:
    assert accuracy(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 2, 2])) == pytest.approx(4 / 6)


def test_matching_is_the_best_not_the_first() -> None:
    """[[5, 4], [4, 0]]: the largest cell first gives 5, the best matching 8 of 13."""
    y, z = np.repeat([0, 0, 1], [5, 4, 4]), np.repeat([0, 1, 0], [5, 4, 4])
    assert accuracy(y, z) == pytest.approx(8 / 13)


def test_noise_is_one_cluster() -> None:
    noisy = np.where(Z == 0, -1, 0)
    assert against_labels(Y, noisy) == against_labels(Y, Z)
    assert accuracy(Y, np.full(6, -1)) == 0.5


@pytest.mark.parametrize("name", ["ami", "ari", "fmi", "nmi", "acc"])
def test_equal_partitions_score_one(name: str) -> None:
    assert against_labels(Y, 1 - Y)[name] == pytest.approx(1)


def test_classes_may_be_words_and_unknown_ones_are_left_out() -> None:
    words = np.array(["cat", "cat", "cat", "dog", "dog", "dog", ""])
    assert against_labels(words, np.append(Z, 7)) == against_labels(Y, Z)
    assert against_labels(np.array(["", ""]), np.array([0, 1])) == dict.fromkeys(["ami", "ari", "fmi", "nmi", "acc"])


def test_labels_of_another_length_are_refused() -> None:
    with pytest.raises(BadInput, match=r"^y: shape \(6,\), but \(7,\) is needed"):
        against_labels(Y, np.zeros(7, dtype=np.int64))
    with pytest.raises(BadInput, match=r"^labels: shape \(6,\), but \(4,\) is needed"):
        evaluate(LINE, Z)
    with pytest.raises(BadInput, match="the same items are needed"):
        stability([Z, HALVES])


def test_found_k_counts_clusters_of_at_least_a_thousandth() -> None:
    labels = np.repeat([0, 1, 2, -1], [1_500, 2, 1, 497])
    assert len(labels) == 2_000
    assert found_k(labels) == 2
    assert found_k(np.full(5, -1)) == 0


def test_noise_share() -> None:
    assert noise_share(np.array([-1, 0, 0, 1])) == 0.25


def test_silhouette_by_hand() -> None:
    """0 is 1 from its own and 10.5 from the others; 1 is 1 and 9.5; and so from the other end."""
    assert silhouette(LINE, HALVES) == pytest.approx(((10.5 - 1) / 10.5 + (9.5 - 1) / 9.5) / 2)


def test_davies_bouldin_by_hand() -> None:
    """Each half lies 0.5 about its centre, the centres are 10 apart."""
    assert davies_bouldin(LINE, HALVES) == pytest.approx((0.5 + 0.5) / 10)


def test_noise_is_left_out_of_distances() -> None:
    far = np.vstack([LINE, [[1e6]]]).astype(np.float32)
    labels = np.append(HALVES, -1)
    assert silhouette(far, labels) == pytest.approx(silhouette(LINE, HALVES))
    assert davies_bouldin(far, labels) == pytest.approx(davies_bouldin(LINE, HALVES))


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 1, 2, 3], [-1, -1, -1, -1], [0, 0, -1, -1]])
def test_one_cluster_or_only_single_items_have_no_silhouette(labels: list[int]) -> None:
    found = evaluate(LINE, np.array(labels))
    assert (found["silhouette"], found["davies_bouldin"]) == (None, None)


def test_a_sampled_silhouette_is_seeded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)
    labels = (x[:, 0] > 0).astype(np.int64)
    exact = evaluate(x, labels)
    assert exact["silhouette_sample"] is None
    monkeypatch.setattr(metrics, "EXACT_ROWS", 200)
    sampled = evaluate(x, labels)
    assert sampled["silhouette_sample"] == 200
    assert sampled == evaluate(x, labels)
    assert sampled["silhouette"] != exact["silhouette"]
    assert sampled["silhouette"] == pytest.approx(exact["silhouette"], abs=0.1)


def test_adjusted_rand_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        first, second = random.integers(-1, 5, 60), random.integers(0, 4, 60)
        assert adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second))
    same = np.zeros(5, np.int64)
    assert adjusted_rand(same, same) == 1.0


def test_stability_is_the_mean_ari_of_pairs() -> None:
    """The first two are the same groups; the third cuts across them: (0 - 2/3) / (2 - 2/3) = -1/2, twice."""
    cut = [np.array(each) for each in ([0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1])]
    assert stability(cut) == pytest.approx([0, sqrt(((1 - 0) ** 2 + 2 * 0.5**2) / 2)])
    assert stability(cut[:1]) is None


def test_mean_and_sample_deviation() -> None:
    assert mean_and_sd([1, 3]) == pytest.approx([2, sqrt(2)])
    assert mean_and_sd([5]) == (5, 0)
    assert mean_and_sd([]) is None


def test_without_classes_the_metrics_against_them_are_none() -> None:
    found = evaluate(LINE, HALVES)
    assert [found[name] for name in metrics.AGAINST_LABELS] == [None] * 5
    assert (found["k"], found["noise"]) == (2, 0)


def test_every_figure_of_a_comparison_has_its_definition() -> None:
    assert set(DEFINITIONS) == {*FIGURES, "stability"}
    assert set(evaluate(LINE, HALVES, HALVES)) - {"silhouette_sample"} <= set(DEFINITIONS)
    for name, each in DEFINITIONS.items():
        assert each.name == name
        assert each.sentence.endswith(".")
        assert each.formula.count("{") == each.formula.count("}") > 0 or name == "seconds"
        assert each.best in ("high", "low", "")
