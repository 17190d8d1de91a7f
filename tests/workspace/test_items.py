"""Items: known by their content, written whole, read in their order."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import BadInput, Cancelled, MissingData
from core.progress import Progress
from core.sources import Item, Refused, read
from core.workspace import Workspace, adding
from tests.sources.making import BLUE, GREEN, RED, encoded, jpeg, pixels, png
from tests.workspace.making import items


def test_a_workspace_is_made_once_and_opened_after(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="no workspace there"):
        Workspace.open(tmp_path / "lab")
    made = Workspace.create(tmp_path / "lab")
    made.add(items(2))
    with pytest.raises(BadInput, match="a workspace already"):
        Workspace.create(tmp_path / "lab")
    for opened in (Workspace.open(tmp_path / "lab"), Workspace.open_or_create(str(tmp_path / "lab"))):
        assert (opened.count(), opened.name, opened.path) == (2, "lab", str(tmp_path / "lab"))


def test_an_empty_workspace_is_read_like_any(workspace: Workspace) -> None:
    assert workspace.count() == workspace.table().num_rows == workspace.table(["image"]).num_rows == 0
    assert workspace.thumbnails([]) == {}
    assert list(workspace.iterate()) == workspace.models() == workspace.missing("pocket", "image") == []
    assert workspace.add([]).ids == ()


def test_what_went_in_comes_out(workspace: Workspace) -> None:
    picture = jpeg(size=(640, 480))
    given = [
        Item("a.jpg", picture, "a field", "sky", {"year": 1999, "seen": True, "by": "me"}),
        Item("b", None, "words"),
    ]
    added = workspace.add(given)
    assert (added.added, added.skipped, added.refused) == (2, 0, ())
    first, second = added.ids
    assert workspace.image(first) == picture
    assert workspace.table().to_pylist() == [
        {"id": first, "source": "a.jpg", "caption": "a field", "label": "sky", "year": 1999, "seen": True, "by": "me"},
        {"id": second, "source": "b", "caption": "words", "label": "", "year": None, "seen": None, "by": None},
    ]
    assert workspace.columns() == {"year": "number", "seen": "boolean", "by": "text"}
    small = workspace.thumbnails([first, second])
    assert list(small) == [first]
    assert pixels(small[first]).shape == (96, 128, 3)
    with pytest.raises(MissingData, match="caption without a picture"):
        workspace.image(second)


def test_a_picture_added_twice_is_one_item(workspace: Workspace) -> None:
    assert workspace.add(items(3)).added == 3
    again = workspace.add(items(5))
    assert (again.added, again.skipped, workspace.count()) == (2, 3, 5)
    assert list(again.ids) == workspace.table(["id"])["id"].to_pylist()
    twice = workspace.add([Item("x", png(BLUE)), Item("y", png(BLUE))])
    assert (twice.added, twice.skipped, len(twice.ids)) == (1, 1, 1)


def test_what_a_known_item_lacks_is_filled_in(workspace: Workspace) -> None:
    (id,) = workspace.add([Item("a", png(), "", "", {"year": 1})]).ids
    workspace.add([Item("b", png(), "a field", "", {"year": 2, "by": "me"})])
    workspace.add([Item("c", png(), "another", "sky", {})])
    assert workspace.table().to_pylist() == [
        {"id": id, "source": "a", "caption": "a field", "label": "sky", "year": 1, "by": "me"}
    ]


def test_of_one_batch_the_caption_that_comes_later_is_kept(workspace: Workspace) -> None:
    workspace.add([Item("a", png()), Item("b", png(), "a field"), Item("c", png(), "too late")])
    assert workspace.table(["caption", "source"]).to_pylist()[0]["caption"] == "a field"


def test_bad_pictures_are_refused_one_by_one_and_the_rest_goes_on(workspace: Workspace) -> None:
    whole = jpeg(size=(640, 480))
    given = [
        Item("text.png", b"no picture"),
        Item("a.png", png(RED)),
        Item("half.jpg", whole[: len(whole) // 2]),
        Refused("list.csv row 3", "an empty row"),
        Item("nothing"),
        Item("again.jpg", whole[: len(whole) // 2]),
        Item("b.png", png(GREEN)),
    ]
    added = workspace.add(given, batch=3)
    assert (added.added, workspace.count()) == (2, 2)
    assert {each.source for each in added.refused} == {"text.png", "half.jpg", "list.csv row 3", "nothing", "again.jpg"}
    assert all(each.reason and "\n" not in each.reason for each in added.refused)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "TIFF"])
def test_of_an_animation_or_a_stack_the_first_picture_is_noted(workspace: Workspace, form: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    several = encoded(frames[0], form, save_all=True, append_images=frames[1:])
    added = workspace.add([Item("several", several), Item("a.png", png())])
    assert added.notes == (Refused("several", "holds 2 pictures: the first is taken"),)
    assert abs(pixels(workspace.thumbnails(added.ids)[added.ids[0]])[4, 4].astype(int) - RED).max() < 8


def test_progress_counts_what_was_seen(workspace: Workspace) -> None:
    heard: list[Progress] = []
    workspace.add([*items(7), Refused("x", "y")], heard.append, batch=3, total=8)
    assert [(each.done, each.total) for each in heard] == [(3, 8), (6, 8), (8, 8)]
    assert heard[-1].metrics["rate"] > 0


def test_stopping_keeps_what_was_written(workspace: Workspace) -> None:
    def stop(progress: Progress) -> None:
        if progress.done >= 6:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        workspace.add(items(20), stop, batch=3)
    assert workspace.count() == 6
    assert workspace.add(items(20)).added == 14


def test_a_batch_is_bounded_in_bytes(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "BATCH_BYTES", 2 * len(png()))
    held, most = 0, 0

    def watched() -> Iterator[Item]:
        nonlocal held, most
        for item in items(9):
            held, most = held + 1, max(most, held + 1)
            yield item

    def written(progress: Progress) -> None:
        nonlocal held
        held = 0

    workspace.add(watched(), written)
    assert most == 2


def test_the_order_stays_whatever_is_set(workspace: Workspace) -> None:
    ids = workspace.add(items(30), batch=7).ids
    workspace.set_column("tag", {ids[20]: "late", ids[3]: "early"})
    workspace.set_column("tag", {ids[0]: "first"})
    table = workspace.table(["tag", "caption"])
    assert table["id"].to_pylist() == list(ids)
    assert table["caption"].to_pylist() == [f"caption {n}" for n in range(30)]
    assert {n: tag for n, tag in enumerate(table["tag"].to_pylist()) if tag} == {0: "first", 3: "early", 20: "late"}
    assert workspace.image(ids[20]) == items(30)[20].image


def test_rows_come_in_the_order_of_the_ids(workspace: Workspace) -> None:
    ids = list(workspace.add(items(12)).ids)
    wanted = [ids[7], ids[2], ids[7]]
    table = workspace.table(["image", "label"], wanted)
    assert table.column_names == ["id", "image", "label"]
    assert table["image"].to_pylist() == [items(12)[n].image for n in (7, 2, 7)]
    assert list(workspace.thumbnails(ids[::-1])) == ids[::-1]
    assert workspace.table(ids=[]).num_rows == 0
    with pytest.raises(MissingData, match="1 items are not in this workspace, the first is nobody"):
        workspace.table(ids=[ids[0], "nobody"])
    with pytest.raises(MissingData, match="no column 'tag'; there are id, source"):
        workspace.table(["tag"])


def test_many_ids_are_read_as_few_are(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = list(workspace.add(items(12)).ids)
    few = workspace.table(ids=ids[3:9][::-1])
    monkeypatch.setattr("core.workspace.items.FEW", 2)
    assert workspace.table(ids=ids[3:9][::-1]).equals(few)


def test_iterating_gives_everything_in_pieces(workspace: Workspace) -> None:
    ids = workspace.add(items(10)).ids
    pieces = list(workspace.iterate(["image"], batch=4))
    assert [piece.num_rows for piece in pieces] == [4, 4, 2]
    assert pa.concat_tables(pieces)["id"].to_pylist() == list(ids)
    assert [piece["id"].to_pylist() for piece in workspace.iterate(["label"], ids[5:0:-1], 3)] == [
        list(ids[5:2:-1]),
        list(ids[2:0:-1]),
    ]


def test_columns_keep_their_kind_and_nothing_is_lost(workspace: Workspace) -> None:
    ids = workspace.add([Item("a", png(RED), columns={"size": 3, "note": "x", "id": 7, "a.b": True})]).ids
    ids += workspace.add([Item("b", png(GREEN), columns={"size": "large", "note": 4})]).ids
    assert workspace.columns() == {
        "size": "number",
        "note": "text",
        "id (source)": "number",
        "a_b": "boolean",
        "size (text)": "text",
    }
    table = workspace.table(["size", "size (text)", "note", "id (source)", "a_b"])
    assert table.drop_columns("id").to_pylist() == [
        {"size": 3, "size (text)": None, "note": "x", "id (source)": 7, "a_b": True},
        {"size": None, "size (text)": "large", "note": "4", "id (source)": None, "a_b": None},
    ]


@pytest.mark.parametrize("name", ["Tag", "größe in mm", "a-b", "select", "1st", "x" * 100, "it's"])
def test_columns_of_any_plain_name(workspace: Workspace, name: str) -> None:
    ids = workspace.add(items(3)).ids
    workspace.set_column(name, {ids[1]: 2.5})
    assert workspace.table([name])[name].to_pylist() == [None, 2.5, None]
    workspace.set_column(name, {ids[1]: None, ids[0]: 1})
    assert workspace.table([name])[name].to_pylist() == [1, None, None]


def test_columns_that_cannot_be_set(workspace: Workspace) -> None:
    ids = workspace.add(items(2)).ids
    for name in ("id", "image", "row", "a.b", " ", "*", "x" * 101):
        with pytest.raises(BadInput, match="column"):
            workspace.set_column(name, {ids[0]: "x"})
    with pytest.raises(MissingData, match="the first is nobody"):
        workspace.set_column("tag", {"nobody": "x"})
    workspace.set_column("size", {ids[0]: 1})
    with pytest.raises(BadInput, match="'size' holds numbers, not texts"):
        workspace.set_column("size", {ids[0]: "large"})
    assert workspace.columns() == {"size": "number"}


def test_the_version_grows_with_each_change(workspace: Workspace) -> None:
    other = Workspace.open(workspace.path)
    seen = [workspace.version]
    ids = workspace.add(items(3)).ids
    seen.append(other.version)
    workspace.add(items(3))
    assert other.version == seen[-1]
    workspace.set_column("tag", {ids[0]: "x"})
    seen.append(other.version)
    assert seen == sorted(set(seen))


def test_small_fragments_are_joined(workspace: Workspace) -> None:
    workspace.add(items(200), batch=4)
    for name in ("items", "pictures"):
        assert len(workspace._store.table(name).open().get_fragments()) == 1
    ids = workspace.table(["id"])["id"].to_pylist()
    assert [workspace.image(id) for id in ids[::40]] == [item.image for item in items(200)[::40]]


def test_lancedb_opens_it(workspace: Workspace) -> None:
    import lancedb

    ids = workspace.add(items(3)).ids
    database = lancedb.connect(workspace.path)
    assert sorted(database.table_names()) == ["items", "pictures"]
    assert database.open_table("items").search().select(["id"]).to_arrow()["id"].to_pylist() == list(ids)


def test_an_address_is_not_taken_for_a_path(tmp_path: Path) -> None:
    address = (tmp_path / "lab").as_uri()
    workspace = Workspace.create(address)
    workspace.add(items(3))
    assert workspace.path == address
    assert Workspace.open(address).count() == Workspace.open(tmp_path / "lab").count() == 3
    assert workspace.models() == []


def test_what_a_crash_leaves_breaks_nothing(workspace: Workspace) -> None:
    workspace.add(items(3))
    for left in ("items.lance/data/half.lance", "items.lance/_versions/.tmp_9.manifest", ".tmp", "new.lance/data/x"):
        path = Path(workspace.path, left)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    opened = Workspace.open(workspace.path)
    assert opened.add(items(5)).added == 2
    assert (opened.count(), opened.models()) == (5, [])


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file/lab"):
        with pytest.raises(BadInput, match=r"cannot be written to .*: choose another folder"):
            Workspace.create(path)


@pytest.mark.parametrize("name", ["", " ", "/", "//"])
def test_a_workspace_has_a_folder_of_its_own(name: str) -> None:
    with pytest.raises(BadInput, match="not the root of the file system: name one"):
        Workspace.open_or_create(name)


def test_a_folder_with_other_things_in_it_becomes_no_workspace(tmp_path: Path) -> None:
    for make in (Workspace.create, Workspace.open_or_create):
        (tmp_path / "letters.txt").write_text("mine")
        with pytest.raises(BadInput, match=r"holds letters\.txt: choose a new folder, or an empty one"):
            make(tmp_path)
        (tmp_path / "letters.txt").unlink()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b"])
def test_a_name_that_no_folder_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"^[^\n]{,80}: cannot be written to \(.*\): choose another folder$"):
        Workspace.create(f"{tmp_path}/{name}")


def test_what_a_stopped_creation_left_is_gone_on_with(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "set")
    shutil.rmtree(tmp_path / "set" / "items.lance")
    assert Workspace.open_or_create(made.path).count() == 0


@pytest.mark.parametrize("name", ["_rowid", "_rowaddr", "_rowoffset", "_row_created_at_version", "_distance"])
def test_the_stores_own_names_are_refused_and_nothing_is_harmed(workspace: Workspace, name: str) -> None:
    workspace.add(items(2))
    ids = workspace.table([])["id"].to_pylist()
    with pytest.raises(BadInput, match="names that begin with _ are the store's own: choose another name"):
        workspace.set_column(name, dict.fromkeys(ids, True))
    assert workspace.table()["id"].to_pylist() == ids


def test_columns_whose_names_come_to_the_same_are_kept_apart(workspace: Workspace) -> None:
    workspace.add([Item("a", caption="q", columns={"a.b": "first", "a_b": "second", "x  y": "third", "x y": "fourth"})])
    row = workspace.table().to_pylist()[0]
    names = ("a_b", "a_b (2)", "x y", "x y (2)")
    assert [row[name] for name in names] == ["first", "second", "third", "fourth"]


def test_a_damaged_table_is_said_so_in_one_line(workspace: Workspace) -> None:
    """16 bytes of the newest manifest, at every place: a clear error or, where they do not matter, the items."""
    workspace.add(items(2))
    manifest = max(
        (Path(workspace.path) / "items.lance" / "_versions").glob("*.manifest"), key=lambda each: each.stat().st_mtime
    )
    whole, refusals = manifest.read_bytes(), []
    for begin in range(0, len(whole) - 16, 16):
        damaged = bytearray(whole)
        damaged[begin : begin + 16] = bytes(255 - each for each in damaged[begin : begin + 16])
        manifest.write_bytes(damaged)
        try:
            Workspace.open(workspace.path)
        except MissingData as error:
            refusals.append(str(error))
    assert any("the items (items.lance) cannot be read, files are damaged or gone: " in each for each in refusals)
    assert all("\n" not in each for each in refusals)


def test_names_and_numbers_that_a_table_cannot_hold_as_they_are(workspace: Workspace) -> None:
    columns = {"_rowid": 1, "_score": 2, "Year": 3, "year": 4, "ID": 5, "tweet": 2**60 + 1, "half\ud800": "\ud800"}
    added = workspace.add([Item("\udcff.png", png(), "a \ud83d half", "\udfff", columns), *items(2)])
    assert added.added == 3
    row = workspace.table().to_pylist()[0]
    assert (row["source"], row["caption"], row["label"]) == ("?.png", "a ? half", "?")
    assert row["tweet"] == str(2**60 + 1)
    assert [row[name] for name in ("_rowid (source)", "_score (source)", "Year", "year", "ID (source)")] == [
        1,
        2,
        3,
        4,
        5,
    ]


VALUES = st.text(max_size=3) | st.integers() | st.booleans() | st.floats()
NAMES = st.text(max_size=4) | st.sampled_from(["*", "a.b", "row", "_rowid", "`", "\0", "a\0"])


@example([{"\0": 1, "a\0b": "x"}])
@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=4))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_columns_are_taken(workspace: Workspace, rows: list[dict]) -> None:
    given = [Item(f"{n}", None, f"caption {n} of {len(rows)}, {rows}", columns=row) for n, row in enumerate(rows)]
    added = workspace.add(given, batch=2)
    assert len(added.ids) == len(given)
    assert workspace.table(ids=added.ids).num_rows == len(given)


def test_columns_of_one_safe_name_are_told_and_stay_the_same_column_in_every_batch(place: Workspace) -> None:
    """A batch that brings only the second of two must not put it into the first one's column."""
    rows = [{"a.b": 1.0, "a_b": 2.0}, {"a_b": 3.0}, {"a.b": 4.0}]
    brought = [Item(f"{n}", None, f"caption {n}", columns=columns) for n, columns in enumerate(rows)]
    added = place.add(brought, batch=1)
    assert [(each.source, each.reason) for each in added.notes] == [
        ("column a.b", "it is 'a_b' here"),
        ("column a_b", "it is 'a_b (2)' here"),
    ]
    found = place.table(["a_b", "a_b (2)"], added.ids).to_pydict()
    assert (found["a_b"], found["a_b (2)"]) == ([1.0, None, 4.0], [2.0, 3.0, None])


def test_a_table_with_two_columns_of_one_name_says_so(place: Workspace, tmp_path: Path) -> None:
    (tmp_path / "dup.csv").write_text("caption,size,size\na cat,1,2\n")
    added = place.add(read(tmp_path / "dup.csv"))
    assert (added.refused, added.added, place.columns()) == ((), 1, {"size": "number", "size (2)": "number"})
    assert [each.reason for each in added.notes] == ["another is called 'size' too: it is 'size (2)' here"]
