"""The columns of items: the fixed ones, and the further ones that sources and people bring, each of one kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import BadInput
from core.sources.items import Value, distinct_names, sound
from core.workspace.captions import CAPTIONS, FURTHER

if TYPE_CHECKING:
    import pyarrow as pa

FIXED = ("id", "source", "caption", "label")
TAG = "tag"
"""The column of a person's own words for items; see `core.tags`."""
PICTURES = ("image", "thumbnail")
HIDDEN = ("row", "pictured", FURTHER)
"""Kept for the workspace itself: the place among the items, whether there is a picture, captions after the first."""

RESERVED = frozenset((*FIXED, *PICTURES, *HIDDEN, CAPTIONS))
KINDS = {"string": "text", "large_string": "text", "double": "number", "bool": "boolean"}


def item_schema() -> "pa.Schema":
    import pyarrow as pa

    texts = [pa.field(name, pa.string()) for name in FIXED]
    return pa.schema([pa.field("row", pa.int64()), pa.field("pictured", pa.bool_()), *texts])


def picture_schema() -> "pa.Schema":
    import pyarrow as pa

    return pa.schema([("id", pa.string()), ("image", pa.large_binary()), ("thumbnail", pa.large_binary())])


def kinds(schema: "pa.Schema") -> dict[str, str]:
    """The further columns of a table of items: name → "text", "number" or "boolean"."""
    return {field.name: KINDS[str(field.type)] for field in schema if field.name not in RESERVED}


def safe_name(name: str) -> str:
    """A name under which a further column can stand beside the fixed ones.

    A dot would mean a nested column; after a zero byte the store reads no further.
    """
    plain = " ".join(sound(name).replace(".", "_").replace("`", "'").replace("\0", " ").split())[:100]
    plain = "column" if plain in ("", "*") else plain  # a star would mean every column
    taken = plain.lower() in RESERVED or (plain.startswith("_") and not plain.endswith(" (source)"))
    return f"{plain} (source)" if taken else plain


def kind_of(values: Iterable[Any]) -> str:
    """The narrowest kind that holds all values: boolean, number, else text."""
    found = set(map(_kind, values))
    return found.pop() if len(found) == 1 else "text"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    exact = isinstance(value, float) or (isinstance(value, int) and abs(value) <= 2**53)
    return "number" if exact else "text"


def arrow_type(kind: str) -> "pa.DataType":
    import pyarrow as pa

    return {"text": pa.string(), "number": pa.float64(), "boolean": pa.bool_()}[kind]


def as_kind(kind: str, value: Value | None) -> Any:
    if value is None:
        return None
    return sound(str(value)) if kind == "text" else float(value) if kind == "number" else bool(value)


class Further:
    """The further columns of some items, fitted to the columns that the workspace has already.

    A value of another kind than its column goes to a text column beside it, `name (text)`: nothing is lost.
    """

    def __init__(self, rows: Sequence[Mapping[str, Value]], known: Mapping[str, str]) -> None:
        given: dict[str, list[Value | None]] = {}
        every = list(dict.fromkeys(name for row in rows for name in row))
        names = dict(zip(every, distinct_names(map(safe_name, every)), strict=True))
        for place, row in enumerate(rows):
            for name, value in row.items():
                given.setdefault(names[name], [None] * len(rows))[place] = value
        self.values: dict[str, list[Value | None]] = {}
        self.kinds: dict[str, str] = {}
        for name, values in given.items():
            self._place(name, values, known)

    def _place(self, name: str, values: list[Value | None], known: Mapping[str, str]) -> None:
        kind = kind_of(value for value in values if value is not None)
        if known.get(name, kind) == kind:
            self._set(name, kind, values)
        elif known[name] == "text":
            self._set(name, "text", values)
        else:
            self._place(f"{name} (text)", [None if value is None else str(value) for value in values], known)

    def _set(self, name: str, kind: str, values: list[Value | None]) -> None:
        self.kinds[name] = kind
        self.values[name] = [as_kind(kind, value) for value in values]

    def new_fields(self, known: Mapping[str, str]) -> "list[pa.Field]":
        import pyarrow as pa

        return [pa.field(name, arrow_type(kind)) for name, kind in self.kinds.items() if name not in known]

    def arrays(self) -> "dict[str, pa.Array]":
        import pyarrow as pa

        return {name: pa.array(values, arrow_type(self.kinds[name])) for name, values in self.values.items()}


def check_column(name: str) -> None:
    """Raises `BadInput` for a name that a new column cannot have."""
    if name in RESERVED and name not in ("caption", "label"):
        raise BadInput(f"column {name!r} belongs to the workspace: choose another name")
    if name.startswith("_"):  # the store's own are _rowid, _rowaddr, _distance …
        raise BadInput(f"column {name!r}: names that begin with _ are the store's own: choose another name")
    if name.strip() in ("", "*") or set(name) & set(".`\0") or len(name) > 100:
        raise BadInput(f"column {name!r}: give a name of 1 to 100 characters without dots, backticks and zero bytes")
