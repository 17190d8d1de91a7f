"""Several captions an item: kept in order, each with an id and an embedding of its own."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from core.errors import MissingData
from core.sources import Item
from core.workspace import Workspace
from core.workspace.captions import caption_id, caption_ids, item_of, number_of
from core.workspace.shipping import export, restore
from tests.sources.making import BLUE, GREEN, RED, png
from tests.workspace.making import items, vectors


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    """Three captions, none, one, and two without a picture."""
    workspace.add(
        [
            Item("a", png(RED), captions=("one", "two", "three")),
            Item("b", png(GREEN)),
            Item("c", png(BLUE), "blue"),
            Item("d", captions=("words", "more words")),
        ]
    )
    return workspace


def ids(workspace: Workspace) -> list[str]:
    return workspace.table(["id"])["id"].to_pylist()


def captions(workspace: Workspace) -> list[list[str]]:
    return workspace.table(["captions"])["captions"].to_pylist()


def test_a_caption_has_an_id_from_which_its_item_is_known() -> None:
    assert [caption_id("ab", number) for number in range(3)] == ["ab", "ab#1", "ab#2"]
    assert caption_ids(["x", "y", "z"], [("1", "2"), (), ("3",)]) == ["x", "x#1", "z"]
    assert [item_of(each) for each in ("ab", "ab#12", "a#b")] == ["ab", "ab", "a#b"]
    assert [number_of(each) for each in ("ab", "ab#12", "a#b")] == [0, 12, 0]


def test_all_of_them_come_back(workspace: Workspace) -> None:
    assert captions(workspace) == [["one", "two", "three"], [], ["blue"], ["words", "more words"]]
    table = workspace.table(["captions", "source", "caption"], ids(workspace)[::-1])
    assert table.column_names == ["id", "captions", "source", "caption"]
    assert table["caption"].to_pylist() == ["words", "blue", "", "one"]
    assert table["captions"].to_pylist() == captions(workspace)[::-1]
    assert workspace.table().column_names == ["id", "source", "caption", "label"]
    assert workspace.columns() == {}


def test_one_caption_each_needs_no_list(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "lab")
    made.add(items(3))
    assert captions(made) == [["caption 0"], ["caption 1"], ["caption 2"]]
    assert "further_captions" not in made._store.table("items").schema().names


def test_each_lacks_its_embedding(workspace: Workspace) -> None:
    a, _, c, d = ids(workspace)
    every = [a, f"{a}#1", f"{a}#2", c, d, f"{d}#1"]
    assert workspace.missing("m", "text") == every
    assert workspace.captions([d, f"{a}#2", f"{d}#1", f"{c}#7"]) == ["words", "three", "more words", ""]
    workspace.add_embeddings("m", "text", [f"{d}#1", a, f"{a}#2"], vectors(3))
    assert workspace.missing("m", "text") == [f"{a}#1", c, d]
    assert workspace.caption_embeddings("m").ids.tolist() == [a, f"{a}#2", f"{d}#1"]
    assert np.array_equal(workspace.caption_embeddings("m").vectors, vectors(3)[[1, 2, 0]])
    assert workspace.embeddings("m", "text").ids.tolist() == [a]
    with pytest.raises(MissingData, match="1 of 2 items lack a text embedding"):
        workspace.embeddings("m", "text", [a, c])
    assert [(each.modality, each.count) for each in workspace.models()] == [("text", 3)]


def test_the_fingerprint_knows_every_caption(workspace: Workspace) -> None:
    first = [each for each in workspace.missing("m", "text") if "#" not in each]
    workspace.add_embeddings("m", "text", first, vectors(3))
    before = workspace.fingerprint("m", "text")
    workspace.add_embeddings("m", "text", workspace.missing("m", "text")[:1], vectors(1, seed=1))
    assert workspace.fingerprint("m", "text") != before
    assert len(workspace.embeddings("m", "text")) == 3


def test_the_same_picture_with_another_caption_has_both(workspace: Workspace) -> None:
    given = [Item("x", png(RED), "two"), Item("y", png(RED), "four"), Item("z", png(GREEN), "green")]
    added = workspace.add([*given, Item("y", png(RED), "five"), Item("new", png(), captions=("x", "y"))], batch=9)
    assert (added.added, added.skipped, added.captions) == (0, 5, 5)
    assert captions(workspace)[:2] == [["one", "two", "three", "four", "five", "x", "y"], ["green"]]
    again = workspace.add(given)
    assert (again.skipped, again.captions) == (3, 0)


def test_rows_of_one_batch_are_one_item(tmp_path: Path) -> None:
    made, heard = Workspace.create(tmp_path / "lab"), []
    rows = [Item("a", png(), "one"), Item("a", png(), "two"), Item("b", png(), "three", "sky", {"n": 1})]
    added = made.add(rows, heard.append)
    assert (added.added, added.skipped, added.captions) == (1, 2, 2)
    assert heard[-1].message == "1 items added, 2 captions added to items that were here"
    (row,) = made.table(["captions", "label", "n"]).to_pylist()
    assert (row["captions"], row["label"], row["n"]) == (["one", "two", "three"], "sky", 1)


def embedded(workspace: Workspace) -> list[str]:
    every = workspace.missing("m", "text")
    workspace.add_embeddings("m", "text", every, vectors(len(every)))
    return every


def test_a_changed_caption_is_embedded_anew_and_no_other(workspace: Workspace) -> None:
    embedded(workspace)
    a, b, c, d = ids(workspace)
    workspace.set_captions({a: ["one", "2", "three", "four"], b: ["green"], c: ["blue"], d: ["words"]})
    assert captions(workspace) == [["one", "2", "three", "four"], ["green"], ["blue"], ["words"]]
    assert workspace.missing("m", "text") == [f"{a}#1", f"{a}#3", b]
    workspace.set_captions({d: ["words", "others"]})
    assert workspace.missing("m", "text") == [f"{a}#1", f"{a}#3", b, f"{d}#1"]
    with pytest.raises(MissingData, match="the first is nobody"):
        workspace.set_captions({"nobody": ["x"]})


def test_the_first_caption_is_set_as_a_column_is(workspace: Workspace) -> None:
    embedded(workspace)
    a, b, c, d = ids(workspace)
    workspace.set_column("caption", {a: "two", c: None, d: "words", b: 7})
    assert captions(workspace) == [["two", "three"], ["7"], [], ["words", "more words"]]
    assert workspace.missing("m", "text") == [a, f"{a}#1", b]
    assert workspace.caption_embeddings("m").ids.tolist() == [d, f"{d}#1"]
    workspace.set_column("caption", {d: ""})
    assert (captions(workspace)[3], workspace.table(["caption"])["caption"][3].as_py()) == (
        ["more words"],
        "more words",
    )


def older(path: Path) -> Workspace:
    """As it was made before: all captions of an item in a column of text."""
    made = Workspace.create(path)
    made.add(items(2))
    made._store.table("items").add_columns([pa.field("captions", pa.string())])
    first = ids(made)[0]
    made._store.table("items").merge("id", pa.table({"id": [first], "captions": ["caption 0\nanother"]}))
    return Workspace.open(path)


def test_an_older_workspace_opens_and_takes_more(tmp_path: Path) -> None:
    workspace = older(tmp_path / "lab")
    first, second = ids(workspace)
    assert captions(workspace) == [["caption 0", "another"], ["caption 1"]]
    assert workspace.columns() == {}
    assert workspace.missing("m", "text") == [first, f"{first}#1", second]
    workspace.add([Item("again", items(1)[0].image, "a third"), *items(4)])
    assert captions(workspace)[:2] == [["caption 0", "another", "a third"], ["caption 1"]]
    workspace.set_captions({first: ["only this"]})
    assert captions(workspace)[0] == ["only this"]
    assert workspace.count() == 4


def test_they_go_out_and_come_back_with_their_vectors(workspace: Workspace, tmp_path: Path) -> None:
    every = embedded(workspace)
    export(workspace, tmp_path / "out")
    back = restore(tmp_path / "out", tmp_path / "back")
    assert captions(back) == captions(workspace)
    assert back.caption_embeddings("m").ids.tolist() == every
    assert abs(back.caption_embeddings("m").vectors - workspace.caption_embeddings("m").vectors).max() < 1e-3
    assert back.table().equals(workspace.table())
    assert back.add([Item("x", png(RED), "six")]).captions == 1


@pytest.mark.parametrize("given", [[["x", "y"], None], ["x\ny", None]])
def test_a_set_of_captions_alone_opens(tmp_path: Path, given: list) -> None:
    parquet.write_table(pa.table({"image": [png(RED), png(BLUE)], "captions": given}), tmp_path / "items.parquet")
    assert captions(restore(tmp_path, tmp_path / "lab")) == [["x", "y"], []]
