"""The command `care`: JSON as promised, a run a check, tags and files, one line and status 2 for bad input."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.commands import COMMANDS
from core.errors import BadInput, Cancelled
from core.progress import Progress
from core.workspace import Workspace
from tests.clustering.making import Stop
from tests.semantics.making import ITEMS, unit, workspace
from tests.terminal import Terminal
from tests.workspace.making import fill, items

CHECKS = ["duplicates", "labels", "mismatches", "outliers"]


@pytest.fixture
def place(place: Workspace, tmp_path: Path) -> Workspace:
    """Items 30 and 31 look like item 0; items 0 and 1 have each other's labels; 10 and 12 each other's captions."""
    plain = workspace(tmp_path / "plain")
    image, text = (plain.embeddings("pocket", modality).vectors.copy() for modality in ("image", "text"))
    image[[30, 31]] = image[0]
    text[[10, 12]] = text[[12, 10]]
    ids = fill(place, items(ITEMS), image, text)
    place.set_column("label", {ids[0]: "odd", ids[1]: "even"})
    return place


def test_json_as_promised(place: Workspace, terminal: Terminal) -> None:
    found = json.loads(terminal.text("care", place.path, "--json", "-", "--top", "6"))
    assert set(found) == {"items", "model", "space", "kinds", "column", "seconds"}
    assert list(found["kinds"]) == CHECKS
    for told in found["kinds"].values():
        names = {"run", "title", "space", "ranked", "flagged", "figures", "seconds", "found"}
        assert set(told) == names
        assert len(told["found"]) == 6
        assert {"id", "score", "flagged", "caption"} <= set(told["found"][0])
    ids = place.table([])["id"].to_pylist()
    copies = found["kinds"]["duplicates"]["found"][:3]
    assert [(each["id"], each["extra"]) for each in copies] == [(ids[0], False), (ids[30], True), (ids[31], True)]
    assert copies[1]["nearest"] in (ids[0], ids[31])
    assert {each["id"] for each in found["kinds"]["labels"]["found"]} >= {ids[1]}
    mismatched = found["kinds"]["mismatches"]
    assert mismatched["space"] == "both"
    assert mismatched["found"][0]["instead"] in ids


def test_each_check_is_a_run_with_its_card(place: Workspace) -> None:
    found = COMMANDS["care"](place.path, label="label")
    assert set(found["kinds"]) == {"duplicates", "mismatches", "labels", "outliers"}
    for kind, told in found["kinds"].items():
        run = place.run(told["run"])
        card, arrays = run.card, run.arrays
        assert (card.kind, card.method, card.title, card.items) == ("care", kind, told["title"], ITEMS)
        assert card.metrics["flagged"] == told["flagged"] == int(arrays["flagged"].sum())
        assert (card.metrics.get("label") == "label") == (kind == "labels")
        assert arrays["ids"].tolist() == place.table([])["id"].to_pylist()
        assert arrays["ids"][arrays["ranked"][:20]].tolist() == [each["id"] for each in told["found"]]
        json.dumps(asdict(card))
    json.dumps(found)


def test_what_is_flagged_becomes_a_column_that_others_exclude(place: Workspace) -> None:
    """Of near-duplicates the first stays."""
    ids = place.table([])["id"].to_pylist()
    found = COMMANDS["care"](place.path, ["duplicates"], write="again")
    marked = place.table(["again"])["again"].to_pylist()
    assert found["column"] == "again"
    assert [id for id, truth in zip(ids, marked, strict=True) if truth] == [ids[30], ids[31]]
    left = COMMANDS["care"](place.path, ["duplicates"], exclude="again")
    assert (left["items"], left["kinds"]["duplicates"]["flagged"]) == (ITEMS - 2, 0)
    assert place.run(left["kinds"]["duplicates"]["run"]).card.metrics["exclude"] == "again"
    COMMANDS["care"](place.path, ["outliers"], write="again")
    assert sum(place.table(["again"])["again"].to_pylist()) == 0


def test_nobodys_own_column_is_written_over(place: Workspace, terminal: Terminal) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("liked", {ids[3]: True})
    place.set_column("size", dict.fromkeys(ids, 2.0))
    for column in ("liked", "size"):
        assert f"column {column}: that would overwrite" in terminal.refused("care", place.path, "--write", column)
    assert place.runs() == []
    assert [id for id, liked in zip(*place.table(["liked"]).to_pydict().values(), strict=True) if liked] == [ids[3]]


def test_where_every_check_is_refused_no_file_and_no_column_is_left(
    tmp_path: Path, place: Workspace, terminal: Terminal
) -> None:
    place.set_column("label", dict.fromkeys(place.table([])["id"].to_pylist(), "same"))
    out = tmp_path / "care.csv"
    assert "1 classes" in terminal.refused(
        "care", place.path, "--kind", "labels", "--write", "odd ones", "--out", str(out)
    )
    assert not out.exists()
    assert "odd ones" not in place.columns()


def test_every_ranked_item_goes_into_a_file(place: Workspace, tmp_path: Path) -> None:
    found = COMMANDS["care"](place.path, ["labels", "outliers"], out=str(tmp_path / "care.csv"))
    rows = list(csv.DictReader((tmp_path / "care.csv").open()))
    assert len(rows) == 2 * ITEMS
    first = found["kinds"]["labels"]["found"][0]
    assert (rows[0]["check"], rows[0]["rank"], rows[0]["id"]) == ("labels", "1", first["id"])
    assert (rows[0]["suggested"], rows[0]["caption"]) == (first["suggested"], first["caption"])
    with pytest.raises(BadInput, match=r"^/no/such/x\.csv cannot be written"):
        COMMANDS["care"](place.path, ["outliers"], out="/no/such/x.csv")


def test_captions_are_looked_at_too(place: Workspace) -> None:
    found = COMMANDS["care"](place.path, ["duplicates", "outliers"], space="captions")
    assert found["space"] == "captions"
    assert {told["space"] for told in found["kinds"].values()} == {"captions"}


def test_arrays_of_a_file(tmp_path: Path, terminal: Terminal) -> None:
    source, x = str(tmp_path / "rows.npz"), unit(30)
    np.savez(source, x=np.vstack([x, x[:1]]), y=np.arange(31) % 2)
    found = COMMANDS["care"](source)
    assert list(found["kinds"]) == ["duplicates", "labels", "outliers"]
    assert found["refused"] == [{"kind": "mismatches", "reason": found["refused"][0]["reason"]}]
    assert found["kinds"]["duplicates"]["run"] is None
    assert [each["id"] for each in found["kinds"]["duplicates"]["found"][:2]] == ["0", "30"]
    assert "a .npz has no columns" in terminal.refused("care", source, "--write", "x")
    np.savez(source, image=x, text=x[::-1])
    assert list(COMMANDS["care"](source)["kinds"]) == ["duplicates", "mismatches", "outliers"]


def test_bad_input_is_one_line(place: Workspace, terminal: Terminal) -> None:
    assert "no method 'beauty' in care; choose from duplicates, labels" in terminal.refused(
        "care", place.path, "--kind", "beauty"
    )
    assert "top=0 is below 1" in terminal.refused("care", place.path, "--top", "0")
    assert "space both: choose images or captions" in terminal.refused("care", place.path, "--space", "both")
    assert "space map:x: a map tears groups apart" in terminal.refused("care", place.path, "--space", "map:x")
    assert "has no parameter 'blur'" in terminal.refused("care", place.path, "--set", "blur=3")
    assert "k='many' is not a int" in terminal.refused("care", place.path, "--kind", "outliers", "--set", "k=many")
    assert "no column 'nothing'" in terminal.refused("care", place.path, "--label", "nothing")
    assert "belongs to the workspace" in terminal.refused("care", place.path, "--write", "thumbnail")
    assert "overwrite what the items hold" in terminal.refused("care", place.path, "--write", "caption")
    assert place.runs() == []


def test_a_check_that_cannot_be_costs_no_other(place: Workspace, terminal: Terminal) -> None:
    place.set_column("label", dict.fromkeys(place.table([])["id"].to_pylist(), "same"))
    found = COMMANDS["care"](place.path)
    assert [each["kind"] for each in found["refused"]] == ["labels"]
    assert len(found["kinds"]) == 3
    assert "1 classes of two items or more" in terminal.refused("care", place.path, "--kind", "labels")


def test_stopped_it_keeps_what_is_done(place: Workspace) -> None:
    def report(progress: Progress) -> None:
        if progress.done > 1_000:
            raise Cancelled("stopped")

    found = COMMANDS["care"](
        place.path, ["duplicates", "labels", "outliers"], params={"by": "classifier"}, report=report
    )
    assert found["partial"] is True
    assert list(found["kinds"]) == ["duplicates"]
    assert len(place.runs("care")) == 1
    with pytest.raises(Cancelled):
        COMMANDS["care"](place.path, report=Stop())


def test_a_person_reads_a_table(place: Workspace, terminal: Terminal) -> None:
    output = terminal.text("care", place.path, "--top", "3")
    assert "Caption–image mismatches" in output
    assert "limit" in output
