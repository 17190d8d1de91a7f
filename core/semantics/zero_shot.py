"""Zero-shot classes: the class whose text is nearest to an item, and how probable it is.

Radford et al.: Learning transferable visual models from natural language supervision. ICML 2021: the probabilities are
the softmax of the cosines times the model's own logit scale, one over the temperature that it was trained with.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from core.errors import BadInput
from core.progress import Progress, Report, silent
from core.results import Floats, Integers, Strings
from core.semantics.cosines import matrix
from core.semantics.results import Confusion, ZeroShot

CHUNK = 2**22
"""Probabilities at once."""


def probabilities(x: Floats, classes: Floats, scale: float) -> Floats:
    """Of unit rows x (N, D) and classes (K, D): (N, K) float32, rows of sum 1. scale: the model's logit scale."""
    logits = scale * matrix(x, classes)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def zero_shot(x: Floats, classes: Floats, scale: float, report: Report = silent) -> ZeroShot:
    """The most probable class of each item; raises `BadInput` for fewer than two classes."""
    if len(classes) < 2:
        raise BadInput("one class is no choice: write prompts of at least 2 classes")
    parts = list(_parts(x, classes, scale, report))
    predicted, best = (np.concatenate([getattr(part, name) for part in parts]) for name in ("predicted", "probability"))
    return ZeroShot(predicted, best)


def _parts(x: Floats, classes: Floats, scale: float, report: Report) -> Iterator[ZeroShot]:
    rows = max(1, CHUNK // len(classes))
    for start in range(0, max(len(x), 1), rows):
        report(Progress(start, len(x), "choosing classes"))
        shares = probabilities(x[start : start + rows], classes, scale)
        yield ZeroShot(shares.argmax(axis=1), shares.max(axis=1, initial=0))


def confusion(found: ZeroShot, names: Sequence[str], labels: Strings) -> Confusion:
    """Against labels (N,) str, "" where an item has none; see `class_numbers`."""
    true = class_numbers(names, labels)
    without = int(np.count_nonzero((true < 0) & (labels != "")))
    return Confusion(true, found.predicted, len(names), without)


def class_numbers(names: Sequence[str], labels: Strings) -> Integers:
    """The class of each label (N,): the one of the same name but for capitals and spaces, -1 where there is none."""
    places = {_key(name): place for place, name in enumerate(names)}
    return np.array([places.get(_key(label), -1) for label in labels.tolist()], dtype=np.int64)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
