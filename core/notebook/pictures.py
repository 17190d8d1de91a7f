"""Results as HTML that stands alone: thumbnails in it, nothing fetched, no scripts."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.results import Floats, Strings
from core.sources.pictures import open_picture

WIDTH, HEIGHT, EDGE = 880, 620, 28
"""Of a map in pixels, and what stays free around its points."""
SIDE = 44
"""Of a thumbnail on it."""
COLOURS = {"image": (0, 114, 178), "text": (230, 159, 0)}
"""Okabe and Ito's blue and orange, which everyone can tell apart."""
FINER = 2

Cards = Iterable[tuple[str, bytes | None, str]]
_CARD = (
    "display:inline-block;width:132px;margin:0 8px 12px 0;vertical-align:top;"
    "font-size:12px;line-height:1.35;overflow-wrap:anywhere"
)
_FRAME = "width:132px;height:99px;object-fit:contain;display:block;margin-bottom:4px"


def gallery(cards: Cards) -> str:
    """Cards in rows. Each: what stands in bold, a thumbnail (None: there is no picture), and words."""
    return "<div>" + "".join(_card(*each) for each in cards) + "</div>"


def _card(title: str, thumbnail: bytes | None, words: str) -> str:
    picture = f"<img src='{_address(thumbnail, 'webp')}' alt='{escape(words)}' style='{_FRAME}'>" if thumbnail else ""
    return f"<div style='{_CARD}'>{picture}<b>{escape(title)}</b><br>{escape(words)}</div>"


def map_picture(xy: Floats, modality: Strings, ids: Strings, thumbnails: Mapping[str, bytes]) -> str:
    """Every point of a map, (N, 2), in its modality's colour, and some images where they lie; see `spread`."""
    places = _places(xy)
    picture = _points(places, modality)
    where = {id: place for id, place, kind in zip(ids.tolist(), places, modality, strict=True) if kind == "image"}
    for id, thumbnail in thumbnails.items():
        _paste(picture, thumbnail, where[id])
    buffer = BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return f"<img src='{_address(buffer.getvalue(), 'png')}' width='{WIDTH}' alt='map of {len(xy)} points'>"


def spread(xy: Floats, modality: Strings) -> NDArray[np.int64]:
    """Rows of images so far from each other that their thumbnails cover none of one another.

    Candidates are, of each square of a grid over the map, the image nearest to its middle.
    """
    places, images = _places(xy), np.flatnonzero(modality == "image")
    squares, inside = np.divmod(places[images], SIDE)
    order = np.argsort(np.linalg.norm(inside - SIDE / 2, axis=1), kind="stable")
    _, first = np.unique(squares[order], axis=0, return_index=True)
    kept: list[int] = []
    for row in images[order[np.sort(first)]].tolist():
        if not kept or np.abs(places[kept] - places[row]).max(axis=1).min() > SIDE:
            kept.append(row)
    return np.array(kept, dtype=np.int64)


def key(modality: str, words: str) -> str:
    """Words after a dot in the colour of a modality's points."""
    return f"<span style='color:rgb{COLOURS[modality]}'>●</span> {escape(words)}"


def _places(xy: Floats) -> Floats:
    """Pixels from the upper left corner, as large as fits, both axes to the same scale: (N, 2)."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    size = np.array([WIDTH, HEIGHT])
    scale = ((size - 2 * EDGE) / np.maximum(high - low, 1e-12)).min()
    return (size / 2 + (xy - (low + high) / 2) * [scale, -scale]).astype(np.float32)


def _points(places: Floats, modality: Strings) -> Image.Image:
    """Dots on white; drawn larger and made small, so that their edges are smooth."""
    canvas = np.full((HEIGHT * FINER, WIDTH * FINER, 3), 255, dtype=np.uint8)
    column, row = np.round(places * FINER).astype(np.int64).T
    for name, colour in COLOURS.items():
        mine = modality == name
        for down in range(-2, 3):
            for right in range(-2, 3):
                if abs(down) + abs(right) < 4:
                    canvas[row[mine] + down, column[mine] + right] = colour
    return Image.fromarray(canvas).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _paste(picture: Image.Image, thumbnail: bytes, place: Floats) -> None:
    small = open_picture(thumbnail)
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    left, top = (int(middle - size / 2) for middle, size in zip(place, small.size, strict=True))
    picture.paste(small, (left, top))


def _address(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{b64encode(data).decode()}"
