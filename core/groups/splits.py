"""Which classes a method learns from, and which it is asked about: never the same ones.

Chao, Changpinyo, Gong and Sha: An empirical study and analysis of generalized zero-shot learning. ECCV 2016 (why seen
classes tell nothing of unseen ones).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import BadInput
from core.results import Integers

LEAST_CLASSES = 4
"""Two to learn from, two to tell apart."""
REPEATS = 8
"""Times that some training classes are held out to choose a setting."""
SHARE = 4
"""One of so many training classes is held out."""


@dataclass(frozen=True)
class ClassSplit:
    """training: (A,), testing: (B,) int64, ascending numbers of groups, which share none."""

    training: Integers
    testing: Integers


def class_splits(count: int, number: int, seed: int = 0) -> list[ClassSplit]:
    """So many random halves of the classes, the odd one for testing; the first are the same whatever the number."""
    if count < LEAST_CLASSES:
        raise BadInput(f"{count} groups of two items or more are fewer than {LEAST_CLASSES}: half are learned from")
    return [_cut(np.random.default_rng([seed, each]).permutation(count), count // 2) for each in range(number)]


def folds(count: int, seed: int) -> Iterator[ClassSplit]:
    """Parts of the training classes to choose by: fitted on most, judged on the others; none of fewer than four."""
    if count < LEAST_CLASSES:
        return
    held = max(2, count // SHARE)
    for each in range(REPEATS):
        yield _cut(np.random.default_rng([seed, each, count]).permutation(count), count - held)


def _cut(order: Integers, training: int) -> ClassSplit:
    return ClassSplit(np.sort(order[:training]), np.sort(order[training:]))
