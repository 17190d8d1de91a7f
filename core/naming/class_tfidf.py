r"""Class-based TF-IDF: a group's captions as one document, its phrases against how frequent they are anywhere.

Grootendorst: BERTopic: neural topic modeling with a class-based TF-IDF procedure. arXiv:2203.05794, 2022:
$W_{w,c} = \mathrm{tf}_{w,c} \log(1 + A / \mathrm{tf}_w)$, A the mean number of words a class. A phrase is counted once
an item here.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.methods import Method, param
from core.naming.counts import Counts
from core.progress import Progress, Report, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class Params:
    seed: int = param(0, "changes nothing here: nothing is drawn", minimum=0, maximum=2**31 - 1)


def fit(counts: Counts, params: Params, report: Report = silent) -> "csr_array":
    """The weight of each phrase that a group has: (G, V) float64, as sparse as the counts."""
    from scipy.sparse import csr_array

    report(Progress(0, 1, "weighing the phrases"))
    _, phrase, y = counts.pairs()
    everywhere = np.bincount(phrase, y, minlength=len(counts.totals))
    average = y.sum() / max(len(counts.sizes), 1)
    weights = y * np.log1p(average / everywhere[phrase])
    return csr_array((weights, counts.within.indices, counts.within.indptr), shape=counts.within.shape)


METHOD = Method("class-tfidf", "Class-based TF-IDF", Params, fit, seeded=False)
