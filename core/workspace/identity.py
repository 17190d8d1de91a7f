"""What an item is known by: the hash of its picture, or of its caption where there is no picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from core.errors import BadPicture, MissingData
from core.sources.items import Item
from core.workspace.store import quoted

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Checked:
    """An item whose picture is sound. thumbnail: None where it has no picture."""

    id: str
    item: Item
    thumbnail: bytes | None = None
    frames: int = 1


def check_picture(id: str, image: bytes | None) -> None:
    """Raises `BadPicture` for bytes that are not those which were given: an item's id is their hash."""
    if image is None or hashed(image, "image") != id:
        raise BadPicture(f"the picture {id} is {'gone' if image is None else 'damaged'}: add it again")


def content_id(item: Item) -> str:
    """The hash of the picture's bytes, or of the caption where there is no picture: 32 hexadecimal digits."""
    if item.image is not None:
        return hashed(item.image, "image")
    return hashed(item.caption.encode("utf-8", "surrogatepass"), "text")


def hashed(content: bytes, modality: str) -> str:
    return blake2b(content, digest_size=16, person=modality.encode()).hexdigest()


def among(ids: Sequence[str]) -> str:
    """The condition of rows with these ids."""
    return f"id IN ({', '.join(map(quoted, ids))})" if ids else "false"


def in_order(rows: "pa.Table", ids: Sequence[str] | None) -> "pa.Table":
    """In the items' order, or in that of the ids; raises `MissingData` for an id that is not there."""
    import pyarrow as pa
    import pyarrow.compute as compute

    if ids is None:
        places = rows["row"].to_numpy()
        return rows if (places[1:] > places[:-1]).all() else rows.take(pa.array(places.argsort(kind="stable")))
    where = compute.index_in(pa.array(ids, pa.string()), value_set=rows["id"].combine_chunks())
    if where.null_count:
        missing = ids[where.is_null().index(True).as_py()]
        raise MissingData(f"{where.null_count:,} items are not in this workspace, the first is {missing}")
    return rows.take(where)
