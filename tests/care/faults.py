"""Faults put into a bundled set, so that a check can be judged by what it finds of them.

Whatever is wrong with the set itself counts as a false alarm, since nobody has said what that is.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from core.care.subject import Booleans, Findings, Subject
from core.maps.neighbours import normalised
from core.results import Floats, Strings
from core.sources.bundled import ASSETS

if TYPE_CHECKING:
    from PIL import Image

SHARE = 0.02
"""Of the items, for each kind of fault."""


@dataclass(frozen=True)
class Bundled:
    """N items of a set in the order of their ids: image, text (N, D) unit rows; captions, labels (N,) str."""

    ids: Strings
    image: Floats
    text: Floats
    captions: Strings
    labels: Strings

    def take(self, rows: np.ndarray) -> "Bundled":
        return Bundled(*(getattr(self, name)[rows] for name in ("ids", "image", "text", "captions", "labels")))

    @property
    def wording(self) -> np.ndarray:
        return np.unique(self.captions, return_inverse=True)[1].ravel().astype(np.int64)


@dataclass(frozen=True)
class Fault:
    """A subject with faults. wrong: (N,), which items have one; a copy and what it copies both do."""

    subject: Subject
    wrong: Booleans


@cache
def bundled(name: str) -> Bundled:
    """As `assets/` holds it."""
    import pyarrow.parquet as parquet

    columns = parquet.read_table(ASSETS / name / "items.parquet", columns=["id", "caption", "label"]).to_pydict()
    table = parquet.read_table(ASSETS / name / "embeddings.parquet", columns=["id", "modality", "vector"])
    order = np.argsort(columns["id"])
    vectors = {}
    for modality in ("image", "text"):
        mine = table.filter(np.array(table["modality"].to_pylist()) == modality)
        rows = np.stack(mine["vector"].to_numpy(zero_copy_only=False)).astype(np.float32)
        vectors[modality] = normalised(rows[np.argsort(mine["id"].to_pylist())])
    texts = (np.array(columns[each])[order] for each in ("caption", "label"))
    return Bundled(np.array(columns["id"])[order], vectors["image"], vectors["text"], *texts)


def flipped_labels(of: Bundled, random: np.random.Generator, share: float = SHARE) -> Fault:
    """Some items get the label of another class, each as likely."""
    wrong = _some(len(of.ids), random, share)
    labels, classes = of.labels.copy(), np.unique(of.labels)
    for row in np.flatnonzero(wrong):
        labels[row] = random.choice(classes[classes != labels[row]])
    return Fault(Subject(of.image, labels), wrong)


def swapped_captions(of: Bundled, random: np.random.Generator, share: float = SHARE) -> Fault:
    """Some items hand their captions round, so that every one of them has the words of another."""
    rows = random.permutation(np.flatnonzero(_some(len(of.ids), random, share)))
    given = np.arange(len(of.ids))
    given[rows] = np.roll(rows, 1)
    wrong = of.captions[given] != of.captions
    return Fault(Subject(of.image, captions=of.text[given], wording=of.wording[given]), wrong)


def strangers(of: Bundled, others: Bundled, random: np.random.Generator, share: float = SHARE) -> Fault:
    """Some items of another set among these."""
    rows = random.choice(len(others.ids), int(share * len(of.ids)), replace=False)
    wrong = np.arange(len(of.ids) + len(rows)) >= len(of.ids)
    return Fault(Subject(np.vstack([of.image, others.image[rows]])), wrong)


def copies(of: Bundled, random: np.random.Generator, noise: float, share: float = SHARE) -> Fault:
    """Some items a second time, each with a random vector of length `noise` added."""
    rows = np.flatnonzero(_some(len(of.ids), random, share))
    added = noise * normalised(random.normal(size=(len(rows), of.image.shape[1])))
    return _copied(of, rows, normalised(of.image[rows] + added))


def saved_again(of: Bundled, name: str, random: np.random.Generator, share: float = SHARE) -> Fault:
    """Some pictures a second time, as a worn copy: a tenth smaller and a poor JPEG on white, embedded anew."""
    import pyarrow.parquet as parquet
    from PIL import Image

    from core.encoders import load

    rows = np.flatnonzero(_some(len(of.ids), random, share))
    table = parquet.read_table(ASSETS / name / "items.parquet", columns=["id", "image"])
    known = dict(zip(table["id"].to_pylist(), table["image"].to_pylist(), strict=True))
    pictures = [_worn(Image.open(BytesIO(known[id]))) for id in of.ids[rows].tolist()]
    return _copied(of, rows, normalised(load("pocket").encode_images(pictures)))


def _worn(picture: "Image.Image") -> "Image.Image":
    from PIL import Image

    plain = Image.new("RGBA", picture.size, "white")
    plain.alpha_composite(picture.convert("RGBA"))
    size = (max(1, picture.width * 9 // 10), max(1, picture.height * 9 // 10))
    written = BytesIO()
    plain.convert("RGB").resize(size, Image.Resampling.BICUBIC).save(written, "JPEG", quality=40)
    return Image.open(BytesIO(written.getvalue()))


def _copied(of: Bundled, rows: np.ndarray, again: Floats) -> Fault:
    wrong = np.arange(len(of.ids) + len(rows)) >= len(of.ids)
    wrong[rows] = True
    return Fault(Subject(np.vstack([of.image, again])), wrong)


def at_count(found: Findings, wrong: Booleans) -> float:
    """Precision, and so recall, of as many of the first ranked items as there are faults."""
    return float(wrong[found.ranked[: int(wrong.sum())]].mean())


def flagged(found: Findings, wrong: Booleans) -> tuple[float, float]:
    """Precision and recall of what the check flags by itself."""
    hits = int((found.flagged & wrong).sum())
    return hits / max(int(found.flagged.sum()), 1), hits / max(int(wrong.sum()), 1)


def _some(count: int, random: np.random.Generator, share: float) -> Booleans:
    chosen = np.zeros(count, dtype=bool)
    chosen[random.choice(count, max(2, round(share * count)), replace=False)] = True
    return chosen
