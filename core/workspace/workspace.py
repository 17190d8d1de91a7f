"""A workspace: items, their embeddings and the runs made from them, in one folder that several processes share.

Every change is one atomic commit, so that a process killed in the middle of its work loses nothing already written.
Every read shows the newest commits of all processes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import TYPE_CHECKING

from core.errors import BadInput, MissingData
from core.progress import Report, silent
from core.results import Embeddings, Floats
from core.sources.items import Item, Refused, Value
from core.workspace import fixed
from core.workspace.adding import Added, add
from core.workspace.faults import holds
from core.workspace.identity import check_picture
from core.workspace.items import Items
from core.workspace.runs import Arrays, Run, RunCard, Runs
from core.workspace.store import Store
from core.workspace.vectors import Embedded, Vectors, fingerprint

if TYPE_CHECKING:
    import pyarrow as pa

DELETED = ".deleted-"
"""How a folder is called while it goes."""


class Workspace:
    """Items, embeddings and runs in a folder, or at an object store's address; see `create`, `open`."""

    def __init__(self, path: str | Path) -> None:
        self._store = Store(path)
        self._items = Items(self._store)
        self._vectors = Vectors(self._store)
        self._runs = Runs(self._store)

    @classmethod
    def create(cls, path: str | Path) -> "Workspace":
        """An empty workspace; raises `BadInput` where there is one already."""
        made = cls(path)
        made._store.check_new()
        with made._store.writing(make=True):
            if made._items.exist():
                raise BadInput(f"{path}: there is a workspace already: open it, or choose another folder")
            made._items.create()
        return made

    @classmethod
    def open(cls, path: str | Path) -> "Workspace":
        """The workspace that is there; raises `MissingData` where there is none."""
        found = cls(path)
        if not found._items.exist():
            raise MissingData(f"{path}: no workspace there: embed a source into it first")
        return found

    @classmethod
    def open_or_create(cls, path: str | Path) -> "Workspace":
        found = cls(path)
        found._store.check_new()
        with found._store.writing(make=True):
            if not found._items.exist():
                found._items.create()
        return found

    @property
    def path(self) -> str:
        """The folder or address, as it was given."""
        return self._store.address

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def is_bundled(self) -> bool:
        """Whether it is a set that came along: what a person brings goes into a copy of it."""
        return fixed.bundled_set(self.path) is not None

    @property
    def version(self) -> int:
        """Grows with each change by any process."""
        return self._items.version() + self._vectors.version() + self._runs.version()

    def damaged(self) -> list[str]:
        """What cannot be read, at a glance: "the pictures", "the results" …; `core.workspace.checking` looks closer."""
        return [holds(name) for name in self._store.names() if self._store.table(name).is_damaged()]

    def remove(self) -> None:
        """Deletes the folder: in one step, when nobody writes; who waited to write finds it gone."""
        aside = Path(self.path).with_name(f"{DELETED}{token_hex(4)}")
        with self._store.writing():
            Path(self.path).rename(aside)
        rmtree(aside, ignore_errors=True)

    # items

    def add(
        self,
        items: Iterable[Item | Refused],
        report: Report = silent,
        batch: int = 256,
        total: int | None = None,
    ) -> Added:
        """Checks and writes items, a batch at a time; each batch is written whole or not at all.

        An item is known by its content: one that is here already is skipped, but captions that it has not yet are
        added, and what it lacks (label, further columns) is filled in. total: how many will come, for the progress.
        Raises `BadInput` for a bundled set, which stays as it came; so do the other changes of what came with it.
        """
        fixed.check_items(self.path)
        return add(self._store, self._items, items, report, batch, total)

    def count(self) -> int:
        return self._items.count()

    def pictured(self) -> list[str]:
        """The ids of the items that have a picture, in the items' order."""
        return self._items.embeddable("image")

    def columns(self) -> dict[str, str]:
        """The further columns: name → "text", "number" or "boolean"."""
        return self._items.columns()

    def table(self, columns: Sequence[str] | None = None, ids: Sequence[str] | None = None) -> "pa.Table":
        """Items in their order, or those of the ids in theirs. Always has `id`.

        columns: all but the pictures' bytes where not given; "image" and "thumbnail" only when asked for, and
        "captions": all captions of each item as a list, of which "caption" is the first.
        """
        return self._items.table(columns, ids)

    def iterate(
        self, columns: Sequence[str] | None = None, ids: Sequence[str] | None = None, batch: int = 256
    ) -> "Iterator[pa.Table]":
        """The same, so many items at a time."""
        return self._items.iterate(columns, ids, batch)

    def image(self, id: str) -> bytes:
        """The original bytes of a picture; raises `Damaged` or `BadPicture` where they are not those any more."""
        return self._items.image(id)

    @staticmethod
    def check_picture(id: str, image: bytes | None) -> None:
        """Raises `BadPicture` for bytes of `iterate` that are not those which were given, or are gone."""
        check_picture(id, image)

    def thumbnails(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Small pictures by id; items without a picture, or whose file is damaged, are left out."""
        return self._items.thumbnails(ids)

    def set_column(self, name: str, values: Mapping[str, Value | None]) -> None:
        """Sets a column by id: a tag, a label, the first caption; makes the column where there is none."""
        fixed.check_column(self.path, name)
        if name == "caption":
            with self._store.writing():
                self._items.set_first_captions(values, self._forget)
        else:
            self._items.set_column(name, values)

    def set_captions(self, captions: Mapping[str, Sequence[str]]) -> None:
        """Sets all captions of items by id; a caption that changes or moves is embedded anew."""
        fixed.check_items(self.path)
        with self._store.writing():
            self._items.set_captions(captions, self._forget)

    def _forget(self, captions: list[str]) -> None:
        self._vectors.forget("text", captions)

    def captions(self, ids: Sequence[str]) -> list[str]:
        """The words of captions by their own ids; see `core.workspace.captions`."""
        return self._items.texts(ids)

    # embeddings

    def missing(self, model: str, modality: str) -> list[str]:
        """Ids that still lack an embedding: of items with a picture ("image"), of all their captions ("text")."""
        known = self._vectors.known(model, modality)
        return [id for id in self._items.embeddable(modality) if id not in known]

    def add_embeddings(self, model: str, modality: str, ids: Sequence[str], vectors: Floats) -> None:
        """Writes (N, D) float32 rows of unit norm in one commit; ids that have their embedding keep it."""
        self._vectors.add(model, modality, ids, vectors)

    def embeddings(self, model: str, modality: str, ids: Sequence[str] | None = None) -> Embeddings:
        """One row an item, of captions the first: all there are, in the items' order, or those of the ids in theirs.

        Raises `MissingData` where one of the ids lacks.
        """
        every = self._items.ids() if ids is None else ids
        return self._vectors.get(model, modality, every, whole=ids is not None)

    def caption_embeddings(self, model: str) -> Embeddings:
        """One row a caption, in the items' order and each item's own; ids are those of captions, see `item_of`."""
        return self._vectors.get(model, "text", self._items.caption_ids(), whole=False)

    def every_embedding(self, model: str, modality: str) -> Embeddings:
        """All images, or all captions."""
        return self.caption_embeddings(model) if modality == "text" else self.embeddings(model, modality)

    def delete_embeddings(self, model: str) -> None:
        """Deletes all that a model has embedded; runs made of it stay. See `core.reduced.delete`, which looks first."""
        fixed.check_model(self.path, model)
        self._vectors.clear(model)

    def models(self) -> list[Embedded]:
        """What has embedded how many images and captions here."""
        return self._vectors.models()

    def fingerprint(self, model: str, modality: str) -> str:
        """Changes whenever an embedding does."""
        return fingerprint(self.every_embedding(model, modality))

    # runs

    def save_run(self, card: RunCard, arrays: Arrays) -> str:
        """Writes a run in one commit and gives its id; a run of the same id is replaced."""
        return self._runs.save(card, arrays)

    def runs(self, kind: str | None = None) -> list[RunCard]:
        """Cards, newest last."""
        return self._runs.cards(kind)

    def run(self, id: str) -> Run:
        return self._runs.get(id)

    def delete_run(self, id: str) -> None:
        fixed.check_run(self.path, id)
        self._runs.delete(id)
