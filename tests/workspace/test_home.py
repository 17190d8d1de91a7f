"""Workspaces by name; a bundled set is restored at its first use."""

import os
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from core.errors import BadInput, MissingData
from core.sources import bundled
from core.workspace import Workspace, copy, create_named, delete, home, open_named, workspaces
from core.workspace.shipping import export, restore
from tests.sources.making import BLUE, GREEN, RED, encoded, jpeg, pixels, png
from tests.workspace.making import items, vectors
from tests.workspace.test_runs import ARRAYS, CARD


@pytest.fixture(autouse=True)
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bundled, "ASSETS", tmp_path / "assets")
    return tmp_path / "assets"


def bundle(folder: Path, pictures: list[bytes], **columns: list) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    captions = [f"caption {n}" for n in range(len(pictures))]
    parquet.write_table(pa.table({"image": pictures, "caption": captions, **columns}), folder / "items.parquet")


def test_home_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home() == tmp_path / "home"
    monkeypatch.delenv("CLIPSCAPE_HOME")
    assert home() == Path.home() / ".clipscape"


def test_own_workspaces_by_name() -> None:
    assert workspaces() == []
    create_named("Mäuse 2.0").add(items(2))
    assert workspaces() == ["Mäuse 2.0"]
    assert open_named("Mäuse 2.0").count() == 2
    with pytest.raises(BadInput, match="a workspace already"):
        create_named("Mäuse 2.0")
    with pytest.raises(MissingData, match=r"no workspace 'cats'; there are Mäuse 2\.0"):
        open_named("cats")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", ".hidden", "x" * 64, "a\n", "dot.", "-x"]
)
def test_names_that_no_folder_should_have(name: str) -> None:
    for attempt in (open_named, create_named):
        with pytest.raises(BadInput, match="letters, digits"):
            attempt(name)


def test_a_bundled_set_opens_with_pictures_alone(assets: Path) -> None:
    large = encoded(Image.effect_noise((400, 300), 90).convert("RGB"), "PNG")
    bundle(assets / "emoji", [png(RED), png(GREEN), png(RED), large], label=["a", None, "a", "b"], size=[1, 2, 3, 4])
    assert workspaces() == ["emoji"]
    workspace = open_named("emoji")
    table = workspace.table().to_pylist()
    assert [(row["caption"], row["label"], row["size"]) for row in table] == [
        ("caption 0", "a", 1),
        ("caption 1", "", 2),
        ("caption 3", "b", 4),
    ]
    ids = [row["id"] for row in table]
    assert ids == list(Workspace.create(home() / "other").add([*map(_item, [png(RED), png(GREEN), large])]).ids)
    assert workspace.image(ids[2]) == large
    assert pixels(workspace.thumbnails(ids)[ids[2]]).shape == (96, 128, 3)
    assert workspace.models() == workspace.runs() == []
    assert Workspace.create(home() / "third").add([_item(png(BLUE))]).added == 1


def _item(data: bytes):
    from core.sources import Item

    return Item("x", data)


def test_a_workspace_goes_out_and_comes_back(assets: Path, tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "lab")
    ids = list(made.add([*items(5), _item(jpeg(size=(640, 480)))]).ids)
    made.set_column("tag", {ids[1]: "x"})
    made.add_embeddings("ViT-B-32:openai", "image", ids[::-1], vectors(6))
    made.add_embeddings("pocket", "text", ids[:2], vectors(2, dimension=7))
    run = made.save_run(CARD, ARRAYS)
    export(made, assets / "set")
    back = open_named("set")
    assert back.table().equals(made.table())
    assert [back.image(id) for id in ids] == [made.image(id) for id in ids]
    assert back.models() == made.models()
    for each in made.models():
        found, given = (w.embeddings(each.model, each.modality) for w in (back, made))
        assert found.ids.tolist() == given.ids.tolist()
        assert abs(found.vectors - given.vectors).max() < 1e-3
    assert back.run(run).card == made.run(run).card
    assert (back.run(run).arrays["xy"] == ARRAYS["xy"]).all()


def test_an_empty_workspace_goes_out_too(tmp_path: Path) -> None:
    export(Workspace.create(tmp_path / "lab"), tmp_path / "out")
    assert restore(tmp_path / "out", tmp_path / "back").count() == 0


def test_a_folder_without_items_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no items\.parquet in it"):
        restore(tmp_path, tmp_path / "lab")


def test_a_new_edition_of_a_set_replaces_the_old_unless_it_was_changed(assets: Path) -> None:
    bundle(assets / "emoji", [png(RED)])
    assert open_named("emoji").count() == 1
    bundle(assets / "emoji", [png(RED), png(GREEN)])
    workspace = open_named("emoji")
    assert workspace.count() == 2
    workspace.set_column("clusters", {workspace.table(["id"])["id"][0].as_py(): "1"})
    bundle(assets / "emoji", [png(RED), png(GREEN), png(BLUE)])
    assert open_named("emoji").columns() == {"clusters": "text"}
    assert sorted(path.name for path in home().iterdir()) == [".bundled", "emoji"]


def came(assets: Path) -> tuple[Workspace, str]:
    """A bundled set that came with a column, vectors and a run, whose id is given."""
    made = Workspace.create(assets.with_name("lab"))
    ids = list(made.add(items(3)).ids)
    made.set_column("size", dict.fromkeys(ids, 2.0))
    made.add_embeddings("pocket", "image", ids, vectors(3))
    run = made.save_run(CARD, ARRAYS)
    export(made, assets / "set")
    return open_named("set"), run


def test_what_came_with_a_bundled_set_stays_and_results_lie_beside_it(assets: Path, tmp_path: Path) -> None:
    workspace, run = came(assets)
    ids = workspace.table(["id"])["id"].to_pylist()
    (tmp_path / "by another way").symlink_to(workspace.path)
    changes = [
        lambda place: place.add([_item(png(BLUE))]),
        lambda place: place.set_captions({ids[0]: ["mine"]}),
        lambda place: place.delete_embeddings("pocket"),
        lambda place: place.delete_run(run),
        *(partial(Workspace.set_column, name=name, values={}) for name in ("caption", "label", "tag", "size")),
    ]
    before = workspace.version
    for place in (workspace, Workspace.open(tmp_path / "by another way"), Workspace.open(f"{home()}/../home/set/")):
        assert place.is_bundled
        for change in changes:
            with pytest.raises(BadInput, match=r"^set is a bundled set and stays as it came: `copy` it"):
                change(place)
    assert workspace.version == before
    workspace.set_column("clusters", dict.fromkeys(ids, "1"))
    workspace.add_embeddings("other", "image", ids, vectors(3))
    workspace.delete_embeddings("other")
    workspace.delete_run(workspace.save_run(replace(CARD, id=""), ARRAYS))
    assert workspace.columns() == {"size": "number", "clusters": "text"}


def test_a_copy_holds_everything_and_can_be_changed(assets: Path) -> None:
    workspace, run = came(assets)
    made = copy(workspace, "mine")
    assert made.table().equals(workspace.table())
    assert made.run(run).card == workspace.run(run).card
    assert not made.is_bundled
    made.set_column("tag", {made.table(["id"])["id"][0].as_py(): "mine"})
    assert made.add([_item(png(BLUE))]).added == 1
    assert (open_named("mine").count(), open_named("set").count()) == (4, 3)
    assert sorted(path.name for path in home().iterdir()) == [".bundled", "mine", "set"]
    for name, reason in {"mine": "one already", "set": "a bundled set", "models": "models", "../x": "letters"}.items():
        with pytest.raises(BadInput, match=reason):
            copy(workspace, name)


def test_a_deleted_workspace_is_gone_at_once_and_a_bundled_set_comes_back_as_it_came(assets: Path) -> None:
    workspace, _ = came(assets)
    workspace.set_column("clusters", dict.fromkeys(workspace.table(["id"])["id"].to_pylist(), "1"))
    delete(workspace)
    assert [path.name for path in home().iterdir()] == [".bundled"]
    assert open_named("set").columns() == {"size": "number"}
    outside = Workspace.create(assets.with_name("outside"))
    with pytest.raises(BadInput, match="does not lie in"):
        delete(outside)
    assert outside.count() == 0


def test_what_a_killed_restore_leaves_is_cleared_away(assets: Path) -> None:
    bundle(assets / "emoji", [png(RED)])
    (home() / ".restoring-half/items.lance").mkdir(parents=True)
    (home() / "emoji").mkdir()
    assert open_named("emoji").count() == 1
    assert sorted(path.name for path in home().iterdir()) == [".bundled", "emoji"]


def test_two_pages_that_open_a_set_at_once_both_get_it_whole(assets: Path) -> None:
    bundle(assets / "emoji", [png((n, 0, 0)) for n in range(50)])
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(open_named("emoji").count())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [50] * 4
    assert os.listdir(home() / "emoji")
