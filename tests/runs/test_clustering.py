"""Clusterings that are kept, and what they come to over the seeds."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.clustering.compare import trials
from core.commands.clustering import record
from core.inputs import Rows
from core.runs.clustering import FIGURES, ClusteringResult, ClusteringRun, cluster_name, figure, over_seeds, summary
from core.workspace import Workspace
from tests.clustering.test_compare import METHOD, X, Y

ROWS = Rows(np.array(list("abcd")), np.full(4, "image"), X, "images", "pocket", "one")
ABOUT = {"label": "label", "tag": "cats"}


@pytest.fixture
def made() -> list[ClusteringRun]:
    """Of the ARI 1, 1 and -1/2 with the classes."""
    return [record(ROWS, trial, ABOUT) for trial in trials(METHOD, X, Y)]


def stopped(run: ClusteringRun) -> ClusteringRun:
    return replace(run, card=replace(run.card, metrics={**run.card.metrics, "partial": True}))


def test_a_run_comes_back_typed(made: list[ClusteringRun], tmp_path: Path) -> None:
    place = Workspace.create(tmp_path / "place")
    back = ClusteringRun.load(place, made[2].save(place))
    assert back.labels.tolist() == made[2].labels.tolist()
    assert back.figures == made[2].figures
    assert (back.figures.ari, back.figures.k) == (pytest.approx(-0.5), 2)
    assert (back.figures.label, back.figures.tag, back.figures.exclude) == ("label", "cats", None)
    assert back.rows(1).tolist() == [1, 3]
    assert back.names() == {"a": "cluster 0", "b": "cluster 1", "c": "cluster 0", "d": "cluster 1"}
    assert back.summary() == "2 clusters of 4 items"


def test_rows_hold_every_figure(made: list[ClusteringRun]) -> None:
    row = made[2].row().to_dict()
    assert set(row) == {"method", "seed", *FIGURES, "silhouette_sample", "run"}
    assert (row["method"], row["seed"], row["k"]) == ("known", 2, 2)
    assert stopped(made[2]).row().partial is True
    json.dumps(row)


def test_a_figure_of_a_run(made: list[ClusteringRun]) -> None:
    card = replace(made[2].card, seconds=1.5)
    assert figure(card, "acc") == 0.5
    assert figure(card, "seconds") == 1.5
    assert figure(card, "stability") is None


def test_over_seeds_stand_mean_and_sample_deviation(made: list[ClusteringRun]) -> None:
    found = over_seeds(made)
    assert set(found) == {*FIGURES, "stability"}
    assert found["ari"] == pytest.approx((0.5, np.sqrt((0.5**2 + 0.5**2 + 1) / 2)))
    assert found["k"] == (2, 0)
    assert found["stability"] == pytest.approx((0, np.sqrt(1.5 / 2)))


def test_without_classes_there_is_still_what_needs_none() -> None:
    found = over_seeds([record(ROWS, trial, {}) for trial in trials(METHOD, X, seeds=[0])])
    assert set(found) == {"k", "seconds", "noise", "silhouette", "davies_bouldin"}
    assert found["davies_bouldin"] == pytest.approx((0.1, 0))


def test_stopped_runs_count_only_where_there_are_no_others(made: list[ClusteringRun]) -> None:
    one, _, cut_short = made
    both = over_seeds([one, stopped(cut_short)])
    assert both["ari"] == (1, 0)
    assert "stability" not in both, "a clustering that was cut short is no measure of chance"
    assert over_seeds([stopped(cut_short)])["ari"] == (pytest.approx(-0.5), 0)


def test_words() -> None:
    assert [cluster_name(number) for number in (-1, 0, 12)] == ["noise", "cluster 0", "cluster 12"]


def test_how_many_runs_a_comparison_has_brought(made: list[ClusteringRun]) -> None:
    rows = [run.row() for run in made]
    found = ClusteringResult(runs=rows, summary={}, items=4, labelled=4, space="images", label="label")
    assert summary(found.to_dict()) == "3 runs"
    assert summary(replace(found, runs=[]).to_dict()) == "0 runs"
