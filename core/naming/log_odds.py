r"""Log-odds ratio with an informative Dirichlet prior: what a group's captions say more often than the others'.

Monroe, Colaresi and Quinn: Fightin' words: lexical feature selection and evaluation for identifying the content of
political conflict. Political Analysis, 2008. An item has a phrase or has it not, so that the Dirichlet prior is a Beta
one: with y of n items of the group and Y of N of all, $\alpha = \lambda Y + 1/2$ and $\beta = \lambda (N - Y) + 1/2$,

$$\delta = \log \frac{y + \alpha}{n - y + \beta} - \log \frac{Y - y + \alpha}{(N - n) - (Y - y) + \beta}$$

and the score is $z = \delta / \sigma(\delta)$, $\sigma^2$ the sum of one over each of the four numbers.

On items held out, neither it nor class-based TF-IDF leads (`tests.benchmarks.naming`). It is the default for what the
other lacks: a sign, so that a phrase which others have more often is never a name and one that all share is at zero
without a list of stop words; and a variance, so that a phrase of two items by chance does not lead.
"""

from dataclasses import dataclass

import numpy as np

from core.methods import Method, param
from core.naming.counts import Counts, Weights
from core.progress import Progress, Report, silent


@dataclass(frozen=True)
class Params:
    prior: float = param(1.0, "strength of the prior: so many times all captions", minimum=0.0, maximum=1_000.0)


def fit(counts: Counts, params: Params, report: Report = silent) -> Weights:
    """The z-score of each phrase that a group has."""
    report(Progress(0, 1, "weighing the phrases"))
    group, phrase, y = counts.pairs()
    n, total = counts.sizes[group], counts.totals[phrase]
    alpha, beta = params.prior * total + 0.5, params.prior * (counts.items - total) + 0.5
    with_it, without_it = y + alpha, n - y + beta
    others_with, others_without = total - y + alpha, counts.items - n - (total - y) + beta
    delta = np.log(with_it / without_it) - np.log(others_with / others_without)
    sigma = np.sqrt(1 / with_it + 1 / without_it + 1 / others_with + 1 / others_without)
    report(Progress(1, 1, "weighed the phrases"))
    return Weights(group, phrase, delta / sigma)


METHOD = Method("log-odds", "Log-odds with a prior", Params, fit)
