"""A full disk and a read-only one: one line, what was there can be looked at, no space stays taken by halves."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput
from core.sources import bundled
from core.workspace import RunCard, Workspace, create_named, open_named, workspaces
from tests.faults.disks import fill, free, read_only, small
from tests.sources.making import GREEN, RED, png
from tests.workspace.making import items, vectors
from tests.workspace.test_home import bundle

COUNT = 6
Change = Callable[[Workspace, list[str]], object]
CARD = RunCard("", "map", "pca", "new")
CHANGES: dict[str, Change] = {
    "add": lambda place, ids: place.add(items(40, 100)),
    "embed": lambda place, ids: place.add_embeddings("other", "image", ids, vectors(COUNT)),
    "tag": lambda place, ids: place.set_column("tag", {ids[0]: "x"}),
    "caption": lambda place, ids: place.set_captions({ids[0]: ["another"]}),
    "map": lambda place, ids: place.save_run(CARD, {"xy": np.zeros((4000, 2), np.float32)}),
    "tidy": lambda place, ids: place.delete_run("first"),
    "discard": lambda place, ids: place.delete_embeddings("pocket"),
}


def filled(folder: Path) -> Workspace:
    made = Workspace.create(folder)
    made.add(items(COUNT))
    made.add_embeddings("pocket", "image", ids(made), vectors(COUNT))
    made.save_run(RunCard("first", "map", "pca", "first"), {"xy": np.zeros((COUNT, 2), np.float32)})
    return made


def ids(place: Workspace) -> list[str]:
    return place.table([])["id"].to_pylist()


def looked_at(place: Workspace) -> tuple[object, ...]:
    """All that can be read."""
    vectors = place.embeddings("pocket", "image").vectors
    return (
        place.table().to_pylist(),
        [place.image(id) for id in ids(place)],
        vectors.tolist(),
        [(card, place.run(card.id).arrays["xy"].tolist()) for card in place.runs()],
    )


@pytest.mark.parametrize("left", [0, 1])
def test_a_full_disk_is_one_line_and_keeps_all(tmp_path: Path, left: int) -> None:
    """left: blocks of 4 kB: some steps of a change can be done."""
    with small(tmp_path / "disk", "1m") as disk:
        place = filled(disk / "set")
        before = looked_at(place)
        fill(disk, left)
        for change in CHANGES.values():
            with pytest.raises(BadInput, match=r"^[^\n]*/set: the disk is full: free some space and do it again; "):
                change(place, ids(place))
            assert free(disk) == left
            assert looked_at(Workspace.open(place.path)) == before
        (disk / "filling").unlink()
        for change in CHANGES.values():
            change(place, ids(place)[:COUNT])


def test_a_read_only_workspace_can_be_looked_at(tmp_path: Path) -> None:
    before = looked_at(filled(tmp_path / "set"))
    with read_only(tmp_path / "set") as folder:
        place = Workspace.open(folder)
        assert looked_at(place) == before
        for change in CHANGES.values():
            with pytest.raises(BadInput, match=r"^[^\n]*: cannot be written to \(Read-only file system\): choose"):
                change(place, ids(place))
        assert looked_at(place) == before


def test_a_read_only_home_shows_its_workspaces_and_the_bundled_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bundled, "ASSETS", tmp_path / "assets")
    monkeypatch.setattr("core.machine.gettempdir", lambda: str(tmp_path))
    filled(Path(create_named("mine").path).parent / "other")
    bundle(tmp_path / "assets" / "emoji", [png(RED), png(GREEN)])
    with read_only(tmp_path / "home"):
        assert workspaces() == ["emoji", "mine", "other"]
        assert open_named("emoji").count() == 2
        assert not open_named("emoji").path.startswith(str(tmp_path / "home"))
        assert open_named("other").count() == COUNT
        with pytest.raises(BadInput, match=r"cannot be written to \(Read-only file system\)"):
            create_named("new")
    assert open_named("emoji").path == str(tmp_path / "home" / "emoji")


def test_a_bundled_set_that_finds_no_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "ASSETS", tmp_path / "assets")
    monkeypatch.setattr("core.machine.gettempdir", lambda: str(tmp_path))
    bundle(tmp_path / "assets" / "emoji", [png((n, 0, 0)) for n in range(60)])
    with small(tmp_path / "home", "128k") as disk:
        fill(disk, 4)
        monkeypatch.setenv("CLIPSCAPE_HOME", str(disk))
        assert open_named("emoji").count() == 60  # among the temporary files
        assert [each.name for each in disk.iterdir() if each.name not in (".bundled", "filling")] == []
