"""The command `cluster`: JSON as promised, runs kept in the workspace, one line and status 2 for bad input."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.cli import status
from core.clustering.compare import Trial
from core.clustering.metrics import evaluate
from core.commands import COMMANDS
from core.commands.items import averaged, item_rows
from core.errors import BadInput, Cancelled, MissingData
from core.inputs import read_rows
from core.maps.neighbours import normalised
from core.methods import Method
from core.progress import Progress
from core.results import Clustering, Floats
from core.runs.clustering import ClusteringRun
from core.sources import Item
from core.workspace import Workspace
from tests.clustering.making import Stop
from tests.terminal import Terminal
from tests.workspace.making import fill

ROWS, DIMENSIONS, GROUPS = 60, 8, 3
PROMISED = {"method", "seed", "k", "seconds", "ami", "ari", "fmi", "nmi", "acc", "noise"}


def vectors(seed: int = 0) -> np.ndarray:
    """Unit rows about three axes."""
    noise = np.random.default_rng(seed).normal(size=(ROWS, DIMENSIONS)) * 0.05
    return normalised(np.eye(GROUPS, DIMENSIONS)[np.arange(ROWS) % GROUPS] + noise)


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """A .npz of `x` and `y`."""
    np.savez(tmp_path / "rows.npz", x=vectors(), y=np.arange(ROWS) % GROUPS)
    return str(tmp_path / "rows.npz")


@pytest.fixture
def place(place: Workspace) -> Workspace:
    """Captions with image and text vectors, a label, and a column `tone` that is empty for the second half."""
    items = [
        Item(f"{row}", None, f"caption {row}", label=f"group {row % GROUPS}", columns=tone(row)) for row in range(ROWS)
    ]
    fill(place, items, vectors(), vectors(1))
    return place


def tone(row: int) -> dict[str, str]:
    return {"tone": f"tone {row % 2}"} if row < ROWS / 2 else {}


def test_json_is_what_scripts_rely_on(rows: str, terminal: Terminal) -> None:
    found = terminal.json("cluster", rows, "--method", "kmeans", "--method", "dbscan", "--k", "3", "--seeds", "2")
    assert [(run["method"], run["seed"]) for run in found["runs"]] == [
        ("kmeans", 0),
        ("kmeans", 1),
        ("dbscan", 0),
    ]
    assert all(set(run) >= PROMISED for run in found["runs"])
    assert [run["k"] for run in found["runs"]] == [3] * 3
    assert found["summary"]["kmeans"]["nmi"] == pytest.approx([1, 0])
    assert found["summary"]["kmeans"]["stability"] == pytest.approx([1, 0])
    assert (found["items"], found["labelled"], found["space"]) == (ROWS, ROWS, "images")


def test_without_labels_the_metrics_against_them_are_null(tmp_path: Path, terminal: Terminal) -> None:
    np.savez(tmp_path / "x.npz", x=vectors())
    found = terminal.json("cluster", str(tmp_path / "x.npz"), "--method", "kmeans", "--k", "3", "--seeds", "1")
    assert [found["runs"][0][name] for name in ("ami", "ari", "fmi", "nmi", "acc")] == [None] * 5
    assert found["summary"]["kmeans"]["acc"] is None
    assert found["runs"][0]["silhouette"] > 0.5
    assert found["labelled"] == 0


def test_three_seeds_are_usual(rows: str, terminal: Terminal) -> None:
    found = terminal.json("cluster", rows, "--method", "kmeans")
    assert [run["seed"] for run in found["runs"]] == [0, 1, 2]
    assert found["runs"][0]["k"] == 10


def test_settings_reach_the_methods_that_know_them(rows: str, terminal: Terminal) -> None:
    both = ["--method", "kmeans", "--method", "dbscan", "--seeds", "1"]
    found = terminal.json("cluster", rows, *both, "--set", "k=2", "--set", "eps=0.0001", "--set", "min_samples=2")
    assert [run["k"] for run in found["runs"]] == [2, 0]
    assert found["runs"][1]["noise"] == 1


def test_labels_go_into_a_file(rows: str, tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "labels.npz"
    terminal.json("cluster", rows, "--method", "kmeans", "--k", "3", "--seeds", "2", "--out", str(out))
    with np.load(out) as arrays:
        assert arrays["labels"].shape == arrays["confidence"].shape == (2, ROWS)
        assert arrays["method"].tolist() == ["kmeans"] * 2
        assert arrays["seed"].tolist() == [0, 1]
        assert len(set(zip(arrays["labels"][0], np.arange(ROWS) % GROUPS, strict=True))) == GROUPS


def test_a_person_reads_a_table(rows: str, terminal: Terminal) -> None:
    text = terminal.text("cluster", rows, "--method", "kmeans", "--k", "3")
    assert "1 ± 0" in text
    assert "stability" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Missing option '--method'"),
        (["--method", "kmean"], "no method 'kmean' in clustering; choose from"),
        (["--method", "kmeans", "--k", "0"], "k=0 is below 1"),
        (["--method", "kmeans", "--k", "61"], "k=61 clusters of 60 items: lower k to 60 or less"),
        (["--method", "kmeans", "--seeds", "0"], "seeds=0 is not between 1 and 1,000"),
        (["--method", "kmeans", "--set", "seed=4"], "seed is no setting of a single method: give seeds (--seeds)"),
        (["--method", "kmeans", "--set", "eps=1"], "kmeans has no parameter 'eps'; it has k, "),
        (["--method", "dbscan", "--set", "k=4"], "dbscan has no parameter 'k'"),
        (["--method", "dbscan", "--set", "eps=far"], "eps='far' is not a float"),
        (["--method", "kmeans", "--space", "captions"], "holds x, y: for captions"),
        (["--method", "kmeans", "--label", "tone"], "a .npz has no columns, its classes are its array `y`"),
        (["--method", "kmeans", "--out", "/no/such/folder/x.npz"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_status_2(rows: str, terminal: Terminal, arguments: list[str], line: str) -> None:
    assert line in terminal.refused("cluster", rows, *arguments)


@pytest.mark.parametrize(
    ("arrays", "line"),
    [
        ({"x": np.array([[1, np.nan], [1, 2]])}, "row 0 is not finite"),
        ({"x": np.ones((9, 4)), "y": np.ones(8)}, "y: shape (8,), but (9,) is needed"),
        ({"x": np.ones((1, 4))}, "1 of at least 2 items: too few to cluster"),
        ({"x": np.ones((9, 4))}, "k=10 clusters of 9 items"),
        ({"x": np.ones((20, 4))}, "k=10 clusters of 1 different items"),
    ],
)
def test_arrays_that_cannot_be_used(
    tmp_path: Path, terminal: Terminal, arrays: dict[str, np.ndarray], line: str
) -> None:
    np.savez(tmp_path / "bad.npz", **arrays)
    assert line in terminal.refused("cluster", str(tmp_path / "bad.npz"), "--method", "kmeans")


def test_a_method_that_refuses_costs_the_others_nothing(tmp_path: Path, terminal: Terminal) -> None:
    np.savez(tmp_path / "few.npz", x=vectors()[:8])
    found = terminal.json(
        "cluster", str(tmp_path / "few.npz"), "--method", "kmeans", "--method", "dbscan", "--seeds", "1"
    )
    assert [run["method"] for run in found["runs"]] == ["dbscan"]
    assert found["refused"] == [
        {"method": "kmeans", "reason": "k=10 clusters of 8 items: lower k to 8 or less, or add items"}
    ]


# workspaces


def test_each_run_is_kept_with_its_card(place: Workspace) -> None:
    found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=2)
    assert len(place.runs("clustering")) == 2
    for seed, row in enumerate(found["runs"]):
        run = place.run(row["run"])
        card = run.card
        assert (card.kind, card.method, card.seed, card.space, card.model) == (
            "clustering",
            "kmeans",
            seed,
            "images",
            "pocket",
        )
        assert card.params["k"] == 3
        assert card.metrics["nmi"] == row["nmi"] == pytest.approx(1)
        assert card.fingerprint == place.fingerprint("pocket", "image")
        assert run.arrays["ids"].tolist() == item_rows(place.path).ids.tolist()
        assert run.arrays["labels"].dtype == np.int64
        assert run.arrays["confidence"].dtype == np.float32
        assert len(json.loads(str(run.arrays["history"][0]))["inertia"]) >= 1


def test_a_column_is_chosen_to_compare_with(place: Workspace) -> None:
    found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1, label="tone")
    assert found["labelled"] == ROWS // 2
    assert found["runs"][0]["nmi"] < 0.2
    with pytest.raises(MissingData, match="no column 'colour'; there are"):
        COMMANDS["cluster"](place.path, ["kmeans"], k=3, label="colour")


def test_the_card_says_what_was_compared_with(place: Workspace) -> None:
    for label, told in ((None, "label"), ("tone", "tone")):
        found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1, label=label)
        assert found["label"] == told
        assert place.run(found["runs"][0]["run"]).card.metrics["label"] == told


def test_with_nothing_to_compare_with_the_card_says_that(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "plain")
    fill(workspace, [Item(f"{row}", None, f"caption {row}") for row in range(ROWS)], text=vectors())
    found = COMMANDS["cluster"](workspace.path, ["kmeans"], k=3, seeds=1)
    assert found["label"] is None
    assert ClusteringRun.load(workspace, found["runs"][0]["run"]).figures.label is None


@pytest.fixture
def tagged(place: Workspace) -> tuple[Workspace, list[str]]:
    """Every second item has the word "even" as its tag; a column of truths holds of the first twenty."""
    ids = place.table(["id"])["id"].to_pylist()
    place.set_column("tag", dict.fromkeys(ids[::2], "even"))
    place.set_column("early", {id: row < 20 for row, id in enumerate(ids[:40])})
    return place, ids


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"tag": "even"}, range(0, ROWS, 2)),
        ({"exclude": "even"}, range(1, ROWS, 2)),
        ({"tag": "early"}, range(20)),
        ({"exclude": "early"}, range(20, ROWS)),
        ({"tag": "even", "exclude": "early"}, range(20, ROWS, 2)),
    ],
)
def test_items_are_chosen_by_a_tag(
    tagged: tuple[Workspace, list[str]], terminal: Terminal, asked: dict[str, str], rows: range
) -> None:
    place, ids = tagged
    options = [part for name, value in asked.items() for part in (f"--{name}", value)]
    found = terminal.json("cluster", str(place.path), "--method", "kmeans", "--k", "3", "--seeds", "1", *options)
    run = place.run(found["runs"][0]["run"])
    assert run.arrays["ids"].tolist() == [ids[row] for row in rows]
    assert run.card.items == found["items"] == found["labelled"] == len(rows)
    assert found["runs"][0]["nmi"] == pytest.approx(1)
    for kept in (found, run.card.metrics):
        assert {name: kept[name] for name in ("tag", "exclude") if name in kept} == asked


def test_items_without_a_tag_have_none_of_that_name(tagged: tuple[Workspace, list[str]]) -> None:
    place, ids = tagged
    place.set_column("tag", dict.fromkeys(ids[:9], "None"))
    assert COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1, tag="None")["items"] == 9


def test_runs_of_other_items_cannot_be_taken_for_each_other(tagged: tuple[Workspace, list[str]]) -> None:
    """Both choices are of thirty items: the fingerprints differ from each other and from that of all."""
    place, _ = tagged
    chosen: list[dict[str, str]] = [{}, {"tag": "even"}, {"exclude": "even"}, {"tag": "even"}]
    found = [COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1, **each) for each in chosen]
    fingerprints = [place.run(each["runs"][0]["run"]).card.fingerprint for each in found]
    assert len(set(fingerprints)) == 3
    assert fingerprints[1] == fingerprints[3]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--tag", "odd"], "tag odd: no item has this tag; there are early, even"),
        (["--exclude", "odd"], "exclude odd: no item has this tag; there are early, even"),
        (["--tag", "even", "--exclude", "even"], "tag even, exclude even: none of the 60 items is left"),
        (["--space", "map:none"], "no run 'none' in this workspace"),
        (["--space", "map"], "space 'map' is not one of images, captions, both"),
    ],
)
def test_a_choice_that_cannot_be_made_is_one_line(
    tagged: tuple[Workspace, list[str]], terminal: Terminal, options: list[str], line: str
) -> None:
    assert line in terminal.refused("cluster", str(tagged[0].path), "--method", "kmeans", "--k", "3", *options)
    assert tagged[0].runs() == []


def test_without_tags_one_is_told_where_they_belong(place: Workspace, terminal: Terminal) -> None:
    line = terminal.refused("cluster", str(place.path), "--method", "kmeans", "--tag", "cats")
    assert line == "tag cats: no item has this tag; there are none, tag items in the column 'tag' first (--tag)"


# the 2-D map as space


@pytest.mark.parametrize("space", ["images", "both"])
def test_a_map_is_a_space_with_a_warning(place: Workspace, capsys: pytest.CaptureFixture[str], space: str) -> None:
    """Of an item that is on the map twice, the image's point."""
    run = COMMANDS["map"](place.path, "pca", space)["run"]
    assert (
        status(["cluster", str(place.path), "--method", "kmeans", "--k", "3", "--space", f"map:{run}", "--json", "-"])
        == 0
    )
    output = capsys.readouterr()
    found = json.loads(output.out)
    assert output.err.startswith("clipscape: warning: the space is a two-dimensional map, which tears groups apart")
    assert output.err.count("\n") == 1
    assert (found["space"], found["items"], found["label"]) == (f"map:{run}", ROWS, "label")
    made = place.run(found["runs"][0]["run"])
    assert (made.card.space, made.card.model) == (f"map:{run}", "pocket")
    rows = item_rows(place.path, made.card.space, made.card.model)
    drawn = place.run(run).arrays
    assert np.array_equal(rows.vectors, drawn["xy"][:ROWS])
    assert made.arrays["ids"].tolist() == rows.ids.tolist() == drawn["ids"][:ROWS].tolist()
    assert set(rows.modality.tolist()) == {"image"}


def test_a_table_has_the_warning_beside_it_and_the_embeddings_have_none(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    run = COMMANDS["map"](place.path, "pca")["run"]
    for space, warnings in ((f"map:{run}", 1), ("images", 0)):
        assert (
            status(["cluster", str(place.path), "--method", "kmeans", "--k", "3", "--seeds", "1", "--space", space])
            == 0
        )
        output = capsys.readouterr()
        assert output.err.count("warning") == warnings
        assert "warning" not in output.out


def test_a_map_must_be_one_of_this_model_in_a_workspace(place: Workspace, rows: str, terminal: Terminal) -> None:
    clusters = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1)["runs"][0]["run"]
    points = COMMANDS["map"](place.path, "pca")["run"]
    method = ["--method", "kmeans"]
    assert "is no map but a clustering run" in terminal.refused(
        "cluster", str(place.path), *method, "--space", f"map:{clusters}"
    )
    other = terminal.refused("cluster", str(place.path), *method, "--space", f"map:{points}", "--model", "other")
    assert "is a map of what pocket embedded, not other" in other
    assert "a .npz keeps no maps" in terminal.refused("cluster", rows, *method, "--space", "map:x")
    assert "a .npz has no tags" in terminal.refused("cluster", rows, *method, "--tag", "x")


def test_an_empty_column_is_nothing_to_compare_with(place: Workspace) -> None:
    id = place.table(["id"])["id"][0].as_py()
    for value in ("a word", None):
        place.set_column("empty", {id: value})
    with pytest.raises(BadInput, match="label empty: the column is empty for these items"):
        COMMANDS["cluster"](place.path, ["kmeans"], k=3, label="empty")


@pytest.mark.parametrize("space", ["images", "captions", "both"])
def test_there_is_one_row_an_item_in_every_space(place: Workspace, space: str) -> None:
    found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1, space=space)
    assert (found["items"], found["space"]) == (ROWS, space)
    assert place.run(found["runs"][0]["run"]).card.items == ROWS


def test_both_is_the_mean_of_image_and_caption(place: Workspace) -> None:
    images, captions = (read_rows(place.path, space) for space in ("images", "captions"))
    both = averaged(read_rows(place.path, "both"))
    assert both.ids.tolist() == images.ids.tolist() == captions.ids.tolist()
    assert np.allclose(both.vectors, normalised(images.vectors + captions.vectors), atol=1e-6)


def test_captions_stand_in_where_there_are_no_images(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "words")
    with pytest.raises(MissingData, match="no images are embedded"):
        item_rows(workspace.path)
    fill(workspace, [Item(str(row), None, f"caption {row}") for row in range(ROWS)], text=vectors())
    found = COMMANDS["cluster"](workspace.path, ["kmeans"], k=3, seeds=1)
    assert (found["space"], found["labelled"]) == ("captions", 0)


def test_a_stop_keeps_the_runs_that_have_ended(place: Workspace) -> None:
    found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, report=Stop("seed 1"))
    assert found["partial"] is True
    assert [run["seed"] for run in found["runs"]] == [0]
    assert len(place.runs("clustering")) == 1


def test_a_run_that_was_stopped_does_not_count_beside_whole_ones(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds one group where there are three: ARI 0."""

    def one_and_a_half(method: Method, x: Floats, *rest: object) -> Iterator[Trial]:
        classes, sure = np.arange(ROWS) % GROUPS, np.ones(ROWS, dtype=np.float32)
        for seed, labels in enumerate((classes, np.zeros(ROWS, dtype=np.int64))):
            clustering = Clustering(labels, sure, partial=bool(seed))
            params = method.make_params({"seed": seed, "k": 3})
            yield Trial(method, params, clustering, 1.0, evaluate(x, labels, classes))
        raise Cancelled("stopped")

    monkeypatch.setattr("core.commands.clustering.trials", one_and_a_half)
    found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=2)
    assert [row["ari"] for row in found["runs"]] == [1, 0]
    assert found["summary"]["kmeans"]["ari"] == (1, 0)
    assert found["summary"]["kmeans"]["stability"] is None


def test_a_stop_before_there_is_anything_keeps_nothing(place: Workspace) -> None:
    with pytest.raises(Cancelled):
        COMMANDS["cluster"](place.path, ["kmeans"], k=3, report=Stop())
    assert place.runs() == []


def test_progress_rises_over_methods_and_seeds(rows: str) -> None:
    told: list[Progress] = []
    COMMANDS["cluster"](rows, ["kmeans", "dbscan"], k=3, seeds=2, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert len({progress.total for progress in told}) == 1
    assert told[-1].done == told[-1].total


def test_a_method_named_twice_runs_once(rows: str) -> None:
    assert len(COMMANDS["cluster"](rows, ["kmeans", "kmeans"], k=3, seeds=1)["runs"]) == 1


def test_no_method_is_bad_input(rows: str) -> None:
    with pytest.raises(BadInput, match="no method given"):
        COMMANDS["cluster"](rows, [])
