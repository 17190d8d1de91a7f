"""Rasterise every source to one memory-mapped array, with its table of captions."""

import io
import json
import multiprocessing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.recipes import captions, download, sources

SIZE = 64
DOTS_PER_INCH = 96
BLANK = np.zeros((SIZE, SIZE, 4), np.uint8)


def draw_svg(svg: str, size: int) -> Image.Image:
    """SVG text as a square RGBA image, its drawing centred, aspect kept."""
    image = _rendered(svg, width=size)
    return squared(_rendered(svg, height=size) if image.height > size else image, size)


def _rendered(svg: str, width: int | None = None, height: int | None = None) -> Image.Image:
    """Without a resolution, resvg refuses the many drawings whose size is given in points or millimetres."""
    import resvg_py  # only the recipe needs it: what reads rasterised pictures does without

    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, dpi=DOTS_PER_INCH, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def squared(image: Image.Image, size: int) -> Image.Image:
    """The image shrunk into a transparent square of ``size`` pixels."""
    image = image.copy()
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", (size, size))
    canvas.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
    return canvas


def cropped(image: Image.Image) -> Image.Image:
    """The image without its empty margins: clip art often floats on a whole page."""
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    return image.crop(box) if box else image


def _fashion_image(index: int, size: int) -> Image.Image:
    pixels = sources.fashion_arrays("train")[0][index]
    return Image.fromarray(pixels).convert("RGBA").resize((size, size), Image.Resampling.BICUBIC)


def draw(source: sources.Source, size: int = SIZE) -> np.ndarray:
    """One source as (size, size, 4) uint8 RGBA; all zeros when it cannot be drawn."""
    try:
        if source.style == "fashion":
            image = _fashion_image(int(source.drawing), size)
        elif source.drawing.startswith("<"):
            image = draw_svg(source.drawing.replace("currentColor", "#000"), size)
        elif source.drawing.endswith(".svg"):
            image = cropped(draw_svg(Path(source.drawing).read_text("utf-8", "replace"), 2 * size))
        else:
            image = cropped(Image.open(source.drawing).convert("RGBA"))
        return np.asarray(squared(image, size))
    except (ValueError, OSError, Image.DecompressionBombError):
        return BLANK


@dataclass
class Pictures:
    """All rasterised pictures.

    ``pixels`` (n, 64, 64, 4) uint8 RGBA; ``styles`` (n,) str; ``kinds`` (n,) str;
    ``concepts`` (n,) int, -1 for none; ``captions`` n lists of indices into ``phrases``.
    """

    pixels: np.ndarray
    styles: np.ndarray
    kinds: np.ndarray
    concepts: np.ndarray
    captions: list[list[int]]
    phrases: list[str]

    def held_out(self) -> np.ndarray:
        """(n,) bool: pictures of held-out concepts, or whose captions name one."""
        table = captions.concepts()
        named = np.array([captions.names_held_out(p) for p in self.phrases])
        own = np.array([c >= 0 and table[c].held_out for c in self.concepts])
        other = np.array([any(named[i] for i in ids) for ids in self.captions])
        return own | ((self.concepts < 0) & other)


def _pool_draw(source: sources.Source) -> tuple[np.ndarray, sources.Source]:
    pixels = draw(source)
    source.drawing = ""
    return pixels, source


def rasterise(processes: int = 2) -> Pictures:
    """Draw every source, drop empty pictures, and keep the result in the cache."""
    folder = download.cache_dir("pictures")
    kept: list[sources.Source] = []
    with multiprocessing.Pool(processes) as pool, open(folder / "pixels.part", "wb") as out:
        for pixels, source in pool.imap(_pool_draw, sources.everything(), chunksize=64):
            if pixels[..., 3].any():
                out.write(pixels.tobytes())
                kept.append(source)
    (folder / "table.json").write_text(json.dumps([vars(s) for s in kept]))
    (folder / "pixels.part").rename(folder / "pixels.u8")
    return load()


def load() -> Pictures:
    """The rasterised pictures from the cache, drawn first when missing."""
    folder = download.cache_dir("pictures")
    if not (folder / "pixels.u8").exists():
        return rasterise()
    rows = json.loads((folder / "table.json").read_text())
    phrases = sorted({c for r in rows for c in r["captions"]})
    index = {p: i for i, p in enumerate(phrases)}
    pixels = np.memmap(folder / "pixels.u8", np.uint8, "r").reshape(len(rows), SIZE, SIZE, 4)
    return Pictures(
        pixels,
        np.array([r["style"] for r in rows]),
        np.array([r["kind"] for r in rows]),
        np.array([r["concept"] for r in rows]),
        [[index[c] for c in r["captions"]] for r in rows],
        phrases,
    )
