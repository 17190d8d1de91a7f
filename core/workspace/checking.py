"""Items told by their content, their pictures checked and made small in a few threads."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b

from core.errors import BadPicture
from core.machine import usable_processors
from core.sources.items import Item
from core.sources.pictures import preview

THREADS = min(8, usable_processors())


@dataclass(frozen=True)
class Checked:
    """An item whose picture is sound. thumbnail: None where it has no picture."""

    id: str
    item: Item
    thumbnail: bytes | None = None
    frames: int = 1


def content_id(item: Item) -> str:
    """The hash of the picture's bytes, or of the caption where there is no picture: 32 hexadecimal digits."""
    if item.image is not None:
        return hashed(item.image, "image")
    return hashed(item.caption.encode("utf-8", "surrogatepass"), "text")


def hashed(content: bytes, modality: str) -> str:
    return blake2b(content, digest_size=16, person=modality.encode()).hexdigest()


def check(items: Mapping[str, Item], pool: ThreadPoolExecutor) -> dict[str, Checked | str]:
    """Each item by its id: checked, or why it cannot be used. Pillow decodes without holding the GIL."""
    return dict(zip(items, pool.map(_check, items, items.values()), strict=True))


def _check(id: str, item: Item) -> Checked | str:
    if item.image is None:
        return Checked(id, item) if item.caption.strip() else "neither a picture nor a caption"
    try:
        found = preview(item.image)
    except BadPicture as error:
        return str(error)
    return Checked(id, item, found.thumbnail, found.frames)
