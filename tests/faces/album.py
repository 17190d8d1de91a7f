"""Albums of own faces: folders in CelebA's layout, of the bundled people or of plain colours."""

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from PIL import Image

from core.sources.bundled import ASSETS
from tests.sources.making import png

NAMES = {"Eyeglasses": "glasses", "Male": "sex", "Wearing_Hat": "hat"}
"""CelebA's attributes and the bundled set's columns."""
SIZE, FACE = (178, 218), 178
"""Pixels of CelebA's aligned pictures, and of the square in their middle."""


@cache
def people(count: int) -> list[dict]:
    """Rows of the bundled set: people as drawn, each once."""
    table = parquet.read_table(ASSETS / "faces" / "items.parquet")
    return [row for row in table.to_pylist() if row["changed"] == "nothing"][:count]


def celeba(folder: Path, count: int) -> Path:
    """The first bundled people as img_align_celeba/ and list_attr_celeba.txt."""
    lines = [str(count), " ".join(NAMES)]
    (folder / "img_align_celeba").mkdir(parents=True)
    for number, row in enumerate(people(count), 1):
        name = f"{number:06}.jpg"
        framed(row["image"]).save(folder / "img_align_celeba" / name, quality=95)
        signs = [1 if row[column] in ("yes", "male") else -1 for column in NAMES.values()]
        lines.append(f"{name} {' '.join(f'{sign:2d}' for sign in signs)}")
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    return folder


def framed(data: bytes) -> Image.Image:
    """A square picture in the middle of a CelebA-sized one."""
    whole = Image.new("RGB", SIZE, "white")
    face = Image.open(BytesIO(data)).convert("RGB").resize((FACE, FACE), Image.Resampling.BICUBIC)
    whole.paste(face, (0, (SIZE[1] - FACE) // 2))
    return whole


def colours(folder: Path, count: int = 120) -> Path:
    """Plain pictures 0.png, 1.png, …, each of its own colour."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number}.png").write_bytes(png(colour(number), (24, 16)))
    return folder


def colour(number: int) -> tuple[int, int, int]:
    return number, 255 - number, 2 * number % 256


def table(folder: Path, count: int = 120, **columns: list) -> Path:
    """A table of attributes for those pictures; None is an empty cell."""
    lines = [",".join(["image", *columns])]
    for number in range(count):
        cells = ["" if column[number] is None else str(column[number]) for column in columns.values()]
        lines.append(",".join([f"{number}.png", *cells]))
    (folder / "attributes.csv").write_text("\n".join(lines) + "\n")
    return folder / "attributes.csv"


def shown(pictures: np.ndarray) -> list[int]:
    """Which of the colours pictures (N, S, S, 3) are: the red in their middle tells it."""
    return pictures[:, 32, 32, 0].tolist()
