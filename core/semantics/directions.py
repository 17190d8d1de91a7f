r"""Concept directions: from one meaning to another, the items along the way, and embeddings without it.

Between two prompts: the difference of their unit vectors. Between two groups of items: the difference of their means
(Kim et al.: Interpretability beyond feature attribution, TCAV. ICML 2018, and its relatives), or the normal of what
separates them best, by logistic regression or by linear discriminant analysis with Ledoit and Wolf's shrinkage.

Removing a unit direction u: $x \mapsto (x - (x^\top u) u) / \lVert \cdot \rVert$ (Bolukbasi et al.: Man is to computer
programmer as woman is to homemaker? NeurIPS 2016). What depends on the concept otherwise than along u stays; so it can
be that a classifier finds it again (Ravfogel et al.: Null it out. ACL 2020).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput, BadParameter
from core.results import Booleans, Floats, Integers, Projection, Reducer
from core.semantics.results import Direction

FOLDS = 5
SMALLEST = 1e-5
"""A difference shorter than this has no direction: what float32 leaves of equal vectors."""


def between(towards: Floats, away: Floats, title: str) -> Direction:
    """From one vector (D,) to another; raises `BadInput` where they are the same."""
    return _direction(towards.astype(np.float64) - away, title)


def apart(x: Floats, first: Booleans, second: Booleans, title: str, fit: str = "means") -> Direction:
    """From the second group of rows x (N, D) to the first. first, second: (N,), which rows; none in both.

    fit: "means", "logistic" or "lda". `auc`, where both groups have 5 rows: how well the same fit on four fifths of
    them tells the groups of the other fifth apart, the mean over all fifths, 0.5 by chance.
    """
    _check_groups(first, second, fit)
    rows, positive = x[first | second], first[first | second]
    return replace(_direction(FITS[fit](rows, positive), title), auc=separation(rows, positive, fit))


def separation(x: Floats, positive: Booleans, fit: str = "means") -> float | None:
    """Area under the ROC curve of held-out rows, the mean over 5 folds; None for fewer than 5 rows in a group."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    if min(np.count_nonzero(positive), np.count_nonzero(~positive)) < FOLDS:
        return None
    areas = []
    for known, held_out in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, positive):
        scores = x[held_out] @ FITS[fit](x[known], positive[known])
        areas.append(roc_auc_score(positive[held_out], scores))
    return float(np.mean(areas))


def projections(x: Floats, direction: Direction) -> Floats:
    """How far each row (N, D) lies along a direction: (N,) float32, for unit rows the cosine."""
    if x.shape[1] != len(direction.vector):
        raise BadInput(f"the direction has {len(direction.vector)} dimensions, the items {x.shape[1]}: use one model")
    return x @ direction.vector


def along(scores: Floats, count: int) -> Integers:
    """Rows of (N,) scores evenly spaced in their order, from the lowest to the highest: (count,), or all N if fewer."""
    order = np.argsort(scores, kind="stable")
    return order[np.round(np.linspace(0, len(order) - 1, min(count, len(order)))).astype(np.int64)]


def removing(direction: Direction) -> Reducer:
    """Images and captions without the direction, in as many dimensions as before."""
    u = direction.vector.astype(np.float64)
    without = Projection.straight((np.eye(len(u)) - np.outer(u, u) / (u @ u)).astype(np.float32))
    return Reducer(without, without)


def _direction(difference: NDArray[np.float64], title: str) -> Direction:
    length = float(np.linalg.norm(difference))
    if length < SMALLEST:
        raise BadInput(f"{title}: both sides are the same vector, which has no direction: choose another side")
    return Direction((difference / length).astype(np.float32), title)


def _check_groups(first: Booleans, second: Booleans, fit: str) -> None:
    if fit not in FITS:
        raise BadParameter(f"fit={fit!r} is not one of {', '.join(FITS)}")
    if both := np.count_nonzero(first & second):
        raise BadInput(f"{both:,} items are on both sides of the direction: choose groups that share none")
    least = 1 if fit == "means" else 2
    for group, name in ((first, "first"), (second, "second")):
        if np.count_nonzero(group) < least:
            raise BadInput(f"the {name} group has {np.count_nonzero(group)} items, {least} are needed: choose more")


def _means(x: Floats, positive: Booleans) -> NDArray[np.float64]:
    return x[positive].mean(axis=0, dtype=np.float64) - x[~positive].mean(axis=0, dtype=np.float64)


def _logistic(x: Floats, positive: Booleans) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    return _normal(LogisticRegression(max_iter=1_000, class_weight="balanced"), x, positive)


def _lda(x: Floats, positive: Booleans) -> NDArray[np.float64]:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return _normal(LinearDiscriminantAnalysis("lsqr", shrinkage="auto"), x, positive)


def _normal(model: Any, x: Floats, positive: Booleans) -> NDArray[np.float64]:
    return model.fit(x.astype(np.float64), positive).coef_[0]


FITS: Mapping[str, Callable[[Floats, Booleans], NDArray[np.float64]]] = {
    "means": _means,
    "logistic": _logistic,
    "lda": _lda,
}
"""How a direction between two groups is found, by name."""
