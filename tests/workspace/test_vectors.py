"""Embeddings: a table a model, in the items' order, never twice."""

from pathlib import Path

import lance
import numpy as np
import pytest

from core.errors import BadInput, MissingData
from core.sources import Item
from core.workspace import Embedded, Workspace
from core.workspace.store import COMPACT_FROM
from core.workspace.vectors import table_name
from tests.sources.making import png
from tests.workspace.making import items, vectors

MODELS = ["pocket", "ViT-B-32:openai", "hf-hub:org/name_x", "ViT-B-32:/path with space/ä~%.safetensors"]


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.add([*items(6), Item("words", None, "only words"), Item("mute", png((9, 9, 9)))])
    return workspace


@pytest.mark.parametrize("model", MODELS)
def test_vectors_come_back_in_the_items_order(workspace: Workspace, model: str) -> None:
    ids = workspace.missing(model, "image")
    assert len(ids) == 7
    x = vectors(7)
    workspace.add_embeddings(model, "image", ids[3:], x[3:])
    assert workspace.missing(model, "image") == ids[:3]
    workspace.add_embeddings(model, "image", ids[:3], x[:3])
    found = workspace.embeddings(model, "image")
    assert found.ids.tolist() == ids
    assert (found.vectors == x).all()
    assert (workspace.embeddings(model, "image", [ids[5], ids[1]]).vectors == x[[5, 1]]).all()
    assert workspace.models() == [Embedded(model, "image", 7, 4)]


def test_captions_are_embedded_where_there_are_some(workspace: Workspace) -> None:
    captions = workspace.table(["caption"], workspace.missing("pocket", "text"))["caption"].to_pylist()
    assert captions == [*(f"caption {n}" for n in range(6)), "only words"]


def test_models_stand_side_by_side(workspace: Workspace) -> None:
    ids = workspace.missing("a", "image")
    workspace.add_embeddings("a", "image", ids, vectors(7))
    workspace.add_embeddings("a", "text", ids[:2], vectors(2))
    workspace.add_embeddings("b", "image", ids[:1], vectors(1, dimension=9))
    assert workspace.models() == [
        Embedded("a", "image", 7, 4),
        Embedded("a", "text", 2, 4),
        Embedded("b", "image", 1, 9),
    ]
    assert len(workspace.embeddings("b", "text")) == 0


def test_an_embedding_is_written_once(workspace: Workspace) -> None:
    ids = workspace.missing("a", "image")
    first, second = vectors(7, seed=1), vectors(7, seed=2)
    workspace.add_embeddings("a", "image", ids[:4], first[:4])
    version = workspace.version
    workspace.add_embeddings("a", "image", ids[:4], second[:4])
    assert workspace.version == version
    Workspace.open(workspace.path).add_embeddings("a", "image", ids, second)
    found = workspace.embeddings("a", "image")
    assert (found.vectors == np.concatenate([first[:4], second[4:]])).all()


def test_what_is_no_embedding_is_refused(workspace: Workspace) -> None:
    ids = workspace.missing("a", "image")
    workspace.add_embeddings("a", "image", ids[:1], vectors(1))
    for bad, words in ((2 * vectors(2), "norm 2.0"), (vectors(2, dimension=5), "4 dimensions"), (vectors(3), "ids")):
        with pytest.raises(BadInput, match=words):
            workspace.add_embeddings("a", "image", ids[1:3], bad)
    with pytest.raises(BadInput, match="not finite"):
        workspace.add_embeddings("a", "image", ids[:1], np.full((1, 4), np.nan, np.float32))
    with pytest.raises(BadInput, match="choose image or text"):
        workspace.missing("a", "sound")
    assert workspace.models() == [Embedded("a", "image", 1, 4)]


def test_what_is_not_embedded_is_said_so(workspace: Workspace) -> None:
    ids = workspace.missing("a", "image")
    with pytest.raises(MissingData, match="nothing here is embedded with 'a'"):
        workspace.embeddings("a", "image")
    workspace.add_embeddings("a", "image", ids[:2], vectors(2))
    with pytest.raises(MissingData, match="1 of 2 items lack a image embedding by 'a'"):
        workspace.embeddings("a", "image", ids[1:3])


def test_a_changed_caption_is_embedded_anew(workspace: Workspace) -> None:
    ids = workspace.missing("a", "text")
    workspace.add_embeddings("a", "text", ids, vectors(7))
    workspace.add_embeddings("a", "image", ids[:6], vectors(6))
    workspace.set_column("caption", {ids[0]: "caption 0", ids[2]: "another"})
    assert workspace.missing("a", "text") == [ids[2]]
    assert len(workspace.embeddings("a", "image")) == 6


def test_what_one_model_has_embedded_is_deleted_and_can_come_again(workspace: Workspace) -> None:
    ids = workspace.missing("a", "image")
    for model in ("a", "b"):
        workspace.add_embeddings(model, "image", ids, vectors(7))
    version = workspace.version
    workspace.delete_embeddings("a")
    workspace.delete_embeddings("never there")
    assert workspace.models() == [Embedded("b", "image", 7, 4)]
    assert workspace.version > version
    assert len(workspace.embeddings("a", "image")) == 0
    assert Workspace.open(workspace.path).missing("a", "image") == ids
    workspace.add_embeddings("a", "image", ids[:3], vectors(3, seed=1))
    assert (workspace.embeddings("a", "image").vectors == vectors(3, seed=1)).all()


def test_the_fingerprint_changes_with_the_vectors(workspace: Workspace) -> None:
    ids = workspace.missing("a", "image")
    workspace.add_embeddings("a", "image", ids[:3], vectors(3))
    before = workspace.fingerprint("a", "image")
    assert Workspace.open(workspace.path).fingerprint("a", "image") == before
    workspace.add_embeddings("a", "image", ids[3:], vectors(4))
    assert workspace.fingerprint("a", "image") != before


def test_names_of_tables_are_plain_and_distinct() -> None:
    names = [table_name(model) for model in MODELS]
    assert len(set(names)) == len(MODELS)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") for name in names)


def test_a_table_that_is_just_being_made_is_not_there_yet(workspace: Workspace) -> None:
    workspace.add_embeddings("pocket", "image", workspace.missing("pocket", "image"), vectors(7))
    (Path(workspace.path) / f"{table_name('other')}.lance").mkdir()
    assert [each.model for each in workspace.models()] == ["pocket"]
    assert workspace.version > 0


def test_many_small_writes_end_in_few_files(workspace: Workspace) -> None:
    workspace.add(items(70, first=10))
    ids = workspace.missing("pocket", "image")
    for id, row in zip(ids, vectors(len(ids)), strict=True):
        workspace.add_embeddings("pocket", "image", [id], row[None])
    assert workspace.missing("pocket", "image") == []
    newest = lance.dataset(str(Path(workspace.path) / "embeddings_pocket.lance"))
    assert newest.count_rows() == len(ids) > 70
    assert len(newest.get_fragments()) <= COMPACT_FROM
