"""People → pixels: facesjs draws them as SVG, resvg makes pictures of them."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from core.recipes.download import cache_dir
from core.recipes.faces.people import Person, face

VERSION = "5.0.3"
SIDE = 64
"""Pixels."""
CROP = "-30 75 460 460"
"""The square of facesjs' 400 × 600 that holds the head: left, top, width, height."""


def facesjs() -> Path:
    """The folder that holds facesjs (Apache-2.0) and what it needs, installed on demand."""
    folder = cache_dir(f"facesjs-{VERSION}")
    if not (folder / "node_modules" / "facesjs").exists():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
        subprocess.run([*command, f"facesjs@{VERSION}"], check=True, stdout=subprocess.DEVNULL)
    return folder


def drawings(people: Iterable[Person]) -> Iterator[str]:
    """One SVG a person."""
    lines = "".join(json.dumps(face(person)) + "\n" for person in people)
    command = ["node", str(Path(__file__).with_name("draw.mjs")), str(facesjs())]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    yield from done.stdout.splitlines()


def pixels(svg: str, side: int = SIDE) -> np.ndarray:
    """SVG → (side, side, 3) uint8 on white."""
    square = svg.replace('viewBox="0 0 400 600"', f'viewBox="{CROP}"').replace("100%", str(side))
    drawn = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=square, background="white"))))
    return np.asarray(drawn.convert("RGB"))


def pictures(people: Iterable[Person], side: int = SIDE) -> np.ndarray:
    """People → (N, side, side, 3) uint8."""
    return np.stack([pixels(svg, side) for svg in drawings(people)])
