"""Thumbnails in one element: quick with many pictures, and a click tells which item."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.kit import component
from app.kit.formats import shown

Layout = Literal["grid", "list", "strip", "cards"]


@dataclass(frozen=True)
class Picture:
    """An item of a gallery; without a thumbnail its caption is the tile.

    note: a short figure, e.g. a score. more: how many captions it has besides the one that is shown.
    """

    id: str
    thumbnail: bytes | None = None
    caption: str = ""
    note: str = ""
    more: int = 0


def gallery(
    pictures: Sequence[Picture],
    key: str,
    *,
    chosen: str | None = None,
    side: int = 88,
    layout: Layout = "grid",
) -> str | None:
    """Draws the pictures, `side` pixels wide at least, and returns the id of the one just clicked.

    layout: a strip is one row without words, which scrolls where it is too long; cards have captions of several lines.
    """
    data = {"pictures": [_plain(each) for each in pictures], "chosen": chosen, "side": side, "layout": layout}
    return component.clicked(__file__, data, key)


def pictures(
    ids: Sequence[str],
    captions: Mapping[str, str],
    thumbnails: Mapping[str, bytes],
    notes: Mapping[str, str] | None = None,
    several: Mapping[str, Sequence[str]] | None = None,
) -> list[Picture]:
    """The pictures of these ids, in their order. several: all captions of those that have more than one."""
    notes, several = notes or {}, several or {}
    return [
        Picture(id, thumbnails.get(id) or None, captions.get(id, ""), notes.get(id, ""), len(several.get(id, " ")) - 1)
        for id in ids
    ]


def data_url(image: bytes) -> str:
    """A thumbnail (WebP) as an address that a browser can draw."""
    return "data:image/webp;base64," + b64encode(image).decode()


def _plain(picture: Picture) -> dict[str, str | int | None]:
    image = data_url(picture.thumbnail) if picture.thumbnail else None
    caption = shown(picture.caption)
    return {"id": picture.id, "image": image, "caption": caption, "note": picture.note, "more": picture.more}
