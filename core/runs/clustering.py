"""Clusterings that a workspace keeps: each method once a seed, and what they come to over the seeds.

Steinley: Stability analysis in K-means clustering. British Journal of Mathematical and Statistical Psychology, 2008
(the agreement of clusterings from different beginnings as a figure of merit).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.metrics import Labels, mean_and_sd, stability
from core.formats import counted
from core.results import Floats, Strings
from core.runs.record import Record, as_json
from core.workspace import RunCard

FIGURES = ("k", "seconds", "ami", "ari", "fmi", "nmi", "acc", "noise", "silhouette", "davies_bouldin")
"""Of one run, by the names of `core.clustering.metrics.DEFINITIONS`; stability is of several."""
NOISE = "noise"

MeanAndSd = tuple[float, float]


@dataclass(frozen=True)
class ClusteringFigures:
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
    tag: str | None = None
    exclude: str | None = None


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

    def row(self) -> dict[str, Any]:
        """The run as one row of a table; `partial` is there where it was stopped."""
        head = {"method": self.card.method, "seed": self.card.seed}
        figures = {name: figure(self.card, name) for name in FIGURES} | {"seconds": round(self.card.seconds, 4)}
        stopped = {"partial": True} if self.figures.partial else {}
        return head | figures | {"silhouette_sample": self.figures.silhouette_sample} | stopped

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
    pairs = {name: mean_and_sd([value for value in values if value is not None]) for name, values in known.items()}
    pairs["stability"] = stability([run.labels for run in counting])
    return {name: (pair[0], pair[1]) for name, pair in pairs.items() if pair}


def summary(result: Mapping[str, Any]) -> str:
    """What the command `cluster` has brought: `3 runs`."""
    return counted(len(result.get("runs", [])), "run")
