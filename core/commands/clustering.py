"""Comparing clustering methods on an input."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.compare import Trial, trials
from core.commands.comparing import STEPS, Candidate, MethodComparison, candidates, check_seeds
from core.commands.items import Classes, chosen, classes, item_rows
from core.commands.options import Exclude, Input, Label, Model, Option, Settings, Space, Tag
from core.commands.runs import Made, check_out, keep
from core.inputs import MAP, MAP_WARNING, Rows
from core.progress import Bar, Report, silent
from core.runs.clustering import FIGURES, ClusteringFigures, ClusteringResult, ClusteringRun, over_seeds
from core.runs.record import metrics

PACKAGE = "core.clustering"
ELSEWHERE = {"seed": "seeds"}


def cluster(
    source: Input,
    methods: Annotated[
        Sequence[str], Option("One of the clusterings that `methods` lists; repeatable.", name="method")
    ],
    k: Annotated[int | None, Option("How many clusters, for the methods that need K.")] = None,
    seeds: Annotated[int, Option("How many seeds: 0, 1, …; methods without chance run once.")] = 3,
    params: Settings = None,
    space: Space = None,
    model: Model = None,
    label: Label = None,
    tag: Tag = None,
    exclude: Exclude = None,
    out: Annotated[str | None, Option("Write ids, method, seed, labels.", "FILE.npz")] = None,
    report: Report = silent,
) -> ClusteringResult:
    """Compare clustering methods on an input; a workspace keeps each run.

    Runs methods over seeds 0, 1, … on an input; each run is saved in its workspace as it ends (a `.npz` has none).

    `k` and `params` reach the methods that have such a parameter; a name that none has is refused. `space`: "images",
    "captions" (of an item with several their mean), "both" (each item's image and caption averaged), "map:RUN" (its
    point on a map, with a warning); None: images, or captions where there are no images. `label`: the workspace's
    column to compare with; None: "label". `tag`: only the items that have it; `exclude`: not those that have that
    one: columns of truths, or words in the column "tag". What was compared and chosen stands on each card. A method
    without chance runs once, with seed 0. `out` names a `.npz` for ids, method, seed, labels. A method that refuses
    the input is told of in `refused`, unless every one does. Stopped, `partial` is true.
    """
    check_seeds(seeds, "3 to 10")
    found = candidates(PACKAGE, methods, params or {}, ELSEWHERE, "kmeans", {} if k is None else {"k": k})
    check_out(out)
    items = chosen(item_rows(source, space, model), tag, exclude)
    comparison = ClusteringComparison(items, classes(items, label), range(seeds), tag, exclude)
    bar = Bar(report, len(found) * STEPS)
    return comparison.outcome(found, bar, out)


class ClusteringComparison(MethodComparison[ClusteringRun]):
    """about: what runs are compared with (label), and how items were chosen."""

    first = "the first run had clusters"

    def __init__(
        self, items: Rows, known: Classes | None, seeds: Sequence[int], tag: str | None, exclude: str | None
    ) -> None:
        super().__init__()
        self.items, self.known, self.seeds = items, known, seeds
        self.about: dict[str, Any] = {"label": known.label if known else None, "tag": tag, "exclude": exclude}

    def judge(self, candidate: Candidate, report: Report) -> None:
        """All seeds, each saved when it is done."""
        y = self.known.values if self.known else None
        for trial in trials(candidate.method, self.items.vectors, y, self.seeds, candidate.settings, report):
            self.done.append(record(self.items, trial, self.about))
            keep(self.items, self.done[-1])

    def result(self) -> ClusteringResult:
        kept = self.items.workspace is not None
        return ClusteringResult(
            runs=[run.row(run.card.id if kept else None) for run in self.done],
            summary={name: self._summary(name) for name in dict.fromkeys(run.card.method for run in self.done)},
            items=len(self.items),
            labelled=self.known.count if self.known else 0,
            space=self.items.space,
            warning=MAP_WARNING if self.items.space.startswith(MAP) else None,
            **self.about,
            **self.remarks(),
        )

    def arrays(self) -> dict[str, NDArray]:
        """ids (N,), and for each of R runs: method (R,), seed (R,), labels (R, N), confidence (R, N)."""
        return {
            "ids": self.items.ids,
            "method": np.array([run.card.method for run in self.done]),
            "seed": np.array([run.card.seed for run in self.done]),
            "labels": np.array([run.labels for run in self.done]),
            "confidence": np.array([run.confidence for run in self.done]),
        }

    def _summary(self, method: str) -> dict[str, Any]:
        """Mean and sd over the seeds by figure, None where it is not defined."""
        found = over_seeds([run for run in self.done if run.card.method == method])
        return {name: found.get(name) for name in (*FIGURES, "stability")}


def record(items: Rows, trial: Trial, about: Mapping[str, Any]) -> ClusteringRun:
    """A trial as a new run. about: of the figures, beside those of the trial."""
    found = trial.clustering
    figures = metrics(ClusteringFigures(**trial.figures, partial=found.partial, **about))
    made = Made(ClusteringRun.KIND, trial.method, asdict(trial.params), trial.seconds, {**found.metrics, **figures})
    return ClusteringRun(made.card(items), items.ids, found.labels, found.confidence, found.history)
