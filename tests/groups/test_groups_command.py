"""The command `groups`: JSON as promised, a run a method, any way to group, one line and status 2 for bad input."""

from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from core.commands import COMMANDS
from core.commands.grouping import Grouping
from core.commands.groups import PACKAGE
from core.commands.items import in_words
from core.errors import BadInput, Cancelled
from core.groups.compare import curve
from core.groups.overview import placed
from core.groups.sets import Sets
from core.groups.significance import paired
from core.groups.splits import class_splits
from core.methods import Method, discover
from core.progress import Progress
from core.runs.clustering import ClusteringRun
from core.runs.groups import GroupsResult, GroupsRun
from core.sources import Item
from core.workspace import RunCard, Workspace
from tests.clustering.making import Stop
from tests.groups.making import classes
from tests.groups.test_retrieval import Params, watch
from tests.terminal import Terminal
from tests.workspace.making import fill

SETS = classes(count=8, items=12, dimensions=8, noise=1.0)
COUNT = len(SETS.vectors)
NAMES = [f"class {letter}" for letter in "abcdefgh"]
FEW = ["--method", "mean", "--seeds", "2", "--sizes", "1,2"]


@pytest.fixture(autouse=True)
def methods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick methods, and one that refuses."""

    def refuse(sets: Sets, params: Any, report: Any) -> Any:
        raise BadInput("these groups are too many")

    known = discover(PACKAGE)
    few = {name: known[name] for name in ("mean", "normalised-mean", "gaussian")}
    picky = Method("picky", "Picky", Params, refuse)
    watched = Method("watched", "Watched", Params, watch)
    every = {**few, "picky": picky, "watched": watched}
    monkeypatch.setattr("core.methods.discover", lambda package: every if package == PACKAGE else discover(package))
    monkeypatch.setattr(import_module("core.commands.groups"), "discover", lambda package: few)
    monkeypatch.setattr("core.groups.verdict.discover", lambda package: every)
    monkeypatch.setattr("core.groups.counterexample.SHAPES", [(1, 1, 1, 1)])


@pytest.fixture
def source(tmp_path: Path) -> str:
    return saved(tmp_path, x=SETS.vectors, y=SETS.group)


def saved(folder: Path, **arrays: np.ndarray) -> str:
    np.savez(folder / "items.npz", allow_pickle=False, **arrays)
    return str(folder / "items.npz")


@pytest.fixture
def place(place: Workspace) -> Workspace:
    """Items of eight classes; `half` has a value for the first 48 only, `one` one value, `each` as many as items."""
    items = [Item(f"{row}", None, f"item {row}", label=NAMES[of]) for row, of in enumerate(SETS.group)]
    ids = fill(place, items, text=SETS.vectors)
    place.set_column("half", {id: float(row % 4) for row, id in enumerate(ids[:48])})
    place.set_column("one", dict.fromkeys(ids, "same"))
    place.set_column("each", {id: f"{row}" for row, id in enumerate(ids)})
    place.set_column("even", {id: row % 2 == 0 for row, id in enumerate(ids)})
    return place


def test_json_is_what_scripts_rely_on(source: str, terminal: Terminal) -> None:
    found = terminal.json(
        "groups", source, "--by", "y", "--method", "normalised-mean", "--seeds", "3", "--sizes", "4,1,9"
    )
    assert (found["groups"], found["items"], found["splits"]) == (8, COUNT, 3)
    assert (found["training"], found["testing"]) == (4, 4)
    assert set(found["curves"]) == {"mean", "normalised-mean"}
    assert found["sizes_left_out"] == [9]
    splits, known = class_splits(8, 3), discover(PACKAGE)
    curves = {name: curve(known[name], SETS, splits, [1, 4]) for name in found["curves"]}
    for name, made in curves.items():
        for row, point in enumerate(found["curves"][name]):
            assert point["size"] == (1, 4)[row]
            assert point["top1"] == pytest.approx([made.top1[row].mean(), made.top1[row].std(ddof=1)])
            assert point["map"] == pytest.approx(
                [made.mean_precision[row].mean(), made.mean_precision[row].std(ddof=1)]
            )
    assert set(found["against_mean"]) == {"normalised-mean"}
    tested = found["against_mean"]["normalised-mean"][1]
    wanted = paired(curves["normalised-mean"].mean_precision[1], curves["mean"].mean_precision[1], 1)
    assert tested["size"] == 4
    assert tested["map"] == pytest.approx(vars(wanted) | {"better": wanted.better})
    bound = found["bound"]
    assert bound["holds"] is True
    assert bound["margin"] > 0
    assert 0 <= bound["slack"]["least"] <= bound["slack"]["median"] <= 1
    assert bound["search"]["broken"] == bound["broken"] == 0
    assert [each["size"] for each in found["asked"]] == [1, 4]
    assert found["runs"] == {"mean": None, "normalised-mean": None}
    assert found["verdict"] == {"top1": [], "map": []}  # none of these learns


def test_the_verdict_is_of_what_learns(source: str, terminal: Terminal) -> None:
    asked = [source, "--by", "y", "--method", "watched", "--seeds", "3", "--sizes", "1,2"]
    found = terminal.json("groups", *asked)
    for measure in ("top1", "map"):
        (answer,) = found["verdict"][measure]
        tested = found["against_mean"]["watched"][1][measure]
        assert (answer["size"], answer["best"], answer["p"]) == (2, "watched", tested["p"])
    assert "top1 not at 2; map not at 2" in terminal.text("groups", *asked)


def test_all_methods_where_none_is_named(source: str) -> None:
    found = COMMANDS["groups"](source, "y", seeds=1, sizes=[1])
    assert list(found["curves"]) == ["mean", "normalised-mean", "gaussian"]
    assert found["curves"]["mean"][0]["top1"][1] == 0
    assert found["against_mean"]["gaussian"][0]["map"]["p"] is None


def test_groups_and_figures_go_into_a_file(source: str, tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "groups.npz"
    terminal.json("groups", source, "--by", "y", "--method", "gaussian", *FEW[2:], "--out", str(out))
    with np.load(out) as arrays:
        assert arrays["names"].tolist() == [str(each) for each in range(8)]
        assert arrays["counts"].tolist() == [12] * 8
        assert arrays["mean.top1"].shape == arrays["gaussian.map"].shape == (2, 2)
        assert arrays["gaussian.between"].shape == (8, 8)
        assert arrays["bound_left"].shape == arrays["bound_right"].shape == arrays["bound_size"].shape


def test_a_person_reads_a_table(source: str, terminal: Terminal) -> None:
    text = terminal.text("groups", source, "--by", "y", "--method", "gaussian", *FEW[2:])
    assert "triplet margin m" in text
    assert "map - mean" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Missing option '--by'"),
        (["--by", "colour"], "by colour: a .npz has no columns, its groups are its array `y` (--by)"),
        (["--by", "run:abc"], "by run:abc: a .npz keeps no runs"),
        (["--by", "y", "--method", "median of means"], "no method 'median of means' in groups; choose from mean"),
        (["--by", "y", "--seeds", "0"], "seeds=0 is not between 1 and 1,000"),
        (["--by", "y", "--sizes", "0"], "sizes: 0 is not between 1 and 100,000: choose another (--sizes)"),
        (["--by", "y", "--sizes", "2,x"], "--sizes 2,x: write whole numbers, e.g. --sizes 8,16,32"),
        (["--by", "y", "--sizes", "7,8"], "sizes 7,8: halves of groups hold 6 items or fewer, choose"),
        (["--by", "y", "--set", "seed=1"], "seed is no setting of a single method: give seeds (--seeds)"),
        (["--by", "y", "--set", "width=9"], "has no parameter 'width'"),
        (["--by", "y", "--tag", "cats"], "a .npz has no tags, give a workspace"),
        (["--by", "y", *FEW, "--out", "/no/such/folder/x.npz"], "cannot be written"),
        (["--by", "y", "--method", "picky", "--set", "seed=1"], "seed is no setting of a single method"),
    ],
)
def test_bad_input_is_one_line_and_status_2(source: str, terminal: Terminal, arguments: list[str], line: str) -> None:
    assert line in terminal.refused("groups", source, *arguments)


def values(*counts: int) -> np.ndarray:
    """Groups of so many items, the rest of the items in the last."""
    named = np.repeat(np.arange(len(counts)), counts)
    return np.concatenate([named, np.full(COUNT - len(named), len(counts))])


NAN = SETS.vectors.copy()
NAN[5, 2] = np.nan


@pytest.mark.parametrize(
    ("arrays", "line"),
    [
        ({"x": SETS.vectors, "y": np.zeros(COUNT)}, "by y: all 96 items are in one group, '0.0': choose another"),
        ({"x": SETS.vectors, "y": np.arange(COUNT)}, "0 of its 96 groups hold two items or more, 96 hold one item; 4"),
        ({"x": SETS.vectors, "y": values(30, 30)}, "3 of its 3 groups hold two items or more; 4 are needed"),
        ({"x": SETS.vectors, "y": values(1, 20, 20)}, "3 of its 4 groups hold two items or more, 1 hold one item; 4"),
        ({"x": NAN, "y": SETS.group}, "x: row 5 is not finite"),
        ({"x": SETS.vectors}, "its groups are its array `y`, which this one lacks (--by)"),
        ({"x": SETS.vectors, "y": SETS.group[:-1]}, "y: shape (95,), but (96,) is needed"),
    ],
)
def test_arrays_that_cannot_be_used(
    tmp_path: Path, terminal: Terminal, arrays: dict[str, np.ndarray], line: str
) -> None:
    assert line in terminal.refused("groups", saved(tmp_path, **arrays), "--by", "y", *FEW)


def test_a_group_of_one_takes_no_part_and_is_told_of(tmp_path: Path) -> None:
    found = COMMANDS["groups"](saved(tmp_path, x=SETS.vectors, y=values(1, 20, 20, 20, 1)), "y", ["mean"], 1, [1])
    assert (found["groups"], found["items"], found["groups_of_one"]) == (4, 94, 2)


def test_a_method_that_refuses_costs_the_others_nothing(source: str, terminal: Terminal) -> None:
    found = terminal.json("groups", source, "--by", "y", *FEW, "--method", "picky")
    assert list(found["curves"]) == ["mean"]
    assert found["refused"] == [{"method": "picky", "reason": "these groups are too many"}]


# workspaces


def test_a_method_is_kept_with_its_card(place: Workspace) -> None:
    found = COMMANDS["groups"](place.path, "label", ["gaussian"], seeds=3, sizes=[1, 2, 4], params={"prior": 2})
    assert [card.id for card in place.runs("groups")] == list(found["runs"].values())
    run = place.run(found["runs"]["gaussian"])
    card, arrays = run.card, run.arrays
    assert (card.method, card.model, card.space, card.items) == ("gaussian", "pocket", "captions", COUNT)
    assert card.params == {"prior": 2.0}
    assert card.fingerprint == place.fingerprint("pocket", "text")
    metrics = card.metrics
    kept, told = GroupsRun.of(run).figures, msgspec.convert(found, GroupsResult)
    assert kept.curve == told.curves["gaussian"]
    assert kept.against_mean == told.against_mean["gaussian"]
    assert kept.bound == told.bound
    assert (metrics["by"], metrics["groups"], metrics["splits"]) == ("label", 8, 3)
    assert len(metrics["fits"]) == 3
    assert GroupsRun.load(place, found["runs"]["mean"]).figures.against_mean is None
    assert place.run(found["runs"]["mean"]).card.metrics["comparison"] == metrics["comparison"]
    assert arrays["names"].tolist() == NAMES
    assert arrays["ids"].tolist() == place.table(["id"])["id"].to_pylist()
    assert np.array_equal(arrays["group"], SETS.group)
    assert arrays["top1"].shape == arrays["map"].shape == (3, 3)
    assert arrays["between"].shape == (8, 8)
    assert (arrays["nearest"].shape, arrays["central"].shape) == ((8, 7), (8,))
    assert np.array_equal(SETS.group[arrays["central"]], np.arange(8))
    for size in (1, 2, 4):
        queries, gallery = SETS.group[arrays[f"queries_{size}"]], SETS.group[arrays[f"gallery_{size}"]]
        assert queries.shape[1] == gallery.shape[1] == size
        found_class = gallery[arrays[f"nearest_{size}"], 0]
        assert np.array_equal(arrays[f"place_{size}"] == 0, found_class == queries[:, 0])


def test_groups_stand_on_a_map_of_the_workspace(place: Workspace) -> None:
    found = COMMANDS["groups"](place.path, "label", ["mean"], seeds=1, sizes=[1])
    drawn = place.run(COMMANDS["map"](place.path, "pca")["run"]).arrays
    arrays = place.run(found["runs"]["mean"]).arrays
    made = placed(arrays["ids"][arrays["central"]], drawn["ids"], drawn["xy"])
    assert made.shape == (8, 2)
    assert all((drawn["xy"] == point).all(axis=1).any() for point in made)


def test_other_groups_are_another_comparison(place: Workspace) -> None:
    asked = (("label", 2), ("label", 2), ("label", 3), ("half", 2))
    runs = [COMMANDS["groups"](place.path, by, ["mean"], seeds, [1])["runs"]["mean"] for by, seeds in asked]
    names = [place.run(run).card.metrics["comparison"] for run in runs]
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_items_without_a_group_are_told_of(place: Workspace) -> None:
    found = COMMANDS["groups"](place.path, "half", ["mean"], seeds=1, sizes=[1])
    assert (found["groups"], found["items"], found["without_group"]) == (4, 48, COUNT - 48)
    assert place.run(found["runs"]["mean"]).arrays["names"].tolist() == ["0", "1", "2", "3"]


def test_groups_are_clusters_of_a_run(place: Workspace, terminal: Terminal) -> None:
    ids = np.array(place.table(["id"])["id"].to_pylist())
    labels = np.where(np.arange(COUNT) < 10, -1, np.arange(COUNT) % 5)
    card = RunCard("", ClusteringRun.KIND, "kmeans", "K-means")
    run = ClusteringRun(card, ids, labels, np.ones(COUNT, dtype=np.float32)).save(place)
    found = COMMANDS["groups"](place.path, f"run:{run}", ["mean"], seeds=1, sizes=[1])
    assert (found["groups"], found["without_group"], found["by"]) == (5, 10, f"run:{run}")
    assert place.run(found["runs"]["mean"]).arrays["names"].tolist() == [f"cluster {each}" for each in range(5)]
    other = found["runs"]["mean"]
    assert "that is no clustering but a groups run" in terminal.refused(
        "groups", place.path, "--by", f"run:{other}", *FEW
    )
    assert "no run 'none' in this workspace" in terminal.refused("groups", place.path, "--by", "run:none", *FEW)


def test_groups_are_selections(place: Workspace) -> None:
    ids = place.table(["id"])["id"].to_pylist()
    chosen = {f"mine {start}": ids[start : start + 6] for start in range(0, 30, 6)}
    found = COMMANDS["groups"](place.path, chosen, ["mean"], seeds=1, sizes=[1])
    assert (found["groups"], found["items"], found["by"]) == (5, 30, "selections")
    with pytest.raises(BadInput, match="is in the groups 'mine 0' and 'two'"):
        COMMANDS["groups"](place.path, chosen | {"two": ids[:3]}, ["mean"])
    with pytest.raises(BadInput, match="group 'two': item none is not among the embedded ones"):
        COMMANDS["groups"](place.path, chosen | {"two": ["none"]}, ["mean"])


def test_groups_among_the_items_with_a_tag(place: Workspace, terminal: Terminal) -> None:
    ids = place.table(["id"])["id"].to_pylist()
    place.set_column("tag", dict.fromkeys(ids[:60], "early"))
    found = terminal.json("groups", place.path, "--by", "label", *FEW, "--tag", "early")
    assert (found["groups"], found["items"], found["tag"]) == (5, 60, "early")
    assert place.run(found["runs"]["mean"]).card.metrics["tag"] == "early"
    assert "3 of its 3 groups hold two items" in terminal.refused(
        "groups", place.path, "--by", "label", *FEW, "--exclude", "early"
    )


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ("colour", "by colour: there is no such column to group by; there are source, caption, label, "),
        ("image", "by image: there is no such column to group by"),
        ("id", "by id: there is no such column to group by"),
        ("one", "by one: all 96 items are in one group, 'same': choose another"),
        ("each", "by each: 0 of its 96 groups hold two items or more, 96 hold one item; 4 are needed"),
        ("even", "by even: 2 of its 2 groups hold two items or more; 4 are needed, half to learn from"),
    ],
)
def test_columns_that_make_no_groups(place: Workspace, terminal: Terminal, column: str, line: str) -> None:
    assert line in terminal.refused("groups", place.path, "--by", column, *FEW)
    assert place.runs() == []


def test_a_workspace_without_embeddings(tmp_path: Path, terminal: Terminal) -> None:
    workspace = Workspace.create(tmp_path / "bare")
    workspace.add([Item("a", None, "one", label="x")])
    assert "no images are embedded" in terminal.refused("groups", workspace.path, "--by", "label", *FEW)


def test_a_stop_keeps_the_methods_that_are_done(place: Workspace) -> None:
    found = COMMANDS["groups"](place.path, "label", ["gaussian"], 2, [1], report=Stop("Gaussian, Wasserstein, split 2"))
    assert found["partial"] is True
    assert list(found["curves"]) == ["mean"]
    assert [card.method for card in place.runs("groups")] == ["mean"]
    with pytest.raises(Cancelled):
        COMMANDS["groups"](place.path, "label", ["gaussian"], 2, [1], report=Stop("Mean, split 1"))
    assert len(place.runs("groups")) == 1


def test_progress_rises_to_its_end(source: str) -> None:
    told: list[Progress] = []
    COMMANDS["groups"](source, "y", ["watched"], 2, [1], report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert {progress.total for progress in told} == {done[-1]}
    assert all(progress.message for progress in told)


def test_cells_as_names() -> None:
    given = [None, float("nan"), "", " a ", 2.0, 2.5, True, 1_000_001.0, 1_000_002.0]
    names = ["", "", "", "a", "2", "2.5", "True", "1000001", "1000002"]
    assert [in_words(value) for value in given] == names
    made = Grouping.of(np.array(["b", "", "a", "b"]))
    assert (made.names.tolist(), made.group.tolist()) == (["a", "b"], [1, -1, 0, 1])
    assert made.of_several().names.tolist() == ["b"]
    assert made.of_several().group.tolist() == [0, -1, -1, 0]


def test_clusters_keep_their_numbers() -> None:
    """Their names are sorted as text, where 10 comes before 2."""
    made = Grouping.of_clusters(np.array([2, -1, 10, 2]))
    assert (made.names.tolist(), made.group.tolist()) == (["cluster 10", "cluster 2"], [1, -1, 0, 1])
    assert made.numbered().tolist() == [2, -1, 10, 2]
    assert made.of_several().numbered().tolist() == [2, -1, -1, 2]
    assert Grouping.of(np.array(["b", "", "a"])).numbered().tolist() == [1, -1, 0]
