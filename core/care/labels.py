r"""Mislabelled candidates: items whose neighbours, or a classifier that never saw them, say another class.

"neighbours": the probability of a class is its share of the k nearest other items. Wilson: Asymptotic properties of
nearest neighbor rules using edited data. IEEE Transactions on Systems, Man and Cybernetics, 1972.
"classifier": linear discriminants of four fifths of the items (their shared covariance shrunk as Ledoit and Wolf do)
say of the other fifth what they are; in closed form, since the iterations of logistic regression take minutes here.

From either, confident learning tells the candidates (Northcutt, Jiang and Chuang: Confident learning: estimating
uncertainty in dataset labels. JAIR, 2021). With p_ij the probability of class j for item i, held out, and the given
labels y: the threshold of a class is its mean self-confidence, $t_j = \mathrm{mean}_{i: y_i = j}\, p_{ij}$. An item
counts for class j where $p_{ij} \ge t_j$, and where it does for several, for the most probable of them. The confident
joint C counts items by given label and by that class; what lies off its diagonal are the candidates (the paper's
method 2).

The rank is by how much more probable another class is than the given one (their normalised margin), and where
neighbours are as unanimous, by how near they are.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Booleans, Findings, Subject, by_score
from core.errors import BadInput
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Floats, Integers, Strings
from core.statistics import contingency

FOLDS = 5
LEAST = 3
"""Items of the largest class that the classifier needs: with two of each it is fitted on one, which shows no spread."""
MOST_CLASSES = 1_000
MOST_NUMBERS = 2**28
"""Items times classes: a table of 1 GB."""
STEPS = 1_000
"""Of the bar, for asking and for ranking each."""


@dataclass(frozen=True)
class Params:
    by: str = param("neighbours", "who is asked for the class", choices=("neighbours", "classifier"))
    k: int = param(10, "neighbours that are asked", minimum=1, maximum=1_000)
    seed: int = param(0, "which items are asked about together, by the classifier", minimum=0, maximum=2**31 - 1)


def fit(subject: Subject, params: Params, report: Report = silent) -> Findings:
    """score: the margin, -1 … 1. evidence: suggested (str), agreement (the given class' probability), float32.

    Items without a label, or alone with theirs, have no score. metrics: labelled, classes, alone, and threshold, the
    mean over classes of how probable the own class has to be.
    """
    names, given, alone = _classes(subject.labels)
    known, bar = np.flatnonzero(given >= 0), Bar(report, 2 * STEPS)
    shares = ASKED[params.by](subject, given, known, len(names), params, bar.part(0, STEPS))
    margin, other = margins(shares, given[known])
    found = confident(shares, given[known])
    score, agreement = (np.full(len(subject), np.nan, dtype=np.float32) for _ in range(2))
    flagged, suggested = np.zeros(len(subject), dtype=bool), np.zeros(len(subject), dtype=names.dtype)
    score[known], agreement[known] = margin, shares[np.arange(len(known)), given[known]]
    flagged[known], suggested[known] = found.candidates(given[known]) & (margin > 0), names[other]
    metrics = {"labelled": len(known), "classes": len(names), "alone": alone}
    ranked = _ranked(score, subject, params, bar.part(STEPS, STEPS))
    bar.step(2 * STEPS, "ranked the items")
    return Findings(
        ranked,
        score,
        flagged,
        {"suggested": suggested, "agreement": agreement},
        {**metrics, "threshold": float(found.thresholds.mean())},
    )


def _classes(labels: Strings | None) -> tuple[Strings, Integers, int]:
    """Names of the classes of two items or more (K,), the number of each item's, -1 for none (N,), and items alone."""
    if labels is None or not (labels != "").any():
        raise BadInput("no labels: name a column that says what each item is")
    every, of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    kept = (counts > 1) & (every != "")
    if kept.sum() < 2:
        raise BadInput(f"{int(kept.sum())} classes of two items or more: at least 2 are needed, choose another column")
    most = min(MOST_CLASSES, MOST_NUMBERS // len(labels))
    if kept.sum() > most:
        raise BadInput(f"{int(kept.sum()):,} classes are more than {most:,}: choose a column with fewer values")
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    return every[kept], number[of.ravel()], int((counts[(every != "") & ~kept]).sum())


def _ranked(score: Floats, subject: Subject, params: Params, report: Report) -> Integers:
    if params.by != "neighbours":
        return by_score(score)
    apart = subject.near(params.k, report).distances.mean(axis=1)
    order = np.lexsort((apart, -score))
    return order[np.isfinite(score[order])]


def _of_neighbours(
    subject: Subject, given: Integers, known: Integers, classes: int, params: Params, report: Report
) -> Floats:
    """Of the k nearest labelled items, the share that each class has: (M, K)."""
    some = subject if len(known) == len(subject) else Subject(subject.vectors[known])
    near = some.near(params.k, report)
    votes = given[known][near.indices]
    shares = np.zeros((len(known), classes), dtype=np.float32)
    for column in votes.T:
        shares[np.arange(len(known)), column] += 1 / votes.shape[1]
    return shares


def _of_classifier(
    subject: Subject, given: Integers, known: Integers, classes: int, params: Params, report: Report
) -> Floats:
    """Probabilities of items that the classifier was not fitted on: (M, K); raises `BadInput` for classes of two."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    x, y = subject.vectors[known], given[known]
    largest = int(np.bincount(y).max())
    if largest < LEAST:
        raise BadInput(f"no class has {LEAST} items, too few for a classifier: bring more, or set by=neighbours")
    folds = min(FOLDS, largest)
    shares = np.zeros((len(known), classes), dtype=np.float32)
    bar = Bar(report, folds)
    splits = StratifiedKFold(folds, shuffle=True, random_state=params.seed).split(x, y)
    with warnings.catch_warnings(), threadpool_limits(1, "blas"):
        warnings.simplefilter("ignore")  # of classes smaller than the folds, which are asked about all the same
        for done, (fitted, asked) in enumerate(splits, 1):
            bar.step(done, f"classifying part {done} of {folds} by the others")
            model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(x[fitted], y[fitted])
            shares[np.ix_(asked, model.classes_)] = model.predict_proba(x[asked])
    return shares


@dataclass(frozen=True)
class Confident:
    """counted: (N,) int64, the class that each item confidently is, -1 for none. thresholds: (K,) float64.

    joint: (K, K) int64, a row a given label, a column the confident class.
    """

    counted: Integers
    thresholds: NDArray[np.float64]
    joint: Integers

    def candidates(self, given: Integers) -> Booleans:
        """Items that are confidently of another class than the given one (N,)."""
        return (self.counted >= 0) & (self.counted != given)


def confident(probabilities: Floats, given: Integers) -> Confident:
    """Of held-out probabilities (N, K) and labels (N,), 0 … K - 1, each of which some item has."""
    classes = probabilities.shape[1]
    own = probabilities[np.arange(len(given)), given]
    totals = np.bincount(given, minlength=classes)
    thresholds = np.bincount(given, own.astype(np.float64), minlength=classes) / np.maximum(totals, 1)
    above = np.where(probabilities >= thresholds.astype(np.float32), probabilities, -1)
    best = above.argmax(axis=1)
    counted = np.where(above[np.arange(len(given)), best] >= 0, best, -1)
    known = counted >= 0
    return Confident(counted, thresholds, contingency(given[known], counted[known], (classes, classes)))


def margins(probabilities: Floats, given: Integers) -> tuple[Floats, Integers]:
    """How much more probable the best other class is than the given one, -1 … 1, and which it is: (N,), (N,)."""
    rows = np.arange(len(given))
    own = probabilities[rows, given]
    others = probabilities.copy()
    others[rows, given] = -1
    best = others.argmax(axis=1)
    return (others[rows, best] - own).astype(np.float32), best


Asking = Callable[[Subject, Integers, Integers, int, Params, Report], Floats]
ASKED: Mapping[str, Asking] = {"neighbours": _of_neighbours, "classifier": _of_classifier}

METHOD = Method("labels", "Mislabelled candidates", Params, fit)
