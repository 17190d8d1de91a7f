"""Lance tables in one folder: append, merge, look up, compact; each change is one atomic commit.

The folder is what LanceDB calls a database (`items.lance`, …) and `lancedb.connect` opens it. Here the Lance
library underneath is used directly: importing lancedb costs the first page another three seconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadInput, Damaged, MissingData
from core.workspace.faults import Commits, changing, commits_of, plainly, reading, unwritable

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

COMPACT_FROM = 16
"""So many small fragments make a table slow to open and are joined."""

FRAGMENT_ROWS = 4096
KEEP_VERSIONS = timedelta(hours=1)
"""Older versions of a table are deleted; who reads holds one for seconds."""

OWNER = "owner.json"
"""Whose a workspace is, where people have accounts; see `core.access.rights`."""
OWN = ("spool", "editors", "bundled.json", OWNER)
"""What lies beside the tables: files that were dropped, trainings that were stopped, where a bundled set came from."""
BUSY = 0.05


class Store:
    """A folder of tables, here or in an object store."""

    def __init__(self, address: str | Path) -> None:
        self.address = str(address).rstrip("/")
        self.is_local = "://" not in self.address

    def table(self, name: str, key: Sequence[str] = ("id",)) -> "Table":
        return Table(self, name, key)

    def names(self) -> list[str]:
        """The tables there are."""
        found = [path.name for path in Path(self.address).glob("*.lance")] if self.is_local else self._listed()
        return sorted(name.removesuffix(".lance") for name in found if name.endswith(".lance"))

    def _listed(self) -> list[str]:
        import pyarrow.fs as filesystems

        files, root = filesystems.FileSystem.from_uri(self.address)
        selector = filesystems.FileSelector(root, allow_not_found=True)
        return [info.base_name for info in files.get_file_info(selector)]

    def check_new(self) -> None:
        """Raises `BadInput` where a workspace that is not there yet would lie among other things."""
        if not self.is_local:
            return
        if not self.address.strip():
            raise BadInput("a workspace needs a folder of its own, not the root of the file system: name one")
        try:
            others = _others(Path(self.address))
        except (OSError, ValueError) as error:
            raise unwritable(self.address, error) from None
        if others:
            found = f"{min(others)} and others" if len(others) > 1 else others[0]
            raise BadInput(f"{self.address}: holds {found}: choose a new folder, or an empty one")

    def writing(self, make: bool = False) -> AbstractContextManager[Any]:
        """Only one process at a time writes; the lock goes when its holder ends, however it ends.

        make: the folder too; otherwise one that is gone was deleted meanwhile, and is not made again.

        An object store has no such lock: there Lance's own conflict check keeps each commit whole.
        """
        if not self.is_local:
            return nullcontext()
        return self._locked(make)

    @contextmanager
    def _locked(self, make: bool) -> Iterator[None]:
        from filelock import FileLock

        lock = FileLock(f"{self.address}/.lock", poll_interval=BUSY)
        try:
            Path(self.address).mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except (OSError, ValueError) as error:
            raise unwritable(self.address, error) from None
        try:
            if not make and not self.names():  # deleted meanwhile, and waiting has made the folder again
                with suppress(OSError):
                    Path(lock.lock_file).unlink()
                    Path(self.address).rmdir()
                raise MissingData(f"{self.address}: there no more: nothing was written")
            yield
        finally:
            lock.release()


class Table:
    """One Lance table. It shows what other processes wrote; to write it is opened anew each time.

    Raises `Damaged` for files that cannot be read, and `BadInput` for a disk that is full or cannot be written to.
    """

    def __init__(self, store: Store, name: str, key: Sequence[str]) -> None:
        self.store, self.name = store, name
        self.uri = f"{store.address}/{name}.lance"
        self._key = key
        self._places: tuple[int, dict[str, int]] = (0, {})
        self._known: tuple[Commits, lance.LanceDataset] | None = None

    def exists(self) -> bool:
        return self.find() is not None

    @reading
    def find(self) -> "lance.LanceDataset | None":
        """The table, or None where it is not, or is just being made."""
        try:
            return self._newest()
        except (ValueError, OSError) as error:
            if "not found" not in str(error).lower() or self._was_there():
                raise
            return None

    def _was_there(self) -> bool:
        """Whether a table without versions has had some: then it is not just being made."""
        files = [path for folder in ("data", "_transactions") for path in Path(self.uri).glob(f"{folder}/*")]
        later = any(path.suffix == ".txn" and not path.name.startswith("0-") for path in files)
        return later or sum(path.suffix == ".lance" for path in files) > 1

    @reading
    def places(self) -> Mapping[str, int]:
        """Where the row of each key stands; kept until another process changes the table."""
        return self._places_in(self.newest())

    @reading
    def rows_of(self, keys: Sequence[str], columns: Sequence[str]) -> "pa.Table":
        """One row a key, in their order; nulls where there is none."""
        import pyarrow as pa

        dataset = self.newest()
        known = self._places_in(dataset)
        places = [known.get(key) for key in keys]
        found = [place for place in places if place is not None]
        numbers = iter(range(len(found)))
        aligned = [None if place is None else next(numbers) for place in places]
        return _take(dataset, found, list(columns)).take(pa.array(aligned, pa.int64()))

    def _places_in(self, dataset: "lance.LanceDataset") -> Mapping[str, int]:
        version, places = self._places
        if version != dataset.version:
            keys = self._keys(dataset.to_table(columns=list(self._key)))
            version, places = self._places = dataset.version, {key: place for place, key in enumerate(keys)}
        return places

    def _keys(self, rows: "pa.Table") -> Iterable[str]:
        columns = [rows[name].to_pylist() for name in self._key]
        return columns[0] if len(columns) == 1 else map(" ".join, zip(*columns, strict=True))

    @reading
    def newest(self) -> "lance.LanceDataset":
        """To read: a page asks dozens of times, and opening a table costs a millisecond."""
        return self._newest()

    def _newest(self) -> "lance.LanceDataset":
        import lance

        commits = commits_of(self.uri)
        if commits is None or self._known is None or self._known[0] != commits:
            opened = lance.dataset(self.uri)
            if commits is None:
                return opened
            self._known = commits, opened
        return self._known[1]

    @reading
    def open(self) -> "lance.LanceDataset":
        """To write, which changes the object that is written by."""
        import lance

        return lance.dataset(self.uri)

    @changing
    def create(self, rows: "pa.Table") -> None:
        import lance

        lance.write_dataset(rows, self.uri, mode="create", max_rows_per_file=FRAGMENT_ROWS)

    @changing
    def append(self, rows: "pa.Table") -> None:
        """Adds rows in one commit; makes the table where there is none."""
        import lance

        before, places = self._places
        mode = "append" if self.exists() else "create"
        written = lance.write_dataset(rows, self.uri, mode=mode)
        if written.version == before + 1:  # nobody else wrote: the known places stay and the new ones follow
            places.update(zip(self._keys(rows), range(len(places), len(places) + len(rows)), strict=True))
            self._places = written.version, places

    @changing
    def merge(self, key: str, rows: "pa.Table", insert: bool = False) -> None:
        """Sets the given columns of the rows with these keys, in one commit."""
        merging = self.open().merge_insert(key).when_matched_update_all()
        (merging.when_not_matched_insert_all() if insert else merging).execute(rows)

    @changing
    def add_columns(self, kinds: "Sequence[pa.Field]") -> None:
        """New columns, empty in every row."""
        import pyarrow as pa

        if kinds:
            self.open().add_columns(pa.schema(kinds))

    @changing
    def delete(self, condition: str) -> None:
        self.open().delete(condition)

    @changing
    def clear(self) -> None:
        """Deletes every row, and the files that held them; the table stays, so that its version goes on growing."""
        self.delete("true")
        self.open().cleanup_old_versions(older_than=timedelta(0))

    @reading
    def read(self, columns: Sequence[str], condition: str | None = None) -> "pa.Table":
        return self.newest().to_table(columns=list(columns), filter=condition)

    def is_damaged(self) -> bool:
        """Whether it cannot be opened, or a file is gone or of another size; what has changed inside is not seen."""
        try:
            found = self.find()
            local = found.get_fragments() if found and self.store.is_local else ()
            files = [file for fragment in local for file in fragment.metadata.files]
        except Damaged:
            return True
        sizes = ((Path(self.uri) / "data" / each.path, each.file_size_bytes) for each in files)
        return self.store.is_local and not all(
            path.is_file() and size in (None, path.stat().st_size) for path, size in sizes
        )

    def sound(self, columns: Sequence[str], condition: str | None = None) -> "pa.Table | None":
        """The same without the rows whose files are damaged; None where no row can be read, or there is no table."""
        import pyarrow as pa

        try:
            return self.read(columns, condition) if self.exists() else None
        except Damaged:
            parts = [self._part(fragment, columns, condition) for fragment in self._fragments()]
            found = [part for part in parts if part is not None]
            return pa.concat_tables(found) if found else None

    def _fragments(self) -> "Sequence[lance.LanceFragment]":
        try:
            return self.newest().get_fragments()
        except Damaged:
            return ()

    def _part(self, fragment: "lance.LanceFragment", columns: Sequence[str], where: str | None) -> "pa.Table | None":
        try:
            with plainly(self.store.address, self.name):
                return fragment.to_table(columns=list(columns), filter=where)
        except Damaged:
            return None

    @reading
    def count(self, condition: str | None = None) -> int:
        return self.newest().count_rows(filter=condition)

    def schema(self) -> "pa.Schema":
        return self.newest().schema

    def version(self) -> int:
        """0 where there is none, and where it cannot be read."""
        try:
            dataset = self.find()
        except Damaged:
            return 0
        return 0 if dataset is None else dataset.version

    @changing
    def compact(self) -> None:
        """Joins small fragments and drops old versions, where there is enough to gain."""
        dataset = self.open()
        small = sum(fragment.physical_rows < FRAGMENT_ROWS for fragment in dataset.get_fragments())
        if small >= COMPACT_FROM:
            dataset.optimize.compact_files(target_rows_per_fragment=FRAGMENT_ROWS)
            self.open().cleanup_old_versions(older_than=KEEP_VERSIONS)


def _others(folder: Path) -> list[str]:
    """What lies in a folder that is no workspace, but for hidden files and what a workspace itself would have there."""
    if not folder.is_dir() or (folder / "items.lance").exists():
        return []
    names = (each.name for each in folder.iterdir())
    return [name for name in names if not (name.startswith(".") or name.endswith(".lance") or name in OWN)]


def _take(dataset: "lance.LanceDataset", places: Sequence[int], columns: list[str]) -> "pa.Table":
    """The rows that stand there; most of a table is read faster from end to end."""
    import pyarrow as pa

    if 2 * len(places) < dataset.count_rows():
        return dataset.take(list(places), columns=columns)
    return dataset.to_table(columns=columns).take(pa.array(places, pa.int64()))


def quoted(text: str) -> str:
    """Text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
