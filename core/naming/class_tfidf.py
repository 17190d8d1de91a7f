r"""Class-based TF-IDF: a group's captions as one document, its phrases against how frequent they are anywhere.

Grootendorst: BERTopic: neural topic modeling with a class-based TF-IDF procedure. arXiv:2203.05794, 2022:
$W_{w,c} = \mathrm{tf}_{w,c} \log(1 + A / \mathrm{tf}_w)$, A the mean number of words a class. A phrase is counted once
an item here.
"""

from dataclasses import dataclass

import numpy as np

from core.methods import Method
from core.naming.counts import Counts, Weights
from core.progress import Progress, Report, silent


@dataclass(frozen=True)
class Params:
    """There is nothing to set."""


def fit(counts: Counts, params: Params, report: Report = silent) -> Weights:
    """The weight of each phrase that a group has."""
    report(Progress(0, 1, "weighing the phrases"))
    group, phrase, y = counts.pairs()
    everywhere = np.bincount(phrase, y, minlength=len(counts.totals))
    average = y.sum() / max(len(counts.sizes), 1)
    weights = y * np.log1p(average / everywhere[phrase])
    report(Progress(1, 1, "weighed the phrases"))
    return Weights(group, phrase, weights)


METHOD = Method("class-tfidf", "Class-based TF-IDF", Params, fit)
