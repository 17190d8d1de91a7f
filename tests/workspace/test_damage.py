"""Files that are gone, cut or changed: one line, the other tables stay usable, and a repair that says what is lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadPicture, Damaged
from core.workspace import RunCard, Workspace
from core.workspace.checking import Finding, check
from tests.terminal import Terminal
from tests.workspace.damage import WAYS, newest
from tests.workspace.making import items, vectors

COUNT = 6
TABLES = ("items", "pictures", "embeddings_pocket", "runs")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two batches of items, a tag, vectors of both modalities, two results."""
    made = Workspace.create(tmp_path_factory.mktemp("whole") / "set")
    made.add(items(COUNT), batch=3)
    ids = made.table([])["id"].to_pylist()
    made.set_column("tag", {ids[0]: "x"})
    for modality in ("image", "text"):
        made.add_embeddings("pocket", modality, ids, vectors(COUNT))
    for name in ("first", "second"):
        made.save_run(RunCard(name, "map", "pca", name), {"ids": np.array(ids), "xy": np.zeros((COUNT, 2), np.float32)})
    return Path(made.path)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> str:
    shutil.copytree(whole, tmp_path / "set")
    return str(tmp_path / "set")


def usable(place: Workspace) -> dict[str, bool]:
    """Whether what each table holds can be had."""
    reads = {
        "items": lambda: place.table().num_rows == COUNT,
        "pictures": lambda: all(place.image(id) for id in place.pictured()),
        "embeddings_pocket": lambda: [each.count for each in place.models()] == [COUNT, COUNT],
        "runs": lambda: len([place.run(card.id) for card in place.runs()]) == 2,
    }
    return {name: attempted(read) for name, read in reads.items()}


def attempted(read: Callable[[], bool]) -> bool:
    try:
        return read()
    except (Damaged, BadPicture):
        return False


def test_a_whole_workspace_is_sound(folder: str) -> None:
    found = check(folder)
    assert found.rows == {"items": COUNT, "pictures": COUNT, "embeddings_pocket": 2 * COUNT, "runs": 2}
    assert found.findings == []


QUICK = [("data", "gone"), ("data", "flipped"), ("_versions", "cut")]
CASES = [
    pytest.param(table, kind, way, marks=[] if (kind, way) in QUICK else pytest.mark.soak)
    for table in TABLES
    for kind in ("data", "_versions")
    for way in WAYS
]


@pytest.mark.parametrize(("table", "kind", "way"), CASES)
def test_a_table_fails_alone_and_is_repaired(folder: str, table: str, kind: str, way: str) -> None:
    WAYS[way](newest(folder, table, kind))
    opens = table != "items" or kind == "data" or way == "gone"
    if opens:
        found = usable(Workspace.open(folder))
        needing = {table, "pictures"} if table == "items" else {table}  # a picture is asked for by its item
        assert all(found[name] for name in set(TABLES) - needing)
    else:
        with pytest.raises(Damaged, match=r"^[^\n]*: the items \(items\.lance\) cannot be read[^\n]*clipscape check"):
            Workspace.open(folder)
    found = check(folder)
    assert table in {each.table for each in found.findings}
    check(folder, repair=True)
    assert check(folder).findings == []
    place = Workspace.open(folder)
    place.add(items(COUNT))
    for modality in ("image", "text"):
        ids = place.missing("pocket", modality)
        place.add_embeddings("pocket", modality, ids, vectors(COUNT)[: len(ids)]) if ids else None
    expected = usable(place)
    assert expected | {"runs": True} == dict.fromkeys(TABLES, True)
    assert expected["runs"] or table == "runs"
    assert sorted(place._items._items.read(["row"])["row"].to_pylist()) == list(range(COUNT))


def test_a_row_whose_file_is_gone_is_taken_from_an_older_version(folder: str) -> None:
    tagged = Workspace.open(folder).table(["tag"])["tag"].to_pylist()
    id = Workspace.open(folder).table([])["id"][0].as_py()
    newest(folder, "items", "data").unlink()  # that of the tag
    found = check(folder, repair=True)
    assert Finding("items", id, "taken from an older version") in found.findings
    place = Workspace.open(folder)
    assert place.table(["caption"], [id])["caption"].to_pylist() == ["caption 0"]
    assert place.table(["tag"])["tag"].to_pylist() == [None, *tagged[1:]]
    assert id in place.missing("pocket", "text")  # its caption may have been another


def test_items_that_are_gone_altogether_are_told_and_made_of_their_pictures(folder: str) -> None:
    shutil.rmtree(Path(folder) / "items.lance")
    with pytest.raises(Damaged, match=r"the items \(items.lance\) are gone: run `clipscape check"):
        Workspace.open_or_create(folder)
    assert sum(each.what.startswith("its caption, label") for each in check(folder).findings) == COUNT
    check(folder, repair=True)
    place = Workspace.open(folder)
    assert sorted(place.pictured()) == sorted(place.table([])["id"].to_pylist())
    place.add(items(COUNT))
    assert sorted(place.table(["caption"])["caption"].to_pylist()) == [f"caption {n}" for n in range(COUNT)]


def test_a_table_without_its_versions_is_not_made_again_without_a_word(folder: str) -> None:
    """A new and empty one would hide that there was one."""
    for table in ("items", "pictures"):
        shutil.rmtree(Path(folder) / f"{table}.lance" / "_versions")
    with pytest.raises(Damaged, match="clipscape check"):
        Workspace.open_or_create(folder)


def test_a_picture_that_changed_is_told_when_it_is_read(folder: str) -> None:
    place = Workspace.open(folder)
    id, other = place.pictured()[:2]
    pictures = place._items._pictures
    row = pictures.rows_of([other, other], ["image", "thumbnail"]).add_column(0, "id", [[id, other]])
    pictures.merge("id", row)
    with pytest.raises(BadPicture, match=f"the picture {id} is damaged: add it again"):
        place.image(id)
    assert place.image(other)
    assert [each.item for each in check(folder, repair=True).findings] == [id]
    assert id not in place.pictured()
    place.add(items(COUNT))
    assert place.image(id) == items(COUNT)[0].image


def test_thumbnails_are_made_again(folder: str) -> None:
    import pyarrow as pa

    place = Workspace.open(folder)
    before = place.thumbnails(place.pictured())
    id = place.pictured()[2]
    schema = pa.schema([("id", pa.string()), ("thumbnail", pa.large_binary())])
    place._items._pictures.merge("id", pa.table({"id": [id], "thumbnail": [b"?"]}, schema=schema))
    assert [each.what for each in check(folder, repair=True).findings] == [
        "its thumbnail is damaged: it can be made again"
    ]
    assert place.thumbnails(place.pictured()) == before


def test_what_a_killed_process_left_is_taken_away(folder: str) -> None:
    orphan = Path(folder) / "pictures.lance/data/0101.lance"
    orphan.write_bytes(bytes(10_000))
    assert check(folder, repair=True).freed >= 10_000
    assert not orphan.exists()


def test_the_command_says_what_is_damaged_and_repairs_it(folder: str, terminal: Terminal) -> None:
    newest(folder, "runs", "data").unlink()
    found = terminal.json("check", folder)
    assert not found["sound"]
    assert found["damage"] == [{"table": "runs", "item": "", "what": "damaged or gone: 1 of its files, with 1 rows"}]
    assert terminal.json("check", folder, "--repair")["repaired"]
    assert terminal.json("check", folder)["sound"]
    assert "no workspace there" in terminal.refused("check", str(Path(folder).parent))
