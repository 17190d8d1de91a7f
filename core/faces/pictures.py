"""Pictures (…, S, S, 3) uint8: the middle square of any picture, and files in memory (PNG, JPEG sheets, animations)."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadParameter
from core.sources.pictures import open_picture

Pictures = NDArray[np.uint8]
ANIMATIONS = {"gif": "GIF", "webp": "WEBP"}
QUALITY = 92
"""Of a sheet: its pictures are on screen while a slider moves, and the exact one comes when it rests."""
FRAME = 80
"""Milliseconds."""


def square(data: bytes, side: int) -> Pictures:
    """The largest square about the middle of a picture's bytes as (side, side, 3); raises `BadPicture`."""
    picture = open_picture(data)
    width, height = picture.size
    short = min(width, height)
    left, top = (width - short) // 2, (height - short) // 2
    box = (left, top, left + short, top + short)
    return np.array(picture.resize((side, side), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0))


def squared_error(a: Pictures, b: Pictures) -> NDArray[np.float64]:
    """Mean squared error (N,) of pictures (N, S, S, 3), in units of the whole range."""
    return np.square((a.astype(np.float64) - b) / 255).mean((1, 2, 3))


def grid(pictures: Pictures) -> Pictures:
    """(rows, columns, S, S, 3) → one picture of them all."""
    rows, columns, side = pictures.shape[:3]
    return np.ascontiguousarray(pictures.swapaxes(1, 2).reshape(rows * side, columns * side, 3))


def png(picture: Pictures) -> bytes:
    """(height, width, 3) → the exact picture."""
    return written([Image.fromarray(picture)], "PNG")


def sheet(pictures: Pictures) -> bytes:
    """(rows, columns, S, S, 3) → one JPEG; ten times as quick to write as PNG, a third of its size."""
    return written([Image.fromarray(grid(pictures))], "JPEG", quality=QUALITY, subsampling=0)


def animation(pictures: Pictures, kind: str, side: int) -> bytes:
    """(N, S, S, 3) there and back as GIF or WebP, `side` pixels wide, for ever. Raises `BadParameter`."""
    if kind not in ANIMATIONS:
        raise BadParameter(f"kind {kind!r} is not one of {', '.join(ANIMATIONS)}")
    frames = [enlarged(picture, side) for picture in [*pictures, *pictures[-2:0:-1]]]
    if kind == "gif":  # Pillow's own choice of colours takes ten times as long, and its dither twice the room
        frames = [each.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE) for each in frames]
    more = {"quality": 90, "method": 2} if kind == "webp" else {}
    return written(frames, ANIMATIONS[kind], save_all=True, duration=FRAME, loop=0, **more)


def enlarged(picture: Pictures, side: int) -> Image.Image:
    """(S, S, 3) → `side` pixels wide, smooth."""
    return Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)


def written(frames: Sequence[Image.Image], kind: str, **more: object) -> bytes:
    """One picture's file, or an animation's."""
    out = BytesIO()
    others = {"append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(out, kind, **others, **more)
    return out.getvalue()
