"""What taking a direction away does to clusters: the figures, the command, and bad input."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.commands import COMMANDS
from core.errors import BadParameter
from core.maps.neighbours import normalised
from core.semantics.directions import removing, separation
from core.semantics.removal import correlation_ratio, effect, matched
from core.semantics.results import Direction
from core.workspace import Workspace
from tests.semantics.making import ITEMS, Encoder
from tests.terminal import Terminal


def test_the_correlation_ratio_is_the_share_of_variance_between_clusters() -> None:
    random = np.random.default_rng(0)
    clusters, scores = random.integers(0, 4, 200), random.normal(size=200).astype(np.float32)
    scores += clusters * 0.7
    within = sum(np.sum((scores[clusters == k] - scores[clusters == k].mean()) ** 2) for k in range(4))
    assert correlation_ratio(scores, clusters) == pytest.approx(1 - within / np.sum((scores - scores.mean()) ** 2))
    assert correlation_ratio(np.ones(5, np.float32), np.zeros(5, int)) == 0
    assert correlation_ratio(clusters.astype(np.float32), clusters) == pytest.approx(1)


def test_clusters_are_numbered_as_those_they_share_most_with() -> None:
    first = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    other = np.array([2, 2, 2, 0, 0, 1, 1, 0])
    assert matched(first, other).tolist() == [0, 0, 0, 1, 1, 2, 2, 1]
    more = matched(np.array([0, 0, 0, 0]), np.array([1, 1, 0, 2]))
    assert more[0] == more[1] == 0
    assert len(set(more.tolist())) == 3


def test_without_the_direction_clusters_tell_nothing_of_it() -> None:
    random = np.random.default_rng(1)
    side = np.repeat([1.0, -1.0], 60)
    x = random.normal(scale=0.3, size=(120, 6))
    x[:, 0] += side
    x[:, 1] += np.tile([1.0, -1.0], 60)
    x = normalised(x.astype(np.float32))
    direction = Direction(np.eye(1, 6, dtype=np.float32)[0], "first axis")
    cleared = removing(direction).image(x)
    names = np.where(side > 0, "one", "other")
    found = effect(x, cleared, x[:, 0], 2, 3, names)
    assert found.before.shape == found.after.shape == (3, 120)
    assert np.array(found.correlation_ratio)[1, 0] < 0.1
    assert np.array(found.labels)[1, 0] < 0.1
    pairs = [adjusted_rand_score(one, other) for one, other in zip(found.before, found.after, strict=True)]
    assert found.agreement == pytest.approx([np.mean(pairs), np.std(pairs, ddof=1)])


def test_the_command_keeps_a_run_and_the_derived_model(place: Workspace) -> None:
    of = COMMANDS["direction"](place.path, label="label", value="even")["run"]
    found = COMMANDS["removal"](place.path, of, k=3, seeds=2)
    run = place.run(found["run"])
    images = place.embeddings("pocket", "image").vectors
    side, vector = place.run(of).arrays["side"], place.run(of).arrays["direction"]
    cleared = removing(Direction(vector, "")).image(images)
    assert found["auc"] == pytest.approx([separation(each, side > 0, "logistic") for each in (images, cleared)])
    assert found["variance"] == pytest.approx([images.var(axis=0).sum(), cleared.var(axis=0).sum()], rel=1e-5)
    assert (run.card.kind, found["of"], found["label"], found["items"]) == ("removal", of, "label", ITEMS)
    assert run.arrays["before"].shape == run.arrays["after"].shape == (2, ITEMS)
    assert found["derived"] in {each.model for each in place.models()}
    json.dumps([found, asdict(run.card)])


def test_between_prompts_there_are_no_groups_to_tell_apart(place: Workspace, encoder: Encoder) -> None:
    of = COMMANDS["direction"](place.path, ["happy"], ["sad"])["run"]
    assert COMMANDS["removal"](place.path, of, k=2, seeds=2)["auc"] == [None, None]


def test_bad_input_is_one_line(place: Workspace, terminal: Terminal) -> None:
    of = str(COMMANDS["direction"](place.path, label="label", value="even")["run"])
    with pytest.raises(BadParameter, match="seeds=1 is below 2"):
        COMMANDS["removal"](place.path, of, seeds=1)
    for asked, line in (
        (["--k", "0"], "k=0 is below 1"),
        (["--k", f"{ITEMS + 1}"], f"k={ITEMS + 1} clusters of {ITEMS} items: lower k"),
        (["--seeds", "100000000"], "seeds=100000000 is above 1,000"),
        (["--label", "nothing"], "no column 'nothing'"),
    ):
        assert line in terminal.refused("removal", place.path, "--run", of, *asked)
    assert {each.model for each in place.models()} == {"pocket"}
    line = terminal.refused("removal", "rows.npz", "--run", of)
    assert "rows.npz: a .npz keeps no runs, tags or captions: give a workspace" in line
    found = terminal.json("removal", place.path, "--run", of, "--k", "2", "--seeds", "2")
    assert found["direction"] == "label: even − the rest"
