"""Clusterings that a workspace keeps: each method once a seed, and what they come to over the seeds.

Steinley: Stability analysis in K-means clustering. British Journal of Mathematical and Statistical Psychology, 2008
(the agreement of clusterings from different beginnings as a figure of merit).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.clustering.metrics import Labels, stability
from core.formats import counted
from core.results import Floats, Strings
from core.runs.record import Chosen, ComparisonResult, Record, Result, as_json
from core.statistics import MeanAndSd, mean_and_sd
from core.workspace import RunCard

FIGURES = ("k", "seconds", "ami", "ari", "fmi", "nmi", "acc", "noise", "silhouette", "davies_bouldin")
"""Of one run, by the names of `core.clustering.metrics.DEFINITIONS`; stability is of several."""
NOISE = "noise"


@dataclass(frozen=True, kw_only=True)
class ClusteringFigures(Chosen):
    """Those of `core.clustering.metrics.evaluate`, None where one is not defined, and what was compared.

    reconstruction_loss: of methods with an auto-encoder. partial: stopped before its end. label: the column that the
    clusters were compared with. tag, exclude: how items were chosen.
    """

    k: int | None = None
    ami: float | None = None
    ari: float | None = None
    fmi: float | None = None
    nmi: float | None = None
    acc: float | None = None
    noise: float | None = None
    silhouette: float | None = None
    davies_bouldin: float | None = None
    silhouette_sample: int | None = None
    reconstruction_loss: float | None = None
    partial: bool = False
    label: str | None = None


class ClusteringRow(Result, frozen=True, kw_only=True):
    """A run as one row of a table: its figures as in `ClusteringFigures`, and the run that keeps it.

    seconds: of the method itself. partial: it was stopped.
    """

    method: str
    seed: int
    k: int | None
    seconds: float
    ami: float | None
    ari: float | None
    fmi: float | None
    nmi: float | None
    acc: float | None
    noise: float | None
    silhouette: float | None
    davies_bouldin: float | None
    silhouette_sample: int | None
    run: str | None
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class ClusteringResult(Chosen, ComparisonResult):
    """What the command `cluster` returns.

    summary: by method and figure mean and sd over the seeds, None where the figure is not defined. labelled: how many
    of the items have a class to compare with, label: in which column. warning: about the space.
    """

    runs: Sequence[ClusteringRow]
    summary: Mapping[str, Mapping[str, MeanAndSd | None]]
    items: int
    labelled: int
    space: str
    label: str | None
    warning: str | None = None

    def readable(self) -> dict[str, Any]:
        """As records for a table: a row a run, a row a method with mean ± sd, and the rest as it is.

        The warning is left out, for it is said on standard error, whole.
        """
        methods = [
            {"method": method} | {name: "–" if each is None else _readable(each) for name, each in figures.items()}
            for method, figures in self.summary.items()
        ]
        rows = [row.to_dict("silhouette_sample", "run") for row in self.runs]
        return {**self.to_dict("warning"), "runs": rows, "summary": methods}


@dataclass(frozen=True, eq=False)
class ClusteringRun(Record[ClusteringFigures]):
    """ids: (N,); labels: (N,), -1 = noise; confidence: (N,), in 0 … 1; history: figures by name, step by step."""

    KIND = "clustering"
    FIGURES = ClusteringFigures

    ids: Strings
    labels: Labels
    confidence: Floats
    history: Mapping[str, Sequence[Any]] = as_json(dict)

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, cluster: int) -> NDArray[np.intp]:
        """Which items are in a cluster, ascending."""
        return np.flatnonzero(self.labels == cluster)

    def names(self) -> dict[str, str]:
        """The name of each item's cluster, by the item's id."""
        return {id: cluster_name(label) for id, label in zip(self.ids.tolist(), self.labels.tolist(), strict=True)}

    def row(self, run: str | None = None) -> ClusteringRow:
        """run: its id, where it is kept."""
        figures: dict[str, Any] = {name: figure(self.card, name) for name in FIGURES}
        figures |= {"seconds": round(self.card.seconds, 4), "silhouette_sample": self.figures.silhouette_sample}
        partial = self.figures.partial
        return ClusteringRow(method=self.card.method, seed=self.card.seed, run=run, partial=partial, **figures)

    def summary(self) -> str:
        """`10 clusters of 9,170 items`"""
        return f"{counted(len(set(self.labels[self.labels >= 0].tolist())), 'cluster')} of {counted(len(self), 'item')}"


def cluster_name(number: int) -> str:
    """`cluster 3`, or `noise`."""
    return NOISE if number < 0 else f"cluster {number}"


def figure(card: RunCard, name: str) -> float | None:
    """One of `FIGURES` of a run; None where it is not defined, as what is of several runs."""
    return card.seconds if name == "seconds" else getattr(ClusteringRun.figures_of(card), name, None)


def over_seeds(runs: Sequence[ClusteringRun]) -> dict[str, MeanAndSd]:
    """Mean and sample sd of each figure over runs of one method, and their stability; what is not defined is left out.

    Stopped runs count only where there are no others.
    """
    counting = [run for run in runs if not run.figures.partial] or runs
    known = {name: [figure(run.card, name) for run in counting] for name in FIGURES}
    found = {name: mean_and_sd([value for value in values if value is not None]) for name, values in known.items()}
    found["stability"] = stability([run.labels for run in counting])
    return {name: each for name, each in found.items() if each}


def summary(result: Mapping[str, Any]) -> str:
    """What the command `cluster` has brought: `3 runs`."""
    return counted(len(msgspec.convert(result, ClusteringResult).runs), "run")


def _readable(each: MeanAndSd) -> str:
    return f"{each.mean:.3g} ± {round(each.sd, 6):.2g}"
