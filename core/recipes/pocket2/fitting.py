"""The head of the photographs' tower: ConSE (Norouzi and others, ICLR 2014), and what captions add to it.

A picture's vector is the mean of the classes' sentence vectors, weighted by the probabilities of ImageNet's classes,
centred and whitened; a ridge regression on the features learns from captions what the classes do not say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.encoders import two_towers
from core.encoders.encoder import unit
from core.recipes.pocket2.classes import Class
from core.recipes.pocket2.photographs import Seen
from core.recipes.pocket2.space import Whitening
from core.recipes.teacher import teacher
from core.results import Floats

POWER = 0.45
"""The pictures' whitening; see `space.Whitening`."""
SURROUNDINGS = 0.5
"""The weight of the sentences about a class' surroundings beside its names, gloss and description."""
CLASSES_SHARE = 0.5
"""The length of the classes' part beside the unit vectors that the regression aims at."""
RIDGE = 10_000.0


@dataclass(frozen=True)
class Head:
    """v(features, p) = p classes + features further + bias. classes: (1000, D); further: (F, D); bias: (D,)."""

    classes: Floats
    further: Floats
    bias: Floats

    def __call__(self, seen: Seen) -> Floats:
        """Unit vectors (N, D)."""
        return unit(chances(seen.logits) @ self.classes + seen.features @ self.further + self.bias)


@dataclass(frozen=True)
class Lesson:
    """Pictures with the vectors of their captions. wanted: (P, D), one a photograph; weight: of the whole lesson."""

    seen: Seen
    wanted: Floats
    weight: float = 1.0


def chances(logits: Floats) -> Floats:
    """Weights of the classes, as the tower has them."""
    return two_towers.likely(torch.from_numpy(logits)).numpy()


def class_vectors(found: Sequence[Class], phrases_of, teach=None) -> Floats:
    """(1000, 384): the teacher's mean of what is said of each class, and of where it is found."""
    teach = teach or teacher().encode
    said = [(row, text, False) for row, each in enumerate(found) for text in phrases_of(each)]
    said += [(row, text, True) for row, each in enumerate(found) for text in each.surroundings]
    vectors = teach([text for _, text, _ in said])
    parts = np.zeros((2, len(found), vectors.shape[1]), np.float32)
    for (row, _, around), vector in zip(said, vectors, strict=True):
        parts[int(around), row] += vector
    lengths = np.linalg.norm(parts, axis=2, keepdims=True)
    own, around = parts / np.maximum(lengths, 1e-9)
    return unit(own + SURROUNDINGS * around)


def fit(classes: Floats, reference: Seen, lessons: Sequence[Lesson]) -> Head:
    """``reference``: the photographs whose spread the whitening takes."""
    middle = Whitening.fitted(chances(reference.logits) @ classes, POWER)
    length = np.linalg.norm((chances(reference.logits) @ classes - middle.mean) @ middle.matrix, axis=1).mean()
    scale = CLASSES_SHARE / length
    mapped, offset = scale * classes @ middle.matrix, -scale * middle.mean @ middle.matrix
    size = reference.features.std()
    further, bias = _ridge(lessons, lambda seen: chances(seen.logits) @ mapped + offset, size)
    return Head(mapped.astype(np.float32), further, (offset + bias).astype(np.float32))


def _ridge(lessons: Sequence[Lesson], classes_part, size: float) -> tuple[Floats, Floats]:
    """Weighted: a whole picture counts three, a part of it a half; lessons as their weight says."""
    inputs = np.concatenate([lesson.seen.features / size for lesson in lessons]).astype(np.float64)
    aims = np.concatenate([lesson.wanted[lesson.seen.owners] - classes_part(lesson.seen) for lesson in lessons])
    weight = np.concatenate([_weights(lesson) for lesson in lessons])
    middle, aim = weight @ inputs / weight.sum(), weight @ aims / weight.sum()
    centred = (inputs - middle) * weight[:, None] ** 0.5
    gram = centred.T @ centred + RIDGE * np.eye(inputs.shape[1])
    matrix = np.linalg.solve(gram, centred.T @ ((aims - aim) * weight[:, None] ** 0.5))
    return (matrix / size).astype(np.float32), (aim - middle @ matrix).astype(np.float32)


def _weights(lesson: Lesson) -> np.ndarray:
    is_whole = np.arange(len(lesson.seen.owners)) < len(lesson.wanted)
    views = np.where(is_whole, 3.0, 0.5)
    return views * lesson.weight
