"""Bytes of a picture → a checked RGB picture and its thumbnail.

Every mode a camera, a scanner or a drawing program writes is converted, not refused: palette, CMYK, 16-bit grey,
floating point, transparency (laid on white), EXIF rotation, animations (their first frame). What no browser or
camera writes is refused by format, so that no rarely used decoder (or Ghostscript, for EPS) sees foreign bytes.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from core.errors import BadPicture

PIXEL_LIMIT = 100_000_000
DEEP_LIMIT = 25_000_000
"""Pixels of 16 or 32 bits, which take several times the memory."""
SIDE_LIMIT = 65_535
"""Pixels a side, as much as a JPEG can have."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM", "TGA", "ICO")
_COMMON = "jpg jpeg jpe jfif png webp gif bmp tif tiff"
_RARE = "mpo apng dib avif jp2 j2k jpx ppm pgm pbm pnm tga ico"
ENDINGS = frozenset(f"{_COMMON} {_RARE}".split())
THUMBNAIL_SIDE = 128
Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT  # Pillow would warn of less than what is allowed here
PngImagePlugin.MAX_TEXT_CHUNK = 32 * 2**20  # bytes of metadata and colour profiles that cameras and editors write
_TOO_LARGE = f"over the limit of {PIXEL_LIMIT:,} pixels: make it smaller"


@dataclass(frozen=True)
class Preview:
    """A checked picture in small. thumbnail: WebP bytes; frames: 1, or more where only the first was taken."""

    thumbnail: bytes
    frames: int


def open_picture(data: bytes) -> Image.Image:
    """The picture as RGB, upright, on white where it is transparent; raises `BadPicture`."""
    return _decode(data, side=None)[0]


def thumbnail(data: bytes, side: int = THUMBNAIL_SIDE) -> bytes:
    """The picture as WebP, its longest side at most `side` pixels; raises `BadPicture`."""
    return preview(data, side).thumbnail


def preview(data: bytes, side: int = THUMBNAIL_SIDE) -> Preview:
    """Checks all of the picture by making its thumbnail: it is decoded once."""
    picture, frames = _decode(data, side)
    picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return Preview(_encode(picture), frames)


def _encode(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "WEBP", quality=80, method=1)
    return written.getvalue()


def _decode(data: bytes, side: int | None) -> tuple[Image.Image, int]:
    """The RGB picture (a JPEG not larger than a thumbnail of `side` needs) and its number of frames."""
    try:
        with _open(data) as opened:
            frames = _frames(opened)
            if side is not None:
                opened.draft("RGB", (2 * side, 2 * side))
            return _upright(opened), frames
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(_TOO_LARGE) from None
    except MemoryError:
        raise BadPicture("not enough memory to decode it: make it smaller") from None
    except (
        Exception
    ) as error:  # decoders raise whatever broken bytes lead them to: OSError, SyntaxError, struct.error …
        raise BadPicture(_reason(error)) from None


def _open(data: bytes) -> Image.Image:
    if not data:
        raise BadPicture("an empty file: nothing to read")
    try:
        opened = Image.open(BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise BadPicture("not a picture: save it as JPEG, PNG or WebP") from None
    _check_size(opened)
    return opened


def _check_size(opened: Image.Image) -> None:
    """Raises `BadPicture` before anything is decoded."""
    width, height = opened.size
    deep = opened.mode.startswith(("I", "F"))
    if max(width, height) > SIDE_LIMIT:
        raise BadPicture(f"{width:,} × {height:,}, over the limit of {SIDE_LIMIT:,} pixels a side: cut it in pieces")
    if width * height > PIXEL_LIMIT:
        raise BadPicture(f"{width:,} × {height:,}, {_TOO_LARGE}")
    if deep and width * height > DEEP_LIMIT:
        raise BadPicture(
            f"{width:,} × {height:,} of more than 8 bits, over the limit of {DEEP_LIMIT:,} pixels: save it with 8 bits"
        )


def _frames(opened: Image.Image) -> int:
    """Frames of an animation or a stack; the second picture that cameras put behind a JPEG is none."""
    return 1 if opened.format in ("JPEG", "MPO") else getattr(opened, "n_frames", 1)


def _upright(opened: Image.Image) -> Image.Image:
    opened.load()
    turn = _TURNS.get(_orientation(opened))
    picture = _to_rgb(opened)
    return picture if turn is None else picture.transpose(turn)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(opened: Image.Image) -> int:
    """The EXIF orientation; broken EXIF data counts as upright, since the picture itself is fine."""
    try:
        return int(opened.getexif().get(0x0112, 1))
    except Exception:
        return 1


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        return Image.fromarray(_to_bytes(np.asarray(picture), picture.mode)).convert("RGB")
    if picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured).convert("RGB")
    return picture.convert("RGB") if picture.mode != "RGB" else picture


def _to_bytes(grey: NDArray[Any], mode: str) -> NDArray[np.uint8]:
    """Grey values of 16 or 32 bits or floating point → 0…255.

    Of 16 bits the upper 8 are taken, and floats within [0, 1] are multiplied by 255;
    any other range has no agreed white, so its own darkest and lightest values are taken.
    """
    low, high = float(np.nanmin(grey)), float(np.nanmax(grey))
    if mode.startswith("I") and low >= 0 and high <= 65535:
        return (grey >> 8).astype(np.uint8)
    if mode == "F" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    share = (np.nan_to_num(grey, posinf=high, neginf=low).astype(np.float32) - low) / max(high - low, 1e-30)
    return np.rint(share * 255).astype(np.uint8)


def _reason(error: Exception) -> str:
    text = str(error).partition("\n")[0] or type(error).__name__
    if "truncated" in text.lower():
        return f"the picture breaks off ({text}): copy or download it again"
    return f"the picture cannot be decoded ({text}): save it again as JPEG, PNG or WebP"
