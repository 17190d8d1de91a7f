"""Without captions, less surely: how far images lie from those that the model is known to have learned from.

Those are the bundled sets' images, where the sets hold the model's vectors. The score is the cosine of the nearest
one, as in Sun, Ming, Zhu and Li: Out-of-distribution detection with deep nearest neighbors. ICML 2022. Far is what has
a nearest one farther off than 95 % of the bundled images have among themselves. No picture is compared with itself, so
that bundled pictures in a workspace do not lie near for that alone. To lie near is no proof of being understood; to lie
far, as photographs do for a model of drawings, is a warning.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.maps.neighbours import normalised
from core.results import Floats
from core.sources import bundled
from core.statistics import wilson
from core.understanding.matching import drawn
from core.understanding.results import Nearness

EXPECTED = 0.05
"""The share of the bundled images that count as far themselves. With 0.01, 64 photographs could not be told from
drawings."""
VECTORS = "embeddings.parquet"
ITSELF = 1 - 1e-4
"""From this cosine on a picture is the same one; half precision and another processor move it less."""
AT_ONCE = 256
"""Images whose cosines with all bundled ones are there at once."""


def nearness(images: Floats, model: str) -> Nearness | None:
    """images: (N, D), unit rows; None where there are none, or the bundled sets hold no vectors of the model."""
    known = _known(bundled.ASSETS, model)
    if known is None or not len(images) or known.vectors.shape[1] != images.shape[1]:
        return None
    some = images[drawn(len(images))]
    far = int(np.count_nonzero(_nearest(some, known.vectors) < known.limit))
    return Nearness(len(some), len(images), far, EXPECTED, wilson(far / len(some), len(some)), known.sets)


@dataclass(frozen=True)
class _Known:
    """Images of the bundled sets. vectors: (M, D) float32; limit: the nearest cosine of what just counts as far."""

    vectors: Floats
    limit: float
    sets: tuple[str, ...]


@lru_cache(maxsize=1)
def _known(assets: Path, model: str) -> _Known | None:
    parts = {
        path.parent.name: found for path in sorted(assets.glob(f"*/{VECTORS}")) if len(found := _read(path, model))
    }
    if not parts:
        return None
    vectors = np.concatenate(list(parts.values()))
    rows = drawn(len(vectors))
    limit = np.quantile(_nearest(vectors[rows], vectors), EXPECTED)
    return _Known(vectors, float(limit), tuple(parts))


def _read(path: Path, model: str) -> Floats:
    """The image vectors of a set: (M, D); none where the model has not embedded it."""
    import pyarrow.parquet as parquet

    which = [("model", "=", model), ("modality", "=", "image")]
    column = parquet.read_table(path, columns=["vector"], filters=which)["vector"].combine_chunks()
    flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    return normalised(flat.reshape(len(column), -1)) if len(column) else np.zeros((0, 0), np.float32)


def _nearest(images: Floats, known: Floats) -> Floats:
    """The largest cosine of each image with a known one that is not the image itself: (N,)."""
    found = np.empty(len(images), dtype=np.float32)
    for start in range(0, len(images), AT_ONCE):
        cosines = images[start : start + AT_ONCE] @ known.T
        found[start : start + AT_ONCE] = np.where(cosines < ITSELF, cosines, -1).max(axis=1)
    return found
