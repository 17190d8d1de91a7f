"""One table of a damaged store: what of it can still be read, and how it is made whole again.

The newest version that opens is the one that counts. Of its files those that are gone, cut or changed are given up;
the rows that they held are taken row by row where that works, else from older versions, which the store keeps a while.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.workspace.faults import version_of
from core.workspace.store import KEEP_VERSIONS, Store

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

ROWS = 64
"""Read at once: pictures may be of many megabytes each."""
ASIDE = ".damaged"
"""Where in a workspace lies what cannot be read at all."""


class Salvage:
    """dataset: the newest version that opens, None where none does. unreadable: newer versions; is_behind: one is gone.

    bad: fragments with files that are damaged, and how many rows each held. Filled while `batches` is read.
    """

    def __init__(self, store: Store, name: str) -> None:
        self.name, self.path = name, Path(store.address) / f"{name}.lance"
        self.aside = Path(store.address) / ASIDE
        self.unreadable: list[Path] = []
        self.bad: dict[int, int] = {}
        self.readable = 0
        self.dataset = self._newest()
        self.is_behind = self.dataset is not None and not self.unreadable and self._hinted() > self.dataset.version

    def _hinted(self) -> int:
        """The newest version by the note that the store keeps of it, 0 without one."""
        note = attempt(lambda: json.loads((self.path / "_versions/latest_version_hint.json").read_bytes())["version"])
        return note if isinstance(note, int) else 0

    def _newest(self) -> "lance.LanceDataset | None":
        for manifest in sorted(self.path.glob("_versions/*.manifest"), key=version_of, reverse=True):
            if (found := self._version(version_of(manifest))) is not None:
                return found
            self.unreadable.append(manifest)
        return None

    def _version(self, number: int) -> "lance.LanceDataset | None":
        import lance

        return attempt(lambda: lance.dataset(str(self.path), version=number))

    @property
    def is_damaged(self) -> bool:
        """Known once `batches` has been read."""
        return self.dataset is None or self.is_older or bool(self.bad)

    @property
    def is_older(self) -> bool:
        """Whether there was a newer version than the one that opens."""
        return self.is_behind or bool(self.unreadable)

    @property
    def lost(self) -> int:
        """Rows of damaged files that cannot be read one by one either."""
        return sum(self.bad.values()) - self.readable

    def batches(self) -> "Iterator[pa.Table]":
        """Every row that can be read, a few at a time."""
        for fragment in self.dataset.get_fragments() if self.dataset else ():
            yield from self._rows(fragment)

    def _rows(self, fragment: "lance.LanceFragment") -> "Iterator[pa.Table]":
        import pyarrow as pa

        done, batches = 0, attempt(lambda: iter(fragment.to_batches(batch_size=ROWS)))
        while batches is not None:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except BaseException as error:
                _only_damage(error)
                break
            done += batch.num_rows
            yield pa.Table.from_batches([batch])
        whole = attempt(fragment.count_rows)
        self.bad[fragment.fragment_id] = fragment.physical_rows if whole is None else whole
        self.readable += done
        for row in self._one_by_one(fragment, done):
            self.readable += 1
            yield row

    def _one_by_one(self, fragment: "lance.LanceFragment", first: int = 0) -> "Iterator[pa.Table]":
        """The rows of a damaged file that can be read by themselves: none where it is gone or cut."""
        sizes = [(self.path / "data" / each.path, each.file_size_bytes) for each in fragment.metadata.files]
        if all(path.is_file() and path.stat().st_size == size for path, size in sizes):
            rows = range(first, self.bad[fragment.fragment_id])
            found = (attempt(lambda row=row: fragment.take([row])) for row in rows)
            yield from (row for row in found if row is not None and row.num_rows)

    def older(self, known: set[str]) -> "Iterator[pa.Table]":
        """Rows that are damaged now, as older versions have them, the newest first; known: ids that are not."""
        newest = self.dataset.version if self.dataset else 0
        numbers = sorted((version_of(each) for each in self.path.glob("_versions/*.manifest")), reverse=True)
        for number in [each for each in numbers if each < newest] if self.bad else ():
            old = self._version(number)
            for fragment in old.get_fragments() if old else ():
                rows = attempt(fragment.to_table)
                if rows is None:
                    continue
                missing = [place for place, id in enumerate(rows["id"].to_pylist()) if id not in known]
                if missing:
                    found = rows.take(missing)
                    known.update(found["id"].to_pylist())
                    yield found

    def mend(self, older: "list[pa.Table]") -> None:
        """Gives up what is damaged and keeps the rest, with the rows of older versions; call it while writing."""
        import lance

        if self.dataset is None:
            if self.path.exists():
                self._set_aside(self.path)
            return
        for manifest in self.unreadable:
            self._set_aside(manifest)
        if self.is_older:
            for _ in range(
                2
            ):  # a version that nobody has seen yet: what pages keep of the lost one is not taken for it
                self.dataset.restore()
                self.dataset = lance.dataset(str(self.path))
        if self.bad:
            damaged = [each for each in self.dataset.get_fragments() if each.fragment_id in self.bad]
            rows = [row for fragment in damaged for row in self._one_by_one(fragment)]
            gone = lance.LanceOperation.Delete([], list(self.bad), "damaged")
            self.dataset = lance.LanceDataset.commit(str(self.path), gone, read_version=self.dataset.version)
            for table in (*rows, *older):
                lance.write_dataset(_as(self.dataset.schema, table), str(self.path), mode="append")
            self.dataset = lance.dataset(str(self.path))

    def tidy(self) -> int:
        """Deletes old versions and what no version knows, as a killed process leaves it; how many bytes those were."""
        import lance

        old = timedelta(0) if self.is_damaged else KEEP_VERSIONS
        dataset = attempt(lambda: lance.dataset(str(self.path)))
        done = attempt(lambda: dataset.cleanup_old_versions(older_than=old, delete_unverified=True))
        return done.bytes_removed if done else 0

    def _set_aside(self, path: Path) -> None:
        self.aside.mkdir(exist_ok=True)
        number = sum(1 for _ in self.aside.iterdir())
        path.rename(self.aside / f"{self.name}-{number}-{path.name}")


def attempt(read: Any) -> Any:
    """What is read, None where it is damaged: the store's Rust may panic, which is no `Exception`."""
    try:
        return read()
    except BaseException as error:
        _only_damage(error)
        return None


def _only_damage(error: BaseException) -> None:
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError | GeneratorExit):
        raise error


def _as(schema: "pa.Schema", table: "pa.Table") -> "pa.Table":
    """With the columns of the table now; those that it had not yet are empty."""
    import pyarrow as pa

    columns = {
        field.name: table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    }
    return pa.table(columns, schema=schema)
