"""An item's captions: the first stands in the column `caption`, those after it in a list beside it.

The list is a column that a workspace has as soon as one of its items has two captions. An older workspace may hold all
of an item's captions in a text column `captions`, a line each; they are read as captions, too.

The first caption goes by the item's id, those after it by `<item id>#1`, `<item id>#2` …
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.sources.items import different

if TYPE_CHECKING:
    import pyarrow as pa

CAPTIONS = "captions"
"""All captions of an item as a list, when asked for; in an older workspace a column of text with a line a caption."""
FURTHER = "further_captions"
_NUMBER = re.compile(r"#(\d+)$")


def caption_id(item: str, number: int) -> str:
    """The id of an item's caption of that number, from 0."""
    return f"{item}#{number}" if number else item


def caption_ids(items: Iterable[str], captions: Iterable[Sequence[str]]) -> list[str]:
    """Of each item's captions, in order."""
    return [caption_id(item, number) for item, some in zip(items, captions, strict=True) for number in range(len(some))]


def own_caption_ids(items: NDArray[np.str_], numbers: NDArray[np.int64] | None) -> list[str]:
    """Of N rows that are each of one caption of an item; None: of each item as a whole, or of its first."""
    ids = items.tolist()
    return ids if numbers is None else list(map(caption_id, ids, numbers.tolist()))


def item_of(caption: str) -> str:
    """The id of the item that a caption is of."""
    return _NUMBER.sub("", caption)


def number_of(caption: str) -> int:
    """Which caption of its item an id means, from 0."""
    found = _NUMBER.search(caption)
    return int(found[1]) if found else 0


def columns(schema: "pa.Schema") -> list[str]:
    """The columns that hold captions."""
    return ["caption", *(name for name in (FURTHER, CAPTIONS) if name in schema.names)]


def further_field() -> "pa.Field":
    import pyarrow as pa

    return pa.field(FURTHER, pa.list_(pa.string()))


def arrays(captions: Sequence[Sequence[str]]) -> "dict[str, pa.Array]":
    """The columns of each item's captions, as `lists` reads them."""
    import pyarrow as pa

    first = pa.array([some[0] if some else "" for some in captions], pa.string())
    further = pa.array([list(some[1:]) for some in captions], further_field().type)
    return {"caption": first, FURTHER: further, CAPTIONS: pa.nulls(len(captions), pa.string())}


def lists(rows: "pa.Table") -> list[tuple[str, ...]]:
    """All captions of each item, from its columns."""
    first = rows["caption"].to_pylist()
    later = (rows[name].to_pylist() for name in columns(rows.schema)[1:])
    cells = zip(first, *later, strict=True)
    return [different((caption or "", *(text for cell in rest for text in _texts(cell)))) for caption, *rest in cells]


def _texts(cell: Any) -> list[str]:
    return cell.splitlines() if isinstance(cell, str) else cell or []
