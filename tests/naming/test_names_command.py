"""The command `names`: JSON as promised, never words that nobody wrote, one line and status 2 for bad input."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core import encoders
from core.commands import COMMANDS
from core.errors import Cancelled, MissingWeights
from core.maps.neighbours import normalised
from core.naming.phrases import holds
from core.sources import Item
from core.workspace import Workspace
from tests.clustering.making import Stop
from tests.semantics.making import DIMENSIONS, Encoder, meaning
from tests.sources.making import png
from tests.terminal import Terminal
from tests.workspace.making import fill

THINGS = {"cat": ("a black cat", "two cats on a sofa", "cat asleep"), "boat": ("a sailing boat", "boats", "a red boat")}
COUNT = 60


@pytest.fixture
def place(place: Workspace) -> Workspace:
    """Cats and boats; the images of each lie towards its own word. `sort` says which, `other` nothing."""
    kinds = [list(THINGS)[row % 2] for row in range(COUNT)]
    captions = [f"{THINGS[kind][row % 3]}, number {row % 5}" for row, kind in enumerate(kinds)]
    again = ["" if row < 40 else " again" for row in range(COUNT)]
    items = [Item(f"{row}.png", png((row, 2 * row, 7)), captions[row] + again[row]) for row in range(COUNT)]
    noise = 0.3 * np.random.default_rng(0).normal(size=(COUNT, DIMENSIONS))
    x = normalised((np.stack([meaning(kind) for kind in kinds]) + noise).astype(np.float32))
    ids = fill(place, items, x, np.stack([meaning(each.caption) for each in items]))
    place.set_column("sort", dict(zip(ids, kinds, strict=True)))
    place.set_column(
        "label", {id: "vessel" if kind == "boat" else "animal" for id, kind in zip(ids, kinds, strict=True)}
    )
    return place


def test_json_as_promised(place: Workspace, encoder: Encoder, terminal: Terminal) -> None:
    found = terminal.json("names", place.path, "--by", "sort")
    keys = {"run", "by", "from", "method", "rank", "model", "items", "without_group", "names", "seconds"}
    assert set(found) == keys
    assert (found["by"], found["from"], found["method"], found["rank"]) == ("sort", "captions", "log-odds", "both")
    boats, cats = found["names"]
    assert (boats["group"], cats["group"], boats["items"]) == ("boat", "cat", COUNT // 2)
    assert (boats["name"], cats["name"]) == ("boat", "cat")
    first = boats["phrases"][0]
    assert set(first) == {"phrase", "weight", "share", "others", "cosine"}
    assert first["share"] > first["others"] == 0
    assert 0 < first["cosine"] <= 1
    assert len(boats["captions"]) == 3
    assert len({each["caption"] for each in boats["captions"]}) == 3
    captions = dict(zip(*place.table(["caption"]).to_pydict().values(), strict=True))
    assert all(captions[each["id"]] == each["caption"] and "boat" in each["caption"] for each in boats["captions"])


def test_the_run_holds_the_names(place: Workspace, encoder: Encoder) -> None:
    found = COMMANDS["names"](place.path, "sort")
    run = place.run(found["run"])
    card = run.card
    assert (card.kind, card.method, card.model, card.items) == ("names", "log-odds", "pocket", COUNT)
    assert card.metrics["names"] == {"boat": "boat", "cat": "cat"}
    assert (card.metrics["by"], card.metrics["from"]) == ("sort", "captions")
    assert json.loads(run.arrays["groups"][0]) == found["names"]
    json.dumps([found, asdict(card)])


def test_clusters_of_a_run_in_their_order(place: Workspace, encoder: Encoder) -> None:
    run = COMMANDS["cluster"](place.path, ["kmeans"], k=12, seeds=1)["runs"][0]["run"]
    found = COMMANDS["names"](place.path, f"run:{run}")
    assert [each["group"] for each in found["names"]] == [f"cluster {number}" for number in range(12)]
    assert [each["number"] for each in found["names"]] == list(range(12))
    assert place.run(found["run"]).card.metrics["by"] == f"run:{run}"


@pytest.mark.parametrize("rank", ["both", "words", "clip"])
@pytest.mark.parametrize("method", ["log-odds", "class-tfidf"])
def test_no_phrase_is_made_up(place: Workspace, encoder: Encoder, rank: str, method: str) -> None:
    """Each stands word for word in a caption of its own group, as often as is said."""
    rows = place.table(["caption", "sort"]).to_pylist()
    found = COMMANDS["names"](place.path, "sort", method, rank=rank, phrases=20)["names"]
    assert {each["group"] for each in found} == {row["sort"] for row in rows if row["sort"]}
    for each in found:
        captions = [row["caption"] for row in rows if row["sort"] == each["group"]]
        assert each["phrases"]
        for phrase in each["phrases"]:
            share = np.mean([holds(caption, phrase["phrase"]) for caption in captions])
            assert phrase["share"] == pytest.approx(share, abs=1e-6)
            assert share > 0
        assert all(part in {phrase["phrase"] for phrase in each["phrases"]} for part in each["name"].split(", "))


def test_words_of_a_list_and_no_others(place: Workspace, encoder: Encoder, tmp_path: Path) -> None:
    given = ["cat", "boat", "a Tree", "bus, no less"]
    (tmp_path / "words.txt").write_text("\n".join(given))
    by_file = COMMANDS["names"](place.path, "sort", file=str(tmp_path / "words.txt"))
    typed = COMMANDS["names"](place.path, "sort", prompts=given)
    assert by_file["names"] == typed["names"]
    assert (typed["from"], typed["rank"], typed["method"]) == ("prompts", "clip", "prompts")
    for each in typed["names"]:
        assert each["name"] == each["group"]
        assert {phrase["phrase"] for phrase in each["phrases"]} == set(given)
        assert each["phrases"][0]["weight"] is None
    values = COMMANDS["names"](place.path, "sort", values="label")
    assert values["from"] == "values of label"
    assert {phrase["phrase"] for each in values["names"] for phrase in each["phrases"]} == {"animal", "vessel"}


def test_items_without_captions_are_named_by_their_labels(place: Workspace, encoder: Encoder) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("caption", dict.fromkeys(ids, ""))
    found = COMMANDS["names"](place.path, "sort")
    assert found["from"] == "values of label"
    assert all(each["captions"] == [] for each in found["names"])


def test_without_weights_words_alone_decide(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> None:
        raise MissingWeights("pocket is not here")

    monkeypatch.setattr(encoders, "load", nowhere)
    found = COMMANDS["names"](place.path, "sort")
    assert found["rank"] == "words"
    assert found["warning"] == "phrases are ranked by words alone: pocket is not here"
    assert found["names"] == COMMANDS["names"](place.path, "sort", rank="words")["names"]


@pytest.mark.parametrize("rank", ["words", "both"])
def test_as_many_phrases_are_given_as_are_asked_for(place: Workspace, encoder: Encoder, rank: str) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("caption", dict.fromkeys(ids[0::2], ", ".join(f"cat{number}" for number in range(60))))
    found = COMMANDS["names"](place.path, "sort", rank=rank, phrases=50)["names"]
    assert {each["group"]: len(each["phrases"]) for each in found}["cat"] == 50


def test_a_group_without_captions_has_no_name(place: Workspace, encoder: Encoder) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("caption", dict.fromkeys(ids[0::2], ""))
    names = {each["group"]: each["name"] for each in COMMANDS["names"](place.path, "sort")["names"]}
    assert names["cat"] is None
    assert names["boat"]


def test_arrays_of_a_file(tmp_path: Path, encoder: Encoder, terminal: Terminal) -> None:
    source = str(tmp_path / "rows.npz")
    x = normalised(np.stack([meaning(word) for word in ["cat", "boat"] * 8]))
    np.savez(source, x=x, y=np.arange(16) % 2)
    found = COMMANDS["names"](source, "y", prompts=["cat", "boat"], model="pocket")
    assert [each["name"] for each in found["names"]] == ["cat", "boat"]
    assert found["run"] is None
    assert "names need a list: give prompts" in terminal.refused("names", source, "--by", "y")


def test_bad_input_is_one_line(place: Workspace, encoder: Encoder, terminal: Terminal) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("one", dict.fromkeys(ids, "same"))
    place.set_column("none", {ids[0]: ""})
    assert "by nothing: there is no such column" in terminal.refused("names", place.path, "--by", "nothing")
    assert "all items are in one group" in terminal.refused("names", place.path, "--by", "one")
    assert "none of the 60 items has a group" in terminal.refused("names", place.path, "--by", "none")
    assert "no run 'x' in this workspace" in terminal.refused("names", place.path, "--by", "run:x")
    assert "rank='best' is not one of both, words, clip" in terminal.refused(
        "names", place.path, "--by", "sort", "--rank", "best"
    )
    assert "phrases=0 is not between 1 and 50" in terminal.refused(
        "names", place.path, "--by", "sort", "--phrases", "0"
    )
    assert "no method 'luck' in naming" in terminal.refused("names", place.path, "--by", "sort", "--method", "luck")
    assert "cannot be read" in terminal.refused("names", place.path, "--by", "sort", "--prompts", "/no/file")
    assert "values none: no item has a value there" in terminal.refused(
        "names", place.path, "--by", "sort", "--values", "none"
    )
    pictures = "the column 'image' holds pictures, not words"
    assert pictures in terminal.refused("names", place.path, "--by", "sort", "--values", "image")
    both = ("--by", "sort", "--values", "label", "--prompts", "/no/file")
    assert "names come from one list" in terminal.refused("names", place.path, *both)
    assert place.runs("names") == []


def test_stopped_it_keeps_nothing(place: Workspace, encoder: Encoder) -> None:
    with pytest.raises(Cancelled):
        COMMANDS["names"](place.path, "sort", report=Stop("reading the prompts"))
    assert place.runs() == []


def test_a_person_reads_a_table(place: Workspace, encoder: Encoder, terminal: Terminal) -> None:
    output = terminal.text("names", place.path, "--by", "sort")
    assert "nearest caption" in output
    assert "boat" in output
