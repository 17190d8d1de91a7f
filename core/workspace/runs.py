"""A run: its card, by which it can be made again, and its arrays."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from secrets import token_hex
from typing import Any, NoReturn
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput, Damaged, MissingData, one_line
from core.serialise import to_json
from core.workspace.store import Store, quoted

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class RunCard:
    """What a result was made from and how.

    id: given by the workspace where empty. kind: "map", … space: "images", "captions" or "both".
    items: rows that went in; fingerprint: of their embeddings (`Workspace.fingerprint`).
    versions: of the libraries; created: ISO 8601, UTC; metrics: figures about the result.
    """

    id: str
    kind: str
    method: str
    title: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    model: str = ""
    space: str = "both"
    items: int = 0
    fingerprint: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    created: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return to_json(asdict(self), unknown=_refuse)

    @classmethod
    def from_json(cls, text: str) -> "RunCard":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Run:
    """A card and its arrays, e.g. of a map: ids (N,) str, modality (N,) str, xy (N, 2) float32."""

    card: RunCard
    arrays: Arrays


class Runs:
    """Reads and writes the table `runs` of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._table = store.table("runs")

    def save(self, card: RunCard, arrays: Arrays) -> str:
        """In one commit; a run of the same id is replaced."""
        import pyarrow as pa

        card = _complete(card)
        values = {"id": card.id, "kind": card.kind, "created": card.created, "card": card.to_json()}
        texts = {name: pa.array([value], pa.string()) for name, value in values.items()}
        rows = pa.table(texts | {"arrays": pa.array([pack(arrays)], pa.large_binary())})
        with self._store.writing():
            if self._table.exists():
                self._table.merge("id", rows, insert=True)
                self._table.compact()
            else:
                self._table.append(rows)
        return card.id

    def cards(self, kind: str | None) -> list[RunCard]:
        """Newest last; those whose files are damaged are left out, the others stay usable."""
        condition = None if kind is None else f"kind = {quoted(kind)}"
        found = self._table.sound(["created", "card"], condition)
        rows = [] if found is None else found.to_pylist()
        return [RunCard.from_json(row["card"]) for row in sorted(rows, key=lambda row: row["created"])]

    def get(self, id: str) -> Run:
        """Raises `MissingData` where there is none, `Damaged` where its arrays cannot be read any more."""
        condition = f"id = {quoted(id)}"
        found = self._table.sound(["card", "arrays"], condition)
        if found is None or not found.num_rows:
            if self._table.exists():
                self._table.read(["id"], condition)  # raises where it may be among what is damaged
            raise MissingData(f"no run {id!r} in this workspace")
        row = found.to_pylist()[0]
        return read_run(id, row["card"], row["arrays"], self._store.address)

    def delete(self, id: str) -> None:
        with self._store.writing():
            if self._table.exists():
                self._table.delete(f"id = {quoted(id)}")

    def version(self) -> int:
        return self._table.version()


def read_run(id: str, card: str, arrays: bytes, workspace: str) -> Run:
    """A row of the table; raises `Damaged` where it is not what was written."""
    try:
        return Run(RunCard.from_json(card), unpack(arrays))
    except (ValueError, TypeError, KeyError, BadZipFile, EOFError, OSError, NotImplementedError, zlib.error) as error:
        reason = one_line(error, 80)
        raise Damaged(f"the result {id} is damaged ({reason}): run `clipscape check {workspace}`", workspace) from error


def _complete(card: RunCard) -> RunCard:
    created = card.created or datetime.now(UTC).isoformat(timespec="milliseconds")
    return replace(card, id=card.id or f"{card.kind}-{card.method}-{token_hex(4)}", created=created)


def _refuse(value: Any) -> NoReturn:
    raise BadInput(f"a run card cannot hold {type(value).__name__}: give text, numbers, truths or lists of them")


def pack(arrays: Arrays) -> bytes:
    """Arrays as .npz; text as UTF-8 bytes, a quarter of NumPy's own size for it."""
    packed = BytesIO()
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise BadInput(f"array {name!r} holds Python objects: give numbers or text of a fixed width")
    plain = {f"{name}:text" if a.dtype.kind == "U" else name: _encode(a) for name, a in arrays.items()}
    np.savez(packed, allow_pickle=False, **plain)
    return packed.getvalue()


def unpack(data: bytes) -> dict[str, NDArray[Any]]:
    """What `pack` wrote."""
    with np.load(BytesIO(data), allow_pickle=False) as packed:
        return {name.removesuffix(":text"): _decode(name, packed[name]) for name in packed.files}


def _encode(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind != "U":
        return array
    try:
        return array.astype(np.bytes_)
    except UnicodeEncodeError:  # beyond ASCII, which is what ids are
        return np.char.encode(array, "utf-8")


def _decode(name: str, array: NDArray[Any]) -> NDArray[Any]:
    if not name.endswith(":text"):
        return array
    try:
        return array.astype(np.str_)
    except UnicodeDecodeError:
        return np.char.decode(array, "utf-8")
