"""A picture of any size and shape → the square of pixels that an editor works on."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.sources.pictures import open_picture


def square(data: bytes, side: int) -> NDArray[np.uint8]:
    """The middle of a picture's bytes as (side, side, 3) uint8; raises `BadPicture`."""
    return resized(open_picture(data), side)


def resized(picture: Image.Image, side: int) -> NDArray[np.uint8]:
    """The largest square about the middle of an RGB picture, at another size: (side, side, 3) uint8."""
    width, height = picture.size
    short = min(width, height)
    left, top = (width - short) // 2, (height - short) // 2
    box = (left, top, left + short, top + short)
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0))
