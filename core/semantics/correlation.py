r"""Correlation of features with codes: which dimension moves with which prompt, beyond what chance would do.

Pearson's r, and Spearman's, which is Pearson's of the ranks (ties share their mean rank). Each is tested against "no
correlation" by Student's t, $t = r \sqrt{(n-2)/(1-r^2)}$ with n - 2 degrees of freedom, two-sided; then every p of the
table is corrected for there being so many of them.

Benjamini and Hochberg: Controlling the false discovery rate. JRSS B, 1995 ("bh": of those called significant, at most
5 % are expected to be false). Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of
Statistics, 1979 ("holm": that even one is false has at most 5 %).

The test takes the items for independent draws; where several show the same thing, p is too small. With many items
almost any coefficient is significant: its size says more.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.errors import BadInput, BadParameter
from core.progress import Progress, Report, silent
from core.results import Floats
from core.semantics.results import Components, Correlation, Doubles

METHODS = ("pearson", "spearman")
LEAST_ITEMS = 3
NOTHING = 1e-12
"""Share of the rows' squares: a component of less variance is float32's rounding, and correlates with anything."""
EXACT = 10_000
"""Items up to which coefficients are float64 throughout; above, sums over 4,096 items are float32."""
CHUNK, COLUMNS = 4_096, 32
"""Items and columns at once. Products over so many items are one thread's: OpenBLAS's make them ten times slower."""

Columns = NDArray[np.floating]


def correlate(
    features: Columns, codes: Columns, method: str = "pearson", correction: str = "bh", report: Report = silent
) -> Correlation:
    """Of every column of features (N, P) with every column of codes (N, C), over the same N ≥ 3 items.

    method: "pearson" or "spearman". correction: "bh", "holm" or "none".
    """
    if len(features) != len(codes):
        raise BadInput(f"{len(features)} rows of features, {len(codes)} of codes: one of each an item is needed")
    check(len(features), method, correction)
    r = coefficients(standardised(features, method, report), standardised(codes, method, report))
    return tested(r, len(features), method, correction)


def check(items: int, method: str, correction: str) -> None:
    """Raises `BadInput` for fewer than 3 items, `BadParameter` for a method or a correction that there is not."""
    check_names(method, correction)
    check_items(items)


def check_items(items: int) -> None:
    """Raises `BadInput` for fewer than 3."""
    if items < LEAST_ITEMS:
        raise BadInput(f"{items} items are too few for a correlation: bring at least {LEAST_ITEMS}")


def check_names(method: str, correction: str) -> None:
    """Raises `BadParameter` for a method or a correction that there is not."""
    if method not in METHODS:
        raise BadParameter(f"method={method!r} is not one of {', '.join(METHODS)}")
    if correction not in CORRECTIONS:
        raise BadParameter(f"correction={correction!r} is not one of {', '.join(CORRECTIONS)}")


def standardised(x: Columns, method: str, report: Report = silent) -> Columns:
    """Columns of x (N, C), or for "spearman" the ranks in each, with mean 0 and norm 1: (N, C).

    float64; above 10,000 items float32, which changes no coefficient by 1e-6. NaN for a column that is constant.
    """
    found = np.empty(x.shape, dtype=np.float64 if len(x) <= EXACT else np.float32)
    for start in range(0, x.shape[1], COLUMNS):
        report(Progress(start, x.shape[1], "preparing the correlation"))
        some = slice(start, start + COLUMNS)
        part = np.ascontiguousarray(x[:, some].T)
        part = part.astype(np.float64) if method == "pearson" else _ranks(part)
        constant = part.max(axis=1) == part.min(axis=1)
        part -= part.mean(axis=1, keepdims=True)
        part /= np.where(constant, np.nan, np.linalg.norm(part, axis=1))[:, None]
        found[:, some] = part.T
    return found


def _ranks(rows: Columns) -> Doubles:
    from scipy.stats import rankdata

    with ThreadPoolExecutor() as pool:  # a sort leaves the interpreter to others
        return np.stack(list(pool.map(rankdata, rows)))


def coefficients(features: Columns, codes: Columns) -> Doubles:
    """Pearson's r of standardised columns (N, P) and (N, C): (P, C), NaN where one is constant."""
    r = np.zeros((features.shape[1], codes.shape[1]))
    with threadpool_limits(1, "blas"):
        for start in range(0, len(features), CHUNK):
            r += features[start : start + CHUNK].T @ codes[start : start + CHUNK]
    return np.clip(r, -1, 1)


def tested(r: Doubles, items: int, method: str, correction: str) -> Correlation:
    """The p-values of coefficients (P, C) of so many items, and what the correction makes of them."""
    p = p_values(r, items)
    return Correlation(r, p, adjusted(p, correction), items, method, correction)


def p_values(r: Doubles, items: int) -> Doubles:
    """Two-sided, by Student's t with n - 2 degrees of freedom, as the incomplete beta function gives it."""
    from scipy.special import betainc

    return betainc((items - 2) / 2, 0.5, (1 - r) * (1 + r))


def adjusted(p: Doubles, correction: str) -> Doubles:
    """Every p of a table after the correction, in its shape; NaN is no test and stays."""
    found, known = p.copy(), np.isfinite(p)
    if known.any():
        found[known] = CORRECTIONS[correction](p[known])
    return found


def _bh(p: Doubles) -> Doubles:
    from scipy.stats import false_discovery_control

    return false_discovery_control(p, method="bh")


def _holm(p: Doubles) -> Doubles:
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty_like(p)
    found[order] = np.minimum(steps, 1)
    return found


CORRECTIONS: Mapping[str, Callable[[Doubles], Doubles]] = {"bh": _bh, "holm": _holm, "none": lambda p: p}


def components(x: Floats, report: Report = silent) -> Components:
    """The principal components of rows (N, D), at most N - 1; the largest entry of each axis is positive.

    All that have any variance, as fewer have where rows repeat each other or a direction was taken away; at least one.

    Pearson: On lines and planes of closest fit to systems of points in space. Philosophical Magazine, 1901.
    """
    check_items(len(x))
    mean = x.mean(axis=0, dtype=np.float64)
    products = np.zeros((x.shape[1], x.shape[1]))
    with threadpool_limits(1, "blas"):
        for start in range(0, len(x), CHUNK):
            report(Progress(start, len(x), "finding the principal components"))
            part = x[start : start + CHUNK] - mean
            products += part.T @ part
    variances, axes = np.linalg.eigh(products)
    squares = np.trace(products) + len(x) * (mean @ mean)
    count = max(1, min(len(x) - 1, int(np.count_nonzero(variances > NOTHING * squares))))
    kept = slice(None, -count - 1, -1)
    axes, variances = axes[:, kept].T, np.maximum(variances[kept], 0)
    signs = np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1))
    return Components(
        mean.astype(np.float32), (axes * signs).astype(np.float32), variances / max(variances.sum(), 1e-300)
    )
