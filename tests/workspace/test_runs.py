"""Runs: a card and arrays, kept as they were given."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput, MissingData
from core.workspace import RunCard, Workspace

ARRAYS = {
    "ids": np.array(["ab", "ç€", "c"]),
    "modality": np.array(["image", "text", "text"]),
    "xy": np.arange(6, dtype=np.float32).reshape(3, 2),
    "seen": np.array([True, False, True]),
}
CARD = RunCard("", "map", "tsne", "t-SNE", {"perplexity": np.float32(30), "early": [1, 2]}, 7, metrics={"stress": 0.5})


def test_a_run_comes_back_as_it_was_saved(workspace: Workspace) -> None:
    id = workspace.save_run(CARD, ARRAYS)
    found = Workspace.open(workspace.path).run(id)
    assert id.startswith("map-tsne-")
    assert found.card.created.endswith("+00:00")
    assert replace(found.card, id="", created="", params={}) == replace(CARD, params={})
    assert found.card.params == {"perplexity": 30.0, "early": [1, 2]}
    assert set(found.arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype.kind == array.dtype.kind
        assert (found.arrays[name] == array).all()


def test_runs_are_listed_newest_last_and_by_kind(workspace: Workspace) -> None:
    assert workspace.runs() == []
    ids = [workspace.save_run(replace(CARD, kind=kind), {}) for kind in ("map", "cluster", "map")]
    assert [card.id for card in workspace.runs()] == ids
    assert [card.id for card in workspace.runs("map")] == [ids[0], ids[2]]


def test_a_run_saved_again_is_replaced_and_a_deleted_one_gone(workspace: Workspace) -> None:
    first, second = (workspace.save_run(CARD, ARRAYS) for _ in range(2))
    workspace.save_run(replace(workspace.run(first).card, title="again"), {"xy": ARRAYS["xy"][:1]})
    assert [card.title for card in workspace.runs()] == ["again", "t-SNE"]
    assert workspace.run(first).arrays["xy"].shape == (1, 2)
    workspace.delete_run(first)
    workspace.delete_run("it's nobody")
    assert [card.id for card in workspace.runs()] == [second]
    with pytest.raises(MissingData, match="no run"):
        workspace.run(first)


def test_python_objects_are_refused_so_that_nothing_is_pickled(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="'labels' holds Python objects"):
        workspace.save_run(CARD, {"labels": np.array([{}, None])})
    with pytest.raises(BadInput, match=r"cannot hold \w*Path"):
        workspace.save_run(replace(CARD, params={"file": Path("x")}), {})
    assert workspace.runs() == []
