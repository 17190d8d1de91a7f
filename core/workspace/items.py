"""The items of a workspace: light columns in one table, pictures and thumbnails in another, by the same ids."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import BadInput, Damaged, MissingData
from core.sources.items import Item, Value, different
from core.workspace import captions as captions_of
from core.workspace import columns as columns_of
from core.workspace.captions import CAPTIONS, FURTHER, caption_id, item_of, number_of
from core.workspace.columns import FIXED, PICTURES, Further
from core.workspace.identity import Checked, among, check_picture, in_order
from core.workspace.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

FEW = 1000
"""Up to so many ids are looked up by a condition; for more, the column is read whole."""


class Items:
    """Reads and writes the tables `items` and `pictures` of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._items = store.table("items")
        self._pictures = store.table("pictures")

    def exist(self) -> bool:
        """Raises `Damaged` where the items are gone but their pictures are there."""
        if self._items.exists():
            return True
        if self._pictures.exists() and self._pictures.count():
            path = self._store.address
            raise Damaged(f"{path}: the items (items.lance) are gone: run `clipscape check {path}`", path)
        return False

    def create(self) -> None:
        """`items` last: a folder that has it is a whole workspace."""
        if not self._pictures.exists():
            self._pictures.create(columns_of.picture_schema().empty_table())
        self._items.create(columns_of.item_schema().empty_table())

    def count(self) -> int:
        return self._items.count()

    def columns(self) -> dict[str, str]:
        return columns_of.kinds(self._items.schema())

    def places(self) -> Mapping[str, int]:
        """The known ids; not in the items' order."""
        return self._items.places()

    def with_picture(self) -> Mapping[str, int]:
        """The ids whose picture is here; one that was lost with its file can be brought again."""
        return self._pictures.places()

    def compact(self) -> None:
        """Call it while `writing`."""
        self._items.compact()
        self._pictures.compact()

    def ids(self, condition: str | None = None) -> list[str]:
        """Ids in the items' order."""
        return self._light(["id"], None, condition)["id"].to_pylist()

    def embeddable(self, modality: str) -> list[str]:
        """Ids of the items with a picture ("image"), or of all captions ("text")."""
        return self.ids("pictured") if modality == "image" else self.caption_ids()

    def caption_ids(self, ids: Sequence[str] | None = None) -> list[str]:
        """Ids of all captions of the items, in order; see `core.workspace.captions`."""
        if ids is None and len(self._caption_columns()) == 1:
            return self.ids("caption != ''")
        rows = self._light(["id", *self._caption_columns()], ids)
        return captions_of.caption_ids(rows["id"].to_pylist(), captions_of.lists(rows))

    def texts(self, captions: Sequence[str]) -> list[str]:
        """The captions of these ids; "" for one that is there no more."""
        items = list(dict.fromkeys(map(item_of, captions)))
        known = dict(zip(items, self._captions(items), strict=True))
        places = ((known[item_of(each)], number_of(each)) for each in captions)
        return [some[place] if place < len(some) else "" for some, place in places]

    def _captions(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """All captions of each item."""
        return captions_of.lists(self._light(["id", *self._caption_columns()], ids))

    def _caption_columns(self) -> list[str]:
        return captions_of.columns(self._items.schema())

    def version(self) -> int:
        return self._items.version()

    # reading

    def table(self, columns: Sequence[str] | None, ids: Sequence[str] | None) -> "pa.Table":
        wanted = ["id", *(name for name in columns or [*FIXED, *self.columns()] if name != "id")]
        self._check(wanted)
        light = self._with_captions([name for name in wanted if name not in PICTURES], ids)
        heavy = [name for name in wanted if name in PICTURES]
        if heavy:
            pictures = self.pictures(light["id"].to_pylist(), heavy)
            for name in heavy:
                light = light.append_column(name, pictures[name])
        return light.select(wanted)

    def iterate(self, columns: Sequence[str] | None, ids: Sequence[str] | None, batch: int) -> "Iterator[pa.Table]":
        every = self.ids() if ids is None else ids
        for start in range(0, len(every), batch):
            yield self.table(columns, every[start : start + batch])

    def pictures(self, ids: Sequence[str], columns: Sequence[str]) -> "pa.Table":
        """One row an id, in their order; nulls where an item has no picture."""
        return self._pictures.rows_of(ids, columns)

    def thumbnails(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Of the items whose thumbnail is there and can be read."""
        try:
            found = dict(zip(ids, self.pictures(ids, ["thumbnail"])["thumbnail"].to_pylist(), strict=True))
        except Damaged:  # somewhere: what lies in whole files is shown
            rows = self._pictures.sound(["id", "thumbnail"], among(ids))
            held = {} if rows is None else dict(zip(*rows.to_pydict().values(), strict=True))
            found = {id: held.get(id) for id in ids}
        return {id: thumbnail for id, thumbnail in found.items() if thumbnail is not None}

    def image(self, id: str) -> bytes:
        """The bytes of a picture as they were given; raises `Damaged` where they are not those any more."""
        path, condition = self._store.address, among([id])
        row = in_order(self._items.read(["row", "id", "pictured"], condition), [id]).to_pylist()[0]
        if not row["pictured"]:
            raise MissingData(f"item {id} is a caption without a picture")
        rows = self._pictures.sound(["image"], condition)
        image = rows["image"][0].as_py() if rows is not None and rows.num_rows else None
        if image is None:
            raise Damaged(f"the picture {id} is gone from {path}: run `clipscape check {path}`", path)
        check_picture(id, image)
        return image

    def _with_captions(self, columns: Sequence[str], ids: Sequence[str] | None) -> "pa.Table":
        """The light columns, among which `captions` is put together."""
        import pyarrow as pa

        if CAPTIONS not in columns:
            return self._light(columns, ids)
        others = [name for name in columns if name != CAPTIONS]
        light = self._light(list(dict.fromkeys([*others, *self._caption_columns()])), ids)
        found = pa.array(captions_of.lists(light), pa.list_(pa.string()))
        return light.select(others).append_column(CAPTIONS, found)

    def _check(self, wanted: Sequence[str]) -> None:
        further = self.columns()
        for name in wanted:
            if name not in (*FIXED, *PICTURES, CAPTIONS) and name not in further:
                raise MissingData(f"no column {name!r}; there are {', '.join([*FIXED, *PICTURES, *further])}")

    def _light(self, columns: Sequence[str], ids: Sequence[str] | None, condition: str | None = None) -> "pa.Table":
        if ids is not None and len(ids) <= FEW:
            condition = among(ids)
        rows = self._items.read(["row", *columns], condition)
        return in_order(rows, ids).drop_columns("row")

    # writing

    def write(self, items: "pa.Table", pictures: "pa.Table") -> None:
        """Rows as the tables hold them, into a workspace that nobody else knows yet."""
        known = self._items.schema().names
        self._items.add_columns([field for field in items.schema if field.name not in known])
        self._pictures.append(pictures)
        self._items.append(items)

    def append(self, checked: Sequence[Checked]) -> set[str]:
        """Writes the items that are not here yet and gives their ids, and pictures that were lost; while `writing`.

        Pictures come first: an item never lacks its picture, however the process ends.
        """
        import pyarrow as pa

        known, pictured = self.places(), self.with_picture()
        new = [each for each in checked if each.id not in known]
        heavy = [each for each in checked if each.thumbnail is not None and each.id not in pictured]
        if heavy:
            values = {
                "id": [each.id for each in heavy],
                "image": [each.item.image for each in heavy],
                "thumbnail": [each.thumbnail for each in heavy],
            }
            self._pictures.append(pa.table(values, columns_of.picture_schema()))
        if again := [each.id for each in heavy if each.id in known]:
            self._items.merge("id", pa.table({"id": again, "pictured": [True] * len(again)}))
        if new:
            self._append_light(new, len(known))
        return {each.id for each in new}

    def _append_light(self, new: Sequence[Checked], first: int) -> None:
        import pyarrow as pa

        known = self.columns()
        further = Further([each.item.columns for each in new], known)
        self._items.add_columns(further.new_fields(known))
        values: dict[str, Any] = {
            "row": pa.array(range(first, first + len(new)), pa.int64()),
            "id": [each.id for each in new],
            "pictured": [each.thumbnail is not None for each in new],
            **{name: [getattr(each.item, name) for each in new] for name in ("source", "label")},
        }
        captions = self._caption_arrays([each.item.captions for each in new])
        self._items.append(pa.table(values | captions | further.arrays()))

    def fill(self, again: Sequence[tuple[str, Item]]) -> int:
        """What a known item lacks and now brings: captions, label, further columns; call it while `writing`.

        Gives how many captions were added.
        """
        brought: dict[str, Item] = {}
        for id, item in again:
            if item.captions or item.label or item.columns:
                brought[id] = brought[id].with_more(item) if id in brought else item
        if not brought:
            return 0
        known = self.columns()
        further = Further([item.columns for item in brought.values()], known)
        self._items.add_columns(further.new_fields(known))
        labels = {"label": [item.label for item in brought.values()]}
        self._merge_gaps(list(brought), {**labels, **further.values})
        return self._add_captions({id: item.captions for id, item in brought.items()})

    def _add_captions(self, brought: Mapping[str, tuple[str, ...]]) -> int:
        """Those that an item has not yet come after those that it has; how many they are."""
        before = dict(zip(brought, self._captions(list(brought)), strict=True))
        after = {id: different((*before[id], *captions)) for id, captions in brought.items()}
        self._write_captions({id: captions for id, captions in after.items() if captions != before[id]})
        return sum(len(after[id]) - len(before[id]) for id in brought)

    def set_captions(self, given: Mapping[str, Sequence[str]], forget: Callable[[list[str]], None]) -> None:
        """Sets all captions of items, empty ones and repeats aside.

        forget: is told the ids of the captions that were others before, ahead of the change: were the process killed
        between the two, a caption lacks its vector but never has another's. Call it while `writing`.
        """
        before = dict(zip(given, self._captions(list(given)), strict=True))
        after = {id: different(captions) for id, captions in given.items()}
        numbered = ((id, number, text) for id, captions in before.items() for number, text in enumerate(captions))
        forget([caption_id(id, number) for id, number, text in numbered if after[id][number : number + 1] != (text,)])
        self._write_captions({id: captions for id, captions in after.items() if captions != before[id]})
        self._items.compact()

    def _write_captions(self, captions: Mapping[str, Sequence[str]]) -> None:
        import pyarrow as pa

        if captions:
            self._items.merge("id", pa.table({"id": list(captions), **self._caption_arrays(list(captions.values()))}))

    def _caption_arrays(self, captions: Sequence[Sequence[str]]) -> "dict[str, pa.Array]":
        """The columns that hold captions; the list of those after the first is made where it is needed."""
        arrays, known = captions_of.arrays(captions), self._items.schema().names
        if FURTHER not in known and any(len(some) > 1 for some in captions):
            self._items.add_columns([captions_of.further_field()])
            known = [*known, FURTHER]
        return {name: array for name, array in arrays.items() if name in known}

    def _merge_gaps(self, ids: Sequence[str], brought: Mapping[str, Sequence[Value | None]]) -> None:
        import pyarrow as pa

        rows = self._light(["id", *brought], ids)
        merged, changed = {"id": rows["id"]}, set[int]()
        for name, values in brought.items():
            pairs = list(zip(rows[name].to_pylist(), values, strict=True))
            gaps = {place for place, (old, new) in enumerate(pairs) if old in (None, "") and new not in (None, "")}
            filled = [new if place in gaps else old for place, (old, new) in enumerate(pairs)]
            merged[name] = pa.array(filled, rows.schema.field(name).type)
            changed |= gaps
        if changed:
            self._items.merge("id", pa.table(merged).take(sorted(changed)))

    def set_first_captions(self, values: Mapping[str, Value | None], forget: Callable[[list[str]], None]) -> None:
        """Sets the first caption of items, in place of an empty one the next; otherwise as `set_captions`."""
        before = dict(zip(values, self._captions(list(values)), strict=True))
        self.set_captions({id: (str(value or ""), *before[id][1:]) for id, value in values.items()}, forget)

    def set_column(self, name: str, values: Mapping[str, Value | None]) -> None:
        """Sets the values of any column but that of captions."""
        import pyarrow as pa

        columns_of.check_column(name)
        with self._store.writing():
            places = self.places()
            if unknown := [id for id in values if id not in places]:
                raise MissingData(f"{len(unknown)} items are not in this workspace, the first is {unknown[0]}")
            kind = self._fit(name, [value for value in values.values() if value is not None])
            column = pa.array(
                [columns_of.as_kind(kind, value) for value in values.values()], columns_of.arrow_type(kind)
            )
            if self._light(["id", name], list(values))[name].to_pylist() != column.to_pylist():
                self._items.merge("id", pa.table({"id": pa.array(list(values), pa.string()), name: column}))
                self._items.compact()

    def _fit(self, name: str, values: Sequence[Value]) -> str:
        """The kind of the column, which is made where there is none."""
        import pyarrow as pa

        known = self.columns() | {"label": "text"}
        kind = columns_of.kind_of(values)
        if name not in known:
            self._items.add_columns([pa.field(name, columns_of.arrow_type(kind))])
        elif values and known[name] not in (kind, "text"):
            raise BadInput(f"column {name!r} holds {known[name]}s, not {kind}s: choose another name")
        return known.get(name, kind)
