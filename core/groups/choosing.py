"""Settings chosen inside the training classes: by groups of classes that were held out of the fit.

Breiman, Friedman, Olshen and Stone: Classification and regression trees. Wadsworth, 1984 (the rule of one standard
error: what is plainer stays unless the other is clearly better).

Each fold fits on most of the training classes and searches groups of the others, as the comparison does with the test
classes. A setting's gain is what it finds more than the plainest one, in the same fold; the setting with the largest
gain less one standard error is taken, and the plainest, whose gain is nought, unless one lies above.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

import numpy as np

from core.groups.retrieval import MOST, drawn, halves, reached, search
from core.groups.sets import GroupEmbedder, Sets
from core.groups.splits import REPEATS, ClassSplit, folds
from core.progress import Progress, Report

SIZES = (2, 4, 8)
"""Sizes of groups that settings are chosen for; one, where no class that judges has four items."""
MOST_GROUPS = 256
"""Query groups in a fold, enough to tell settings apart."""

Setting = TypeVar("Setting")


@dataclass(frozen=True)
class Choice(Generic[Setting]):
    """The setting taken, its mean gain over the plainest in the folds, and the standard error of that."""

    setting: Setting
    gain: float
    error: float


def choose(
    sets: Sets,
    settings: Sequence[Setting],
    fitted: Callable[[Sets], Mapping[Setting, GroupEmbedder]],
    seed: int,
    report: Report,
    repeats: int = REPEATS,
) -> Choice[Setting]:
    """settings: the plainest first; fitted: from the groups of a fold, an embedder for each setting; repeats: folds."""
    scores = []
    for number, fold in enumerate(islice(folds(len(sets), seed), repeats)):
        report(Progress(number, repeats, "choosing on classes held out"))
        made = fitted(sets.take(fold.training))
        judge = Judge(sets, fold, np.random.default_rng([seed, number]))
        scores.append([judge.score(made[setting]) for setting in settings])
    if not scores:
        return Choice(settings[0], 0.0, 0.0)
    gains = np.array(scores) - np.array(scores)[:, :1]
    means, errors = gains.mean(axis=0), gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
    best = int((means - errors).argmax())
    return Choice(settings[best], float(means[best]), float(errors[best]))


class Judge:
    """Groups of the classes that a fold holds out, drawn once: the same for every setting."""

    def __init__(self, sets: Sets, fold: ClassSplit, random: np.random.Generator) -> None:
        judges = fold.testing[:MOST_GROUPS]
        sizes = [size for size in SIZES if reached(sets, judges, size) >= 2] or [1]
        half = halves(sets, judges, random)
        most = int(np.clip(MOST_GROUPS // len(judges), 1, MOST))
        self.sets, self.groups = sets, [drawn(half, size, most) for size in sizes]

    def score(self, embedder: GroupEmbedder) -> float:
        """The mean of top-1 and mAP over the sizes."""
        asked = [search(embedder, self.sets, *pair) for pair in self.groups]
        return float(np.mean([(each.right.mean() + each.precision.mean()) / 2 for each in asked]))


def half_taught(sets: Sets, seed: int) -> tuple[Sets, "Judge"] | None:
    """The groups to learn from and a judge on others, for early stopping; None where there are too few to hold out."""
    fold = next(folds(len(sets), seed), None)
    if fold is None:
        return None
    return sets.take(fold.training), Judge(sets, fold, np.random.default_rng([seed, len(sets)]))
