"""What of a workspace is damaged, table by table and item by item, and its repair.

Every file is read whole. A picture is sound where its bytes have the hash by which its item is known, a thumbnail where
it can be decoded, a vector where it is of unit length, a result where its card and arrays can be read.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.errors import BadInput, BadPicture, ClipscapeError, Damaged, MissingData
from core.progress import Bar, Report, silent
from core.sources.pictures import open_picture, thumbnail
from core.workspace import columns as columns_of
from core.workspace.captions import item_of
from core.workspace.faults import holds, unwritable
from core.workspace.identity import among, check_picture
from core.workspace.runs import read_run
from core.workspace.salvage import Salvage
from core.workspace.store import Store, quoted
from core.workspace.vectors import PREFIX

SHEETS = "sheets"
"""The folder of a workspace that holds the map's small pictures, drawn from thumbnails."""
UNIT = 1e-3
"""How far a sound vector's length may be from 1."""


@dataclass(frozen=True)
class Finding:
    """Something damaged. item: of what it is part, "" for the table as a whole; what: what is lost or was mended."""

    table: str
    item: str
    what: str


@dataclass
class Checked:
    """What was found. rows: those of each table that can be read; freed: bytes of old and half-written files."""

    rows: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    freed: int = 0


def check(folder: str, repair: bool = False, report: Report = silent) -> Checked:
    """Reads everything in a workspace's folder; with `repair` takes what can be read and gives up the rest.

    Raises `MissingData` where there is no workspace, `BadInput` for an object store and where nothing can be written.
    """
    if "://" in folder:
        raise BadInput(f"{folder}: only a workspace in a folder can be checked")
    store = Store(folder)
    if not {"items", "pictures"} & set(store.names()):
        raise MissingData(f"{folder}: no workspace there: nothing to check")
    if not repair:
        return _Check(store, report).checked
    with store.writing():
        made = _Check(store, report)
        try:
            made.repair()
        except OSError as error:
            raise unwritable(folder, error) from error
    return made.checked


class _Check:
    """One look at every table."""

    def __init__(self, store: Store, report: Report) -> None:
        self.store, self.checked = store, Checked()
        names = [
            name for name in store.names() if (name == "runs" or name.startswith(PREFIX)) and _is_made(store, name)
        ]
        self.bar = Bar(report, len(names) + 2)
        self.tables = {name: Salvage(store, name) for name in ("items", "pictures", *names)}
        self.items: dict[str, tuple[int, bool, str]] = {}
        self.pictures: set[str] = set()
        self.bad: dict[str, list[str]] = {}
        self.thumbnails: dict[str, bytes] = {}
        self._items()
        self._pictures()
        for name in names:
            self._runs() if name == "runs" else self._vectors(name)
        self._lost_items()

    def _read(self, name: str) -> Iterator[dict]:
        """The rows of a table that can be read; then what is wrong with its files."""
        table = self.tables[name]
        self.bar.step(len(self.checked.rows), f"reading {holds(name)}")
        count = 0
        for batch in table.batches():
            count += batch.num_rows
            yield from batch.to_pylist()
        self.checked.rows[name] = count
        if table.dataset is None:
            gone = "no version of it can be opened" if table.path.exists() else "it is gone"
            self._find(name, "", f"{gone}: {holds(name)} are lost")
        if table.dataset is not None and table.is_older:
            last = "the newest version is gone" if table.is_behind else "the newest versions cannot be opened"
            self._find(name, "", f"{last}: changes after version {table.dataset.version} are lost")
        if table.bad:
            files, rows = len(table.bad), table.lost + table.readable
            kept = f", of which {table.readable:,} can be read" if table.readable else ""
            again = "; `embed` makes them again" if name.startswith(PREFIX) else ""
            self._find(name, "", f"damaged or gone: {files:,} of its files, with {rows:,} rows{kept}{again}")

    def _find(self, table: str, item: str, what: str) -> None:
        self.checked.findings.append(Finding(table, item, what))

    def _items(self) -> None:
        for row in self._read("items"):
            self.items[row["id"]] = (row["row"], row["pictured"], row["source"])

    def _pictures(self) -> None:
        for row in self._read("pictures"):
            try:
                check_picture(row["id"], row["image"])
            except BadPicture:
                self.bad.setdefault("pictures", []).append(row["id"])
                continue
            self.pictures.add(row["id"])
            try:
                open_picture(row["thumbnail"] or b"")
            except BadPicture:
                self.thumbnails[row["id"]] = thumbnail(row["image"])
                self._find("pictures", row["id"], "its thumbnail is damaged: it can be made again")

    def _vectors(self, name: str) -> None:
        bad = self.bad[name] = []
        for row in self._read(name):
            if not abs(np.linalg.norm(np.asarray(row["vector"], np.float64)) - 1) < UNIT:
                bad.append(f"modality = {quoted(row['modality'])} AND id = {quoted(row['id'])}")
                self._find(name, row["id"], f"its {row['modality']} vector is damaged: `embed` makes it again")

    def _runs(self) -> None:
        bad = self.bad["runs"] = []
        for row in self._read("runs"):
            try:
                read_run(row["id"], row["card"], row["arrays"], self.store.address)
            except ClipscapeError:
                bad.append(row["id"])
                self._find("runs", row["id"], "this result cannot be read: make it again")

    def _lost_items(self) -> None:
        for id in self.pictures.difference(self.items) if self.tables["items"].is_damaged else ():
            self._find("items", id, "its caption, label and tags are lost; its picture is kept")
        for id, (_, pictured, source) in self.items.items():
            if pictured and id not in self.pictures:
                self._find("pictures", id, f"the picture of {source or 'this item'} is lost: add it again")

    # repair

    def repair(self) -> None:
        """Call it while writing."""
        older = self._older() if any(table.bad for table in self.tables.values()) else {}
        for name, table in self.tables.items():
            if table.is_damaged:
                table.mend(older.get(name, []))
        self._make_what_is_gone()
        for name, bad in self.bad.items():
            conditions = bad if name.startswith(PREFIX) else [among(bad)] if bad else []
            for condition in conditions:
                self.store.table(name).delete(condition)
        self._thumbnails()
        self._number(older)
        if self.tables["pictures"].is_damaged or self.thumbnails:
            shutil.rmtree(Path(self.store.address) / SHEETS, ignore_errors=True)
        self.checked.freed = sum(table.tidy() for table in self.tables.values() if table.dataset is not None)

    def _older(self) -> dict:
        """Of items, pictures and results: vectors are rather made again, for the caption may have changed since."""
        known = {"items": set(self.items), "pictures": set(self.pictures)}
        found = {}
        for name in [each for each in ("items", "pictures", "runs") if each in self.tables]:
            there = known.get(name) or {row["id"] for part in self.tables[name].batches() for row in part.to_pylist()}
            found[name] = list(self.tables[name].older(there))
            for id in [id for part in found[name] for id in part["id"].to_pylist()]:
                self._find(name, id, "taken from an older version")
                self.pictures.update([id] if name == "pictures" else [])
        return found

    def _make_what_is_gone(self) -> None:
        schemas = {"items": columns_of.item_schema, "pictures": columns_of.picture_schema}
        for name, schema in schemas.items():
            if not (Path(self.store.address) / f"{name}.lance").exists():
                self.store.table(name).create(schema().empty_table())

    def _thumbnails(self) -> None:
        import pyarrow as pa

        if self.thumbnails:
            values = {"id": list(self.thumbnails), "thumbnail": list(self.thumbnails.values())}
            schema = pa.schema([("id", pa.string()), ("thumbnail", pa.large_binary())])
            self.store.table("pictures").merge("id", pa.table(values, schema=schema))

    def _number(self, older: dict) -> None:
        """Items from 0 on, each with what it has; without vectors of captions that may not be theirs."""
        import pyarrow as pa

        items, pictures = self.store.table("items"), self.store.table("pictures").read(["id"])["id"].to_pylist()
        rows = sorted(items.read(["row", "id", "pictured"]).to_pylist(), key=lambda row: row["row"])
        known, there = {row["id"] for row in rows}, set(pictures)
        if lost := [id for id in pictures if id not in known] if self.tables["items"].is_damaged else []:
            empty = [""] * len(lost)
            values = {"row": range(len(rows), len(rows) + len(lost)), "pictured": [True] * len(lost), "id": lost}
            items.append(pa.table({**values, "source": empty, "caption": empty, "label": empty}))
        right = [(place, row["id"], row["id"] in there) for place, row in enumerate(rows)]
        wrong = [each for each, row in zip(right, rows, strict=True) if each[::2] != (row["row"], row["pictured"])]
        if wrong:
            places, ids, pictured = zip(*wrong, strict=True)
            items.merge("id", pa.table({"row": places, "id": ids, "pictured": pictured}))
        changed = {*lost, *(id for part in older.get("items", []) for id in part["id"].to_pylist())}
        self._forget(changed, known.union(lost))

    def _forget(self, changed: set[str], known: set[str]) -> None:
        """Vectors of captions that were lost or are older now, and of items that are there no more."""
        if not self.tables["items"].is_damaged:
            return
        for name in [each for each in self.store.names() if each.startswith(PREFIX)]:
            table = self.store.table(name)
            rows = table.read(["id", "modality"]).to_pylist()
            gone = {row["id"] for row in rows if item_of(row["id"]) not in known}
            every = self.tables["items"].is_older  # which captions are others now cannot be known
            captions = (row["id"] for row in rows if row["modality"] == "text")
            texts = {id for id in captions if every or item_of(id) in changed}
            if gone:
                table.delete(among(sorted(gone)))
            if texts:
                table.delete(f"modality = 'text' AND {among(sorted(texts))}")


def _is_made(store: Store, name: str) -> bool:
    """Whether a table is there, damaged or not, and has not just been begun."""
    try:
        return store.table(name).exists()
    except Damaged:
        return True
