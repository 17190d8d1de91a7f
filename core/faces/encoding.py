"""Pictures (…, S, S, 3) uint8 as files in memory: PNG, a sheet as JPEG, an animation."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from core.errors import BadParameter

ANIMATIONS = {"gif": "GIF", "webp": "WEBP"}
QUALITY = 92
"""Of a sheet: its pictures are on screen while a slider moves, and the exact one comes when it rests."""
FRAME = 80
"""Milliseconds."""


def png(picture: np.ndarray) -> bytes:
    """(S, S, 3) → the exact picture."""
    return written([Image.fromarray(picture)], "PNG")


def sheet(pictures: np.ndarray) -> bytes:
    """(rows, columns, S, S, 3) → one JPEG; ten times as quick to write as PNG, a third of its size."""
    rows, columns, side = pictures.shape[:3]
    whole = pictures.swapaxes(1, 2).reshape(rows * side, columns * side, 3)
    return written([Image.fromarray(np.ascontiguousarray(whole))], "JPEG", quality=QUALITY, subsampling=0)


def animation(pictures: np.ndarray, kind: str, side: int) -> bytes:
    """(N, S, S, 3) there and back as GIF or WebP, `side` pixels wide, for ever. Raises `BadParameter`."""
    if kind not in ANIMATIONS:
        raise BadParameter(f"kind {kind!r} is not one of {', '.join(ANIMATIONS)}")
    frames = [enlarged(picture, side) for picture in [*pictures, *pictures[-2:0:-1]]]
    if kind == "gif":  # Pillow's own choice of colours takes ten times as long, and its dither twice the room
        frames = [each.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE) for each in frames]
    more = {"quality": 90, "method": 2} if kind == "webp" else {}
    return written(frames, ANIMATIONS[kind], save_all=True, duration=FRAME, loop=0, **more)


def enlarged(picture: np.ndarray, side: int) -> Image.Image:
    """(S, S, 3) → `side` pixels wide, smooth."""
    return Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)


def written(frames: Sequence[Image.Image], kind: str, **more: object) -> bytes:
    out = BytesIO()
    others = {"append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(out, kind, **others, **more)
    return out.getvalue()
