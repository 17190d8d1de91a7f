"""The full set: ``python -m core.recipes.faces.full`` draws 100,000 pictures of 19,000 people into the cache."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.recipes.download import cache_dir
from core.recipes.faces.people import FACTORS, Person, draw
from core.recipes.faces.render import pictures

log = logging.getLogger(__name__)
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


def main() -> None:
    """Draw both splits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for split in ("held out", "train"):
        log.info("%s: %s pictures", split, faces(split).pictures.shape)


if __name__ == "__main__":
    main()
