"""DeepDPM: its nets grow without changing what they say, it finds K from one and from too many, stops and repeats."""

import json
import math

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from core.clustering.deep.deepdpm_nets import ClusteringNet, SubclusteringNets, cluster_loss, subcluster_loss
from core.clustering.deep.gaussians import Mixture
from core.clustering.deep.members import Members
from core.clustering.deep.niw import NormalInverseWishart, Statistics
from core.clustering.deep.preparation import noise_level, prepare
from core.clustering.deep.statistics import block_statistics, grown, merged
from core.clustering.deep.two_means import squared_distances, two_means
from core.clustering.deepdpm import Params, fit
from core.errors import BadInput, Cancelled
from core.progress import Progress

SIX = 6


def groups(rows: int, dimensions: int = 2, seed: int = 0, count: int = SIX) -> tuple[np.ndarray, np.ndarray]:
    """Rows of round groups far apart, in float32, and the group of each."""
    random = np.random.default_rng(seed)
    centres = 8 * np.stack([np.cos(np.arange(count) * 2 * np.pi / count), np.sin(np.arange(count) * 2 * np.pi / count)])
    label = random.integers(0, count, rows)
    x = random.normal(size=(rows, dimensions))
    x[:, :2] += centres.T[label]
    return x.astype(np.float32), label


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def weak(dimensions: int, diagonal: bool = False) -> NormalInverseWishart:
    return NormalInverseWishart.from_variances(torch.ones(dimensions), diagonal, 0.005)


class StopAfter:
    """A report that stops the work once so many epochs are done."""

    def __init__(self, done: int) -> None:
        self.done = done

    def __call__(self, progress: Progress) -> None:
        if progress.done >= self.done:
            raise Cancelled("stopped")


def test_growth_keeps_the_nets_function() -> None:
    x = torch.randn(50, 4, generator=generator())
    net = ClusteringNet(4, 16, 3, generator())
    before = net.log_probabilities(x).exp()
    net.select(torch.tensor([0, 1, 2, 1, 2]))
    after = net.log_probabilities(x).exp()
    torch.testing.assert_close(after[:, 0], before[:, 0])
    torch.testing.assert_close(after[:, 1] + after[:, 3], before[:, 1])
    torch.testing.assert_close(after[:, 1], after[:, 3])
    torch.testing.assert_close(after[:, 2] + after[:, 4], before[:, 2])


def test_shrinking_keeps_the_other_units_in_proportion() -> None:
    x = torch.randn(50, 4, generator=generator())
    net = ClusteringNet(4, 16, 3, generator())
    before = net.log_probabilities(x)
    net.select(torch.tensor([0, 2]))
    after = net.log_probabilities(x)
    torch.testing.assert_close(after[:, 0] - after[:, 1], before[:, 0] - before[:, 2])
    assert net.clusters == 2


def test_subclustering_nets_begin_as_the_cut_between_two_centres() -> None:
    centres = torch.randn(5, 2, 3, generator=generator()) * 2
    x = torch.randn(5, 200, 3, generator=generator()) * 3
    nets = SubclusteringNets(centres, 16, generator())
    said = nets.log_probabilities(x)
    assert torch.equal(said.argmax(2), squared_distances(x, centres).argmin(2))
    some = nets.log_probabilities(x[[4, 1]], torch.tensor([4, 1]))
    torch.testing.assert_close(some, said[[4, 1]])


def test_losses_are_the_papers() -> None:
    r, target = torch.tensor([[0.5, 0.5], [0.9, 0.1]]), torch.tensor([[0.25, 0.75], [0.9, 0.1]])
    expected = (0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)) / 2
    assert float(cluster_loss(r.log(), target.log())) == pytest.approx(expected, abs=1e-6)
    x, centres = torch.tensor([[[0.0, 0.0], [2.0, 0.0]]]), torch.tensor([[[0.0, 0.0], [0.0, 3.0]]])
    shares = torch.tensor([[[0.5, 0.5], [0.25, 0.75]]])
    by_hand = (0.5 * 0 + 0.5 * 9 + 0.25 * 4 + 0.75 * 13) / 2
    assert float(subcluster_loss(shares.log(), x, centres)) == pytest.approx(by_hand, abs=1e-5)


def test_two_means_finds_the_two_groups_of_each_cluster() -> None:
    random = np.random.default_rng(0)
    centres = np.array([[[-4, 0], [4, 0]], [[20, 5], [20, -5]]], dtype=np.float32)
    x = np.concatenate([each + random.normal(size=(300, 2)) * 0.3 for each in centres.reshape(-1, 2)])
    members = Members(torch.arange(2).repeat_interleave(600), 2)
    flat = Mixture(torch.zeros(2), torch.zeros(2, 2).double(), torch.ones(2, 2).double())
    found = two_means(torch.from_numpy(x.astype(np.float32)), members, flat, weak(2, diagonal=True), generator())
    apart = torch.cdist(found, torch.from_numpy(centres))
    assert apart.min(2).values.max() < 0.15


def test_two_means_cuts_between_two_humps_and_not_along_the_longest_axis() -> None:
    random = np.random.default_rng(0)
    side = np.arange(1_000) % 2
    x = torch.from_numpy(np.stack([random.normal(size=1_000) * 9, side * 4 - 2 + random.normal(size=1_000) * 0.4], 1))
    members = Members(torch.zeros(1_000, dtype=torch.int64), 1)
    mixture = Mixture.from_covariances(torch.ones(1).double(), x.mean(0)[None], torch.cov(x.T)[None])
    centres = two_means(x.float(), members, mixture, weak(2), generator())
    own = mixture.own_coordinates(x.float()[None], torch.zeros(1, dtype=torch.int64))
    found = squared_distances(own, centres)[0].argmin(1).numpy()
    assert adjusted_rand_score(side, found) > 0.97


def test_two_means_cuts_between_many_groups_in_many_dimensions() -> None:
    """In the own metric all directions are alike there, and a cut goes through the groups."""
    random = np.random.default_rng(0)
    label = random.integers(0, 30, 20_000)
    x = torch.from_numpy(random.normal(size=(30, 64))[label] + random.normal(size=(20_000, 64)))
    members = Members(torch.zeros(20_000, dtype=torch.int64), 1)
    mixture = Mixture.from_covariances(torch.ones(1).double(), x.mean(0)[None], torch.cov(x.T)[None])
    centres = two_means(x.float(), members, mixture, weak(64), generator())
    own = mixture.own_coordinates(x.float()[None], torch.zeros(1, dtype=torch.int64))
    side = squared_distances(own, centres)[0].argmin(1).numpy()
    shares = np.array([side[label == group].mean() for group in range(30)])
    assert np.maximum(shares, 1 - shares).mean() > 0.9
    assert 5 < (shares > 0.5).sum() < 25


def test_blocks_hold_every_row_once() -> None:
    labels = torch.randint(4, (3_000,), generator=generator()).clamp_max(2) * 2
    members = Members(labels, 6)
    seen = torch.cat([block.rows[block.inside] for block in members.blocks(8)])
    assert torch.equal(seen.sort().values, torch.arange(3_000))
    for block in members.blocks(8):
        assert torch.equal(labels[block.rows], block.clusters[:, None].expand_as(block.rows))
    drawn = members.sample(7, generator())
    assert (labels[drawn[[0, 2, 4]]] == torch.tensor([[0], [2], [4]])).all()


def test_statistics_of_blocks_survive_splits_and_merges() -> None:
    x, _ = groups(900, 3)
    data = prepare(x)
    prior = NormalInverseWishart.from_variances(data.variances, False, 0.01)
    label = torch.from_numpy(np.arange(900) % 3)
    side = (data.rows[:, 0] > 0).long()

    def right(rows: torch.Tensor, clusters: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot((rows[..., 0] > 0).long(), 2)

    parts = block_statistics(data, prior, Members(label, 3), 2, right)
    one_hot = torch.nn.functional.one_hot(label * 2 + side, 6).float()
    expected = Statistics.of(data.rows, one_hot, False)
    torch.testing.assert_close(parts.squares.flatten(0, 1), expected.squares, rtol=1e-4, atol=1e-2)
    after = grown(parts, torch.tensor([1]))
    torch.testing.assert_close(
        after.counts,
        torch.stack([*parts.pooled().counts[[0]], *expected.counts[[2]], parts.pooled().counts[2], expected.counts[3]]),
    )
    back = merged(after, torch.tensor([1]), torch.tensor([3]))[:3]
    torch.testing.assert_close(back.sums, parts.pooled().sums)


@pytest.mark.parametrize("start_k", [1, 15])
def test_the_number_of_groups_is_found(start_k: int) -> None:
    x, label = groups(1_500)
    found = fit(x, Params(start_k=start_k))
    assert found.k == SIX
    assert adjusted_rand_score(label, found.labels) > 0.97
    assert found.history["k"][-1] == SIX
    assert len(found.history["k"]) == len(found.history["loss"]) == found.metrics["epochs"]
    given_up = sum(len(each["clusters"]) for each in found.history["given_up"])
    assert start_k + len(found.history["splits"]) - len(found.history["merges"]) - given_up == SIX
    json.dumps(dict(found.history), allow_nan=False)


def test_independent_axes_find_the_number_too() -> None:
    random = np.random.default_rng(0)
    label = random.integers(0, 5, 1_500)
    x = (random.normal(size=(5, 100))[label] + 0.7 * random.normal(size=(1_500, 100))).astype(np.float32)
    found = fit(x, Params())
    assert found.k == 5
    assert adjusted_rand_score(label, found.labels) > 0.99


def test_one_group_stays_one() -> None:
    x = np.random.default_rng(0).normal(size=(800, 3)).astype(np.float32)
    assert fit(x, Params()).k == 1


def test_the_same_seed_gives_the_same_clusters() -> None:
    x, _ = groups(400)
    first, second = (fit(x, Params(seed=5, epochs=25)) for _ in range(2))
    assert np.array_equal(first.labels, second.labels)
    assert np.array_equal(first.confidence, second.confidence)
    assert first.history == second.history


def test_a_stop_keeps_what_there_is() -> None:
    x, _ = groups(400)
    found = fit(x, Params(), StopAfter(10))
    assert found.partial
    assert len(found.labels) == 400
    assert len(found.history["k"]) == 10


def test_clusters_are_numbered_from_the_largest() -> None:
    x, _ = groups(700)
    counts = np.bincount(fit(x, Params()).labels)
    assert list(counts) == sorted(counts, reverse=True)


def test_odd_rows_are_answered() -> None:
    same = fit(np.full((20, 3), 1.5, dtype=np.float32), Params())
    assert same.k == 1
    assert not same.partial
    x, _ = groups(300, 4)
    x[:, 3] = 7
    assert fit(x, Params(epochs=20)).k >= 1
    twice = fit(np.array([[0.0, 0.0], [1.0, 1.0]], dtype=np.float32), Params(epochs=5))
    assert len(twice.labels) == 2


@pytest.mark.parametrize(
    ("x", "params"),
    [
        (np.full((5, 2), np.nan, dtype=np.float32), Params()),
        (np.zeros((1, 2), dtype=np.float32), Params()),
        (groups(10)[0], Params(start_k=11)),
    ],
)
def test_bad_input_is_one_line(x: np.ndarray, params: Params) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]+$"):
        fit(x, params)


def test_axes_of_noise_are_left_out() -> None:
    """Three of eighty axes say something (columns of one variance have noise of several); noise alone never does."""
    random = np.random.default_rng(0)
    noise = random.normal(size=(4_000, 80)).astype(np.float32)
    signal = noise + (random.normal(size=(4_000, 3)) @ random.normal(size=(3, 80))).astype(np.float32)
    assert 3 <= prepare(signal).rows.shape[1] < 10
    variances = np.linalg.eigvalsh(np.cov(noise.T))[::-1]
    assert not (variances > noise_level(variances, len(noise))).any()
