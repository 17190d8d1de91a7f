"""Every captioned picture of the recipe as a :class:`Source` record, before rasterising."""

import gzip
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.recipes import captions, download

CLIPART_BYTES = 40_000  # larger drawings take a second each
OPENMOJI = "openmoji"
FASHION_CLASSES = (
    *("t-shirt", "trousers", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
# Vector restyling: outlines and line art from the same drawing (widths are shares of the box).
STROKES = {
    "plain": "",
    "outlined": "*{{stroke:#000;stroke-width:{w};stroke-linejoin:round}}",
    "lines": "*{{stroke:#000;stroke-width:{w};fill:#fff;stroke-linejoin:round}}",
}


@dataclass
class Source:
    """One picture: where it comes from, how to draw it, and what it shows.

    ``drawing`` is SVG text, or a path of an SVG or PNG file, or an index (Fashion-MNIST).
    ``concept`` indexes :func:`captions.concepts`, -1 when the picture is no emoji.
    """

    style: str
    kind: str
    drawing: str
    captions: list[str]
    concept: int = -1


def svg_of(icon: dict, data: dict, css: str = "") -> str:
    """A complete SVG document from one Iconify body."""
    left, top = icon.get("left", data.get("left", 0)), icon.get("top", data.get("top", 0))
    width, height = (icon.get(k, data.get(k, 16)) for k in ("width", "height"))
    style = f"<style>{css}</style>" if css else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{left} {top} {width} {height}">{style}{icon["body"]}</svg>'
    )


def emoji_icons(style: str) -> dict[int, dict]:
    """Concept index → Iconify icon of one emoji style, by code point or, failing that, by name."""
    read = download.iconify(style)
    icons, aliases = read["icons"]["icons"], read["icons"].get("aliases", {})
    found: dict[int, dict] = {}
    for code, name in read["chars"].items():
        index = captions.by_hexcode().get(captions.bare(code))
        icon = icons.get(name) or icons.get(aliases.get(name, {}).get("parent", ""))
        if index is not None and icon:
            found.setdefault(index, icon)
    if not found:
        found = _icons_by_name(icons)
    return found


def _icons_by_name(icons: dict) -> dict[int, dict]:
    found: dict[int, dict] = {}
    for name, icon in icons.items():
        index = captions.by_name().get(captions.squash(re.sub(r"-1$", "", name)))
        if index is not None:
            found.setdefault(index, icon)
    return found


def _stroke_css(kind: str, icon: dict, data: dict, index: int) -> str:
    box = icon.get("height", data.get("height", 16))
    share = (0.015, 0.022, 0.03, 0.042)[index % 4]
    return STROKES[kind].format(w=round(box * share, 3)) if kind != "plain" else ""


def emoji(style: str, kinds: tuple[str, ...] = ("plain", "outlined", "lines")) -> Iterator[Source]:
    """Every base concept of one emoji style, once for each vector restyling."""
    data, table = download.iconify(style)["icons"], captions.concepts()
    for index, icon in sorted(emoji_icons(style).items()):
        for kind in kinds:
            svg = svg_of(icon, data, _stroke_css(kind, icon, data, index))
            name = style if kind == "plain" else f"{style}+{kind}"
            yield Source(name, "emoji", svg, captions.concept_captions(table[index]), index)


def extra_emoji(style: str) -> Iterator[Source]:
    """Drawings of an emoji set that name no base concept, by their file name."""
    read = download.iconify(style)
    for name, icon in read["icons"]["icons"].items():
        if captions.squash(re.sub(r"-\d$", "", name)) not in captions.by_name():
            yield Source(style + "+extra", "icon", svg_of(icon, read["icons"]), [captions.clean(name)])


def flags(style: str) -> Iterator[Source]:
    """National flags of one set as further drawings of the flag concepts."""
    data, table = download.iconify(style)["icons"], captions.concepts()
    for name, icon in data["icons"].items():
        index = captions.flag_concept(re.sub(r"-(1x1|4x3)$", "", name))
        if index is not None and not name.endswith("-1x1"):
            yield Source(style, "emoji", svg_of(icon, data), captions.concept_captions(table[index]), index)


WANTED = {"fluent": r"-24-(regular|filled)$", "solar": r"-(bold-duotone|linear|broken)$"}
UNWANTED = {"material-symbols": r"-(rounded|sharp|outline)$", "ph": r"-(thin|bold|light)$"}
"""Of sets that draw an icon in many weights: the ends of the names to take, or to leave."""


def _wanted(style: str, name: str) -> bool:
    if style in UNWANTED:
        return not re.search(UNWANTED[style], name)
    return re.search(WANTED.get(style, ""), name) is not None


def icons(style: str) -> Iterator[Source]:
    """One icon set, captioned by its file names."""
    data = download.iconify(style)["icons"]
    for name, icon in data["icons"].items():
        caption = captions.clean(name)
        if _wanted(style, name) and len(caption) > 1:
            yield Source(style, "icon", svg_of(icon, data), [caption])


def clipart() -> Iterator[Source]:
    """Debian's ``openclipart-svg``: title, keywords and folder (public domain)."""
    root = download.deb("openclipart-svg") / "usr/share/openclipart/svg"
    for path in sorted(root.rglob("*.svg")):
        if path.stat().st_size > CLIPART_BYTES or path.is_symlink():
            continue
        yield Source("openclipart", "clipart", str(path), _clipart_captions(path, root))


def _clipart_captions(path: Path, root: Path) -> list[str]:
    head = path.read_text("utf-8", "replace")
    title = re.search(r"<dc:title[^>]*>([^<]+)</dc:title>", head)
    keywords = [html.unescape(k).strip().lower() for k in re.findall(r"<rdf:li[^>]*>([^<]+)<", head)]
    stem = re.sub(r"\b(\d+|[a-z])$", "", captions.clean(path.stem)).strip()
    names = [captions.clean(html.unescape(title[1]))] if title else []
    folder = " ".join(path.relative_to(root).parts[-3:-1]).replace("_", " ")
    found = [*names, stem, f"{stem} {path.parent.name.replace('_', ' ')}", " ".join(keywords[:3]), folder]
    return list(dict.fromkeys(f for f in found if len(f) > 1))


def stamps() -> Iterator[Source]:
    """Debian's ``tuxpaint-stamps-default``: photographs and drawings (GPL 2)."""
    root = download.deb("tuxpaint-stamps-default") / "usr/share/tuxpaint/stamps"
    for path in sorted([*root.rglob("*.png"), *root.rglob("*.svg")]):
        text = path.with_suffix(".txt")
        if text.exists() and not path.stem.endswith("_mirror"):
            line = text.read_text("utf-8", "replace").splitlines()[0].strip(" .!").lower()
            folder = " ".join(reversed(path.relative_to(root).parts[:-1])).replace("_", " ")
            found = [line, captions.clean(path.stem), folder]
            yield Source("stamps", "clipart", str(path), [f for f in found if len(f) > 1])


def fashion_captions(label: int) -> list[str]:
    """Captions of one Fashion-MNIST class."""
    name = FASHION_CLASSES[label]
    return [
        f"a photo of {'' if name == 'trousers' else 'a '}{name}".replace("a ankle", "an ankle"),
        name,
        f"{name} clothing",
    ]


@lru_cache(maxsize=2)
def fashion_arrays(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Fashion-MNIST images (n, 28, 28) uint8 and labels (n,); split ``train`` or ``t10k``."""
    root = download.deb("dataset-fashion-mnist") / "usr/share/datasets/fashion-mnist"
    images = gzip.decompress((root / f"{split}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((root / f"{split}-labels-idx1-ubyte.gz").read_bytes())[8:]
    return np.frombuffer(images, np.uint8).reshape(-1, 28, 28), np.frombuffer(labels, np.uint8)


def fashion(count: int = 2000) -> Iterator[Source]:
    """The first pictures of Fashion-MNIST's training split (MIT)."""
    labels = fashion_arrays("train")[1]
    for i in range(count):
        yield Source("fashion", "clipart", str(i), fashion_captions(int(labels[i])))


def everything() -> Iterator[Source]:
    """All pictures of the recipe; the split into stages happens later."""
    for style in download.EMOJI_SETS:
        line_only = style in ("fluent-emoji-high-contrast", "emojione-monotone")
        yield from emoji(style, ("plain",) if line_only else tuple(STROKES))
    for style in ("streamline-emojis", "emojione-v1"):
        yield from extra_emoji(style)
    for style in download.FLAG_SETS:
        yield from flags(style)
    for style in download.ICON_SETS:
        yield from icons(style)
    yield from clipart()
    yield from stamps()
    yield from fashion()
