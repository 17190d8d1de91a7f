"""What the mixtures of Gaussians share: scaling, the shape of covariances, and EM in slices that can be stopped."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.checks import renumbered
from core.progress import Bar
from core.results import Clustering, Floats

FULL_DIMENSIONS = 64
POINTS_A_DIMENSION = 2
REGULARISATION = 1e-4
"""Least variance in a direction, as a share of the data's mean variance: no component shrinks onto repeated items."""
TOLERANCE = 1e-4
SLICE = 5
SHAPES = ("auto", "full", "diag")


def shape_of(chosen: str, x: Floats, components: int) -> str:
    """ "auto": full up to `FULL_DIMENSIONS` dimensions where there are 2 D items a component, else diagonal."""
    if chosen != "auto":
        return chosen
    enough = len(x) >= POINTS_A_DIMENSION * x.shape[1] * components
    return "full" if enough and x.shape[1] <= FULL_DIMENSIONS else "diag"


def scaled(x: Floats, shape: str) -> NDArray[np.floating]:
    """The rows about 0 with mean variance 1, so that no setting depends on units; float64 for full covariances."""
    rows: NDArray[np.floating] = x.astype(np.float64) if shape == "full" else x.copy()
    rows -= x.mean(axis=0, dtype=np.float64)
    squares = np.einsum("nd,nd->n", rows, rows).mean(dtype=np.float64)
    rows /= np.sqrt(squares / x.shape[1]) or 1
    return rows


def covariance(rows: NDArray[np.floating], shape: str) -> NDArray[np.floating]:
    """Covariance of (N, D) rows: (D, D) for "full", variances (D,) for "diag"; never singular, though rows repeat."""
    if shape == "diag":
        return rows.var(axis=0) + REGULARISATION
    return np.atleast_2d(np.cov(rows.T, bias=True)) + REGULARISATION * np.eye(rows.shape[1])


class Steps:
    """Runs a scikit-learn mixture some steps at a time, and remembers its bound and whether it was stopped."""

    def __init__(self, model: Any, bar: Bar) -> None:
        self.model, self.bar = model, bar
        self.done, self.stopped, self.bound, self.components = 0, False, list[float](), list[int]()

    def run(self, rows: NDArray[np.floating], iterations: int) -> None:
        """Until the bound changes by less than the model's tolerance, or the steps are used up."""
        settled = False
        while not settled and not self.stopped:
            self._slice(rows, min(SLICE, iterations - self.done))
            settled = self.model.converged_ or self.done >= iterations
            self._tell(iterations if settled else self.done)

    def _slice(self, rows: NDArray[np.floating], most: int) -> None:
        self.model.set_params(max_iter=most, warm_start=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a slice has not converged is no news
            self.model.fit(rows)
        self.done += self.model.n_iter_
        self.bound.append(float(self.model.lower_bound_))
        self.components.append(_filled(self.model, len(rows)))

    def _tell(self, done: int) -> None:
        figures = {"bound": self.bound[-1], "k": self.components[-1]}
        self.stopped = self.bar.stopped(done, f"fitting Gaussians: {self.done} steps", figures)

    def result(self, rows: NDArray[np.floating], metrics: Mapping[str, float]) -> Clustering:
        """Each row in its likeliest component; confidence is that component's probability."""
        likely = self.model.predict_proba(rows)
        confidence = np.clip(likely.max(axis=1), 0, 1).astype(np.float32)
        figures = {"bound": self.bound[-1], "iterations": float(self.done)}
        history: dict[str, list[Any]] = {"bound": self.bound, "k": self.components}
        return Clustering(renumbered(likely.argmax(axis=1)), confidence, figures | dict(metrics), history, self.stopped)


def _filled(model: Any, count: int) -> int:
    """Components that hold at least one row; a Dirichlet process counts its rows plus one in its first sticks."""
    sticks = getattr(model, "weight_concentration_", None)
    rows = model.weights_ * count if sticks is None else sticks[0] - 1
    return int(np.count_nonzero(rows >= 1))
