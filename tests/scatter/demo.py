"""A page with nothing but the map and random points: for the browser tests, the benchmark and development.

streamlit run tests/scatter/demo.py -- 8000
"""

import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from app.kit.charts import category_colours
from app.scatter import Colour, Points, scatter, select, sprites

CLASSES = 9
NAMES = [f"class {letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]


def blobs(items: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(N, 2) float32 places around as many centres, and (N,) class codes."""
    random = np.random.default_rng(seed)
    codes = random.integers(0, classes, items)
    centres = random.normal(0, 1.6, (classes, 2))
    return (centres[codes] + random.normal(0, 0.35, (items, 2))).astype(np.float32), codes


def thumbnail(item: int, code: int) -> bytes:
    """A picture of 128 × 96 pixels that shows its item's number."""
    picture = Image.new("RGB", (128, 96), category_colours(NAMES)[code])
    draw = ImageDraw.Draw(picture)
    draw.ellipse((44 - item % 40, 8, 84 + item % 40, 88), fill="white")
    draw.text((50, 42), str(item), fill="black")
    encoded = io.BytesIO()
    picture.save(encoded, "WEBP")
    return encoded.getvalue()


@st.cache_data
def make(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return blobs(count, CLASSES, seed)


def page(count: int) -> None:
    st.set_page_config("Map", layout="wide")
    columns = st.columns(6)
    both = columns[0].toggle("captions", key="both")
    colouring = columns[1].selectbox("colour", ["class", "value", "modality", "many"], label_visibility="collapsed")
    searched = columns[2].toggle("hits", key="hits")
    seed = columns[3].selectbox("map", [0, 1], label_visibility="collapsed")
    pictures = columns[4].toggle("pictures", value=count <= 20_000)
    xy, codes = make(count, seed)
    item = np.arange(count, dtype=np.int32)
    modality = np.zeros(count, np.uint8)
    if both:
        xy, codes, item = np.vstack([xy, xy * 0.9 + (0.4, -0.3)]), np.tile(codes, 2), np.tile(item, 2)
        modality = np.repeat(np.array([0, 1], np.uint8), count)
    points = Points(
        f"demo {count} {seed} {both}", xy.astype(np.float32), item, modality,
        [f"picture number {number} of {NAMES[code]}" for number, code in enumerate(codes[:count])],
        sheets(count, codes[:count]) if pictures else None,
    )  # fmt: skip
    colour = {
        "class": Colour("Class", codes, NAMES[:CLASSES]),
        "value": Colour("Distance", values=np.hypot(*xy.T)),
        "modality": None,
        "many": Colour("Finer", (codes * 7 + item % 5) % 40, [f"kind {number}" for number in range(40)]),
    }[colouring]
    hits = (item % 97 == 0) & (codes < 4) if searched else None
    if columns[5].button("Clear"):
        select("map", points, np.array([], int))
    picked = scatter(points, colour=colour, hits=hits, key="map")
    st.write(f"selected {len(picked.selection)} clicked {picked.clicked} webgl {picked.webgl}")


def sheets(count: int, codes: np.ndarray) -> sprites.Sprites | None:
    ids = [f"demo {item}" for item in range(count)]
    number = {item: place for place, item in enumerate(ids)}
    folder = Path(tempfile.gettempdir()) / "clipscape-demo-sprites"
    return sprites.make(ids, lambda some: {i: thumbnail(number[i], codes[number[i]]) for i in some}, folder)


if __name__ == "__main__":
    page(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
