"""A picture's way to a model's size: what open_clip's transform does before it makes a tensor."""

from collections.abc import Callable

from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

Shaper = Callable[[Image.Image], Image.Image]


def make_shaper(settings: PreprocessCfg) -> Shaper:
    """RGB picture → RGB picture of the model's size.

    For the usual settings only the part that survives the crop is resized: a quarter faster for
    photographs, and a picture of 1 × 100,000 pixels does not fill the memory.
    """
    size = settings.size if isinstance(settings.size, int) else tuple(settings.size)
    height, width = (size, size) if isinstance(size, int) else size
    if settings.resize_mode == "shortest" and height == width:
        resample = Image.Resampling[settings.interpolation.upper()]
        return lambda image: image.resize((width, height), resample, box=middle(*image.size, width))
    *steps, _, _ = image_transform_v2(settings, is_train=False).transforms
    return lambda image: apply(steps, image)


def middle(width: int, height: int, side: int) -> tuple[float, float, float, float]:
    """The box of a picture that "shortest side to `side`, then the middle square" leaves over."""
    short, long = min(width, height), max(width, height)
    resized = int(side * long / short)
    begin = round((resized - side) / 2) * long / resized
    end = begin + side * long / resized
    return (begin, 0, end, height) if width > height else (0, begin, width, end)


def apply(steps: list[Shaper], image: Image.Image) -> Image.Image:
    for step in steps:
        image = step(image)
    return image
