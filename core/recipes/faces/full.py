"""The full set: ``python -m core.recipes.faces.full`` draws 100,000 pictures of 19,000 people into the cache.

facesjs draws people as SVG, resvg makes pictures of them.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from core.recipes.download import cache_dir
from core.recipes.faces.people import FACTORS, Person, draw, face

log = logging.getLogger(__name__)
VERSION = "5.0.3"
SIDE = 64
"""Pixels."""
CROP = "-30 75 460 460"
"""The square of facesjs' 400 × 600 that holds the head: left, top, width, height."""
CHUNK = 500
"""People drawn at a time."""
TRAIN, HELD_OUT = 18_000, 1_000
"""People; nothing is ever fitted to, or chosen by, those held out."""
MAIN, OTHERS = ("glasses", "sex", "race"), ("facial hair", "hat", "long hair", "smile")


@dataclass(frozen=True)
class Faces:
    """``pictures (P, V, side, side, 3) uint8``, ``labels (P, V, F) int64``: V versions of each of P people.

    The first version is the person; each other one differs in exactly one factor (``FACTORS`` in order).
    """

    pictures: np.ndarray
    labels: np.ndarray


def some_versions(person: Person, number: int) -> list[Person]:
    """The person, then the counterfactual in glasses, sex, race (one of three) and in one of the other factors."""
    turned = [*MAIN, OTHERS[number % len(OTHERS)]]
    step = {"race": 1 + number // len(OTHERS) % 3}
    label = {f: (person.labels[f] + step.get(f, 1)) % len(FACTORS[f]) for f in turned}
    return [person, *(person.with_factor(f, label[f]) for f in turned)]


def every_version(person: Person, number: int) -> list[Person]:
    """The person, then one counterfactual for each other value of each factor."""
    others = ((f, n) for f, values in FACTORS.items() for n in range(len(values)) if n != person.labels[f])
    return [person, *(person.with_factor(f, n) for f, n in others)]


def chunk(split: str, start: int) -> Path:
    """Draw one chunk of a split, unless it lies in the cache; → its file."""
    path = cache_dir("faces", split) / f"{start:06}.npz"
    if not path.exists():
        rng = np.random.default_rng([split == "train", start])
        versions = some_versions if split == "train" else every_version
        rows = [versions(draw(rng), start + n) for n in range(CHUNK)]
        drawn = pictures([version for row in rows for version in row])
        labels = np.array([[[*version.labels.values()] for version in row] for row in rows])
        half = path.with_suffix(".half.npz")
        np.savez(half, pictures=drawn.reshape(*labels.shape[:2], *drawn.shape[1:]), labels=labels)
        half.replace(path)
    return path


def faces(split: str) -> Faces:
    """The split ``"train"`` or ``"held out"``, drawn on demand by all cores."""
    size = TRAIN if split == "train" else HELD_OUT
    starts = range(0, size, CHUNK)
    with ProcessPoolExecutor() as pool:
        loaded = []
        for path in pool.map(chunk, [split] * len(starts), starts):
            log.info("%s", path)
            with np.load(path) as arrays:
                loaded.append((arrays["pictures"], arrays["labels"]))
    return Faces(*(np.concatenate(part) for part in zip(*loaded, strict=True)))


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


def main() -> None:
    """Draw both splits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for split in ("held out", "train"):
        log.info("%s: %s pictures", split, faces(split).pictures.shape)


if __name__ == "__main__":
    main()
