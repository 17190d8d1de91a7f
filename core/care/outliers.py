r"""Outliers: items far from everything else.

The score is the mean cosine distance to the k nearest others. Angiulli and Pizzuti: Fast outlier detection in high
dimensional spaces. PKDD 2002; Kuan and Mueller: Back to the basics: revisiting out-of-distribution detection
baselines. ICML workshop, 2022 (such plain scores of embeddings beside more elaborate ones).

Flagged is what has a modified z-score above `limit`, $0.6745\,(s_i - \tilde s) / \mathrm{MAD}$; 3.5 is the value of
Iglewicz and Hoaglin: How to detect and handle outliers. 1993.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Findings, Subject, by_score
from core.methods import Method, param
from core.progress import Report, silent

TO_SIGMA = 0.6745
"""The median absolute deviation of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Params:
    k: int = param(10, "neighbours whose distance is averaged", minimum=1, maximum=1_000)
    limit: float = param(3.5, "flagged is what lies so many robust deviations out", minimum=0.0, maximum=1_000.0)


def fit(subject: Subject, params: Params, report: Report = silent) -> Findings:
    """score: mean distance. evidence: nearest int64, deviations float32. metrics: median, limit (both distances)."""
    near = subject.near(params.k, report)
    score = near.distances.mean(axis=1, dtype=np.float64)
    deviations, middle, unit = _deviations(score)
    plain = score.astype(np.float32)
    return Findings(
        ranked=by_score(plain),
        score=plain,
        flagged=deviations > params.limit,
        evidence={"nearest": near.indices[:, 0], "deviations": deviations.astype(np.float32)},
        metrics={"median": middle, "limit": middle + params.limit * unit},
    )


def _deviations(score: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float]:
    """Modified z-scores, the median, and what a deviation of 1 is; all 0 where half of the scores are the same."""
    middle = float(np.median(score))
    unit = float(np.median(np.abs(score - middle))) / TO_SIGMA
    return (score - middle) / unit if unit > 0 else np.zeros(len(score)), middle, unit


METHOD = Method("outliers", "Outliers", Params, fit)
