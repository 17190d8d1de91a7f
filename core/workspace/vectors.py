"""The embeddings of a workspace: one table a model, since their dimensions differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput, Damaged, MissingData
from core.results import Embeddings, Floats
from core.workspace.store import Store, Table, quoted

PREFIX = "embeddings_"
MODALITIES = ("image", "text")


@dataclass(frozen=True)
class Embedded:
    """How many images ("image") or captions ("text") a model has embedded, and into how many dimensions."""

    model: str
    modality: str
    count: int
    dimension: int


class Vectors:
    """Reads and writes the tables `embeddings_…` of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables: dict[str, Table] = {}

    def known(self, model: str, modality: str) -> set[str]:
        check_modality(modality)
        table = self._table(model)
        if not table.exists():
            return set()
        return set(table.read(["id"], _of(modality))["id"].to_pylist())

    def add(self, model: str, modality: str, ids: Sequence[str], vectors: Floats) -> None:
        """In one commit; ids that have their embedding keep it."""
        check_modality(modality)
        given = Embeddings(np.asarray(ids, np.str_), np.ascontiguousarray(vectors, np.float32), model, modality)
        with self._store.writing():
            self._check_dimension(model, given.vectors.shape[1])
            table = self._table(model)
            known = table.places() if table.exists() else {}
            new = [place for place, id in enumerate(ids) if f"{modality} {id}" not in known]
            if new:
                table.append(_rows(given, new))
                table.compact()

    def get(self, model: str, modality: str, ids: Sequence[str], whole: bool) -> Embeddings:
        """In the order of the ids; those that lack an embedding are left out, or refused where `whole`."""
        import pyarrow as pa
        import pyarrow.compute as compute

        check_modality(modality)
        table = self._table(model)
        if not table.exists():
            raise MissingData(f"nothing here is embedded with {model!r}: embed it first")
        rows = table.read(["id", "vector"], _of(modality))
        where = compute.index_in(pa.array(ids, pa.string()), value_set=rows["id"].combine_chunks())
        if whole and where.null_count:
            raise MissingData(f"{where.null_count:,} of {len(ids):,} items lack a {modality} embedding by {model!r}")
        found = rows["id"].take(where.drop_null())
        return Embeddings(np.asarray(found.to_pylist(), np.str_), _matrix(rows, where.drop_null()), model, modality)

    def models(self) -> list[Embedded]:
        """Those whose vectors cannot be read are left out."""
        counted = [each for model in self.names() for each in self._modalities(model)]
        return [each for each in counted if each.count]

    def names(self) -> list[str]:
        """The models that have a table here."""
        return [unquote(name.removeprefix(PREFIX).replace("_", "%")) for name in self._names()]

    def _modalities(self, model: str) -> list[Embedded]:
        try:
            there = self._table(model).exists()
            return [self._counted(model, modality) for modality in MODALITIES] if there else []
        except Damaged:
            return []

    def version(self) -> int:
        return sum(self._store.table(name).version() for name in self._names())

    def _names(self) -> list[str]:
        return [name for name in self._store.names() if name.startswith(PREFIX)]

    def forget(self, modality: str, ids: Sequence[str]) -> None:
        """Deletes embeddings of items whose content changes, by every model; call it while `writing`."""
        condition = f"{_of(modality)} AND id IN ({', '.join(map(quoted, ids))})"
        tables = [self._table(model) for model in self.names()] if ids else []
        for table in [each for each in tables if each.exists()]:
            if table.count(condition):
                table.delete(condition)

    def clear(self, model: str) -> None:
        """Deletes all that a model has embedded."""
        with self._store.writing():
            if self._table(model).exists():
                self._table(model).clear()

    def _table(self, model: str) -> Table:
        if model not in self._tables:
            self._tables[model] = self._store.table(table_name(model), key=("modality", "id"))
        return self._tables[model]

    def _check_dimension(self, model: str, dimension: int) -> None:
        table = self._table(model)
        if table.exists() and (before := _dimension(table)) != dimension:
            raise BadInput(f"{model!r} has given {before} dimensions here before, not {dimension}: name it differently")

    def _counted(self, model: str, modality: str) -> Embedded:
        table = self._table(model)
        return Embedded(model, modality, table.count(_of(modality)), _dimension(table))


def fingerprint(embeddings: Embeddings) -> str:
    """A hash of ids and vectors in their order: 32 hexadecimal digits."""
    digest = blake2b("\n".join(embeddings.ids.tolist()).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(embeddings.vectors).data)
    return digest.hexdigest()


def table_name(model: str) -> str:
    """The model's name in the letters that a table's name may have; it can be read back."""
    return PREFIX + quote(model, safe="").replace("~", "%7E").replace("_", "%5F").replace("%", "_")


def check_modality(modality: str) -> None:
    if modality not in MODALITIES:
        raise BadInput(f"modality {modality!r}: choose image or text")


def _of(modality: str) -> str:
    return f"modality = {quoted(modality)}"


def _dimension(table: Table) -> int:
    return table.schema().field("vector").type.list_size


def _rows(given: Embeddings, places: Sequence[int]) -> Any:
    import pyarrow as pa

    vectors = given.vectors[list(places)]
    values = {
        "id": pa.array(given.ids[list(places)].tolist(), pa.string()),
        "model": pa.array([given.model] * len(places), pa.string()),
        "modality": pa.array([given.modality] * len(places), pa.string()),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
    }
    return pa.table(values)


def _matrix(rows: Any, places: Any) -> NDArray[np.float32]:
    column = rows["vector"].combine_chunks()
    flat = column.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(len(column), column.type.list_size)[places.to_numpy(zero_copy_only=False)]
