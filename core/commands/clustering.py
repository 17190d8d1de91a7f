"""Comparing clustering methods on an input."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np

from core.clustering.compare import Trial, trials
from core.commands.comparing import Comparison
from core.commands.items import Classes, chosen, classes, item_rows
from core.commands.options import Exclude, Input, Label, Model, Option, Settings, Space, Tag
from core.commands.plans import Plan, planned
from core.commands.runs import Made, check_out, write_arrays
from core.errors import BadParameter
from core.inputs import MAP, MAP_WARNING, Rows
from core.progress import Bar, Report, silent
from core.runs.clustering import FIGURES, ClusteringFigures, ClusteringRun, over_seeds
from core.runs.record import metrics

PACKAGE = "core.clustering"
ELSEWHERE = {"seed": "seeds"}
MOST_SEEDS = 1_000
STEPS_A_METHOD = 1_000


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
) -> dict[str, Any]:
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
    if not 1 <= seeds <= MOST_SEEDS:
        raise BadParameter(
            f"seeds={seeds} is not between 1 and {MOST_SEEDS:,}: 3 to 10 show how much chance does", "seeds"
        )
    plans = planned(PACKAGE, methods, params or {}, ELSEWHERE, "kmeans", {} if k is None else {"k": k})
    check_out(out)
    items = chosen(item_rows(source, space, model), tag, exclude)
    asked = {name: value for name, value in (("tag", tag), ("exclude", exclude)) if value is not None}
    work = _Work(items, classes(items, label), asked, range(seeds))
    bar = Bar(report, len(plans) * STEPS_A_METHOD)
    work.go(plans, lambda number: bar.part(number * STEPS_A_METHOD, STEPS_A_METHOD))
    if out is not None:
        work.write(out)
    return work.result()


class _Work(Comparison[ClusteringRun]):
    """about: what runs are compared with (label), and how items were chosen."""

    first = "the first run had clusters"

    def __init__(self, items: Rows, known: Classes | None, asked: Mapping[str, str], seeds: Sequence[int]) -> None:
        super().__init__()
        self.items, self.known, self.seeds = items, known, seeds
        self.about = {"label": known.label if known else None, **asked}

    def judge(self, plan: Plan, report: Report) -> None:
        """All seeds, each saved when it is done."""
        y = self.known.values if self.known else None
        for trial in trials(plan.method, self.items.vectors, y, self.seeds, plan.settings, report):
            run = record(self.items, trial, self.about)
            self.done.append(run)
            if self.items.workspace:
                run.save(self.items.workspace)

    def result(self) -> dict[str, Any]:
        rows = [run.row() | {"run": run.card.id if self.items.workspace else None} for run in self.done]
        names = dict.fromkeys(run.card.method for run in self.done)
        summaries = {name: self._summary(name) for name in names}
        given = {"items": len(self.items), "labelled": self.known.count if self.known else 0, "space": self.items.space}
        return {"runs": rows, "summary": summaries, **given, **self.about, **self.remarks()}

    def _summary(self, method: str) -> dict[str, list[float] | None]:
        """[mean, sd] over the seeds by figure, None where it is not defined."""
        found = over_seeds([run for run in self.done if run.card.method == method])
        return {name: list(found[name]) if name in found else None for name in (*FIGURES, "stability")}

    def remarks(self) -> dict[str, Any]:
        """What a reader should know before believing the result, where there is something."""
        flat = {"warning": MAP_WARNING} if self.items.space.startswith(MAP) else {}
        return flat | super().remarks()

    def write(self, out: str) -> None:
        """ids (N,), and for each of R runs: method (R,), seed (R,), labels (R, N), confidence (R, N)."""
        arrays = {
            "ids": self.items.ids,
            "method": np.array([run.card.method for run in self.done]),
            "seed": np.array([run.card.seed for run in self.done]),
            "labels": np.array([run.labels for run in self.done]),
            "confidence": np.array([run.confidence for run in self.done]),
        }
        write_arrays(out, arrays)


def record(items: Rows, trial: Trial, about: Mapping[str, Any]) -> ClusteringRun:
    """A trial as a new run. about: of the figures, beside those of the trial."""
    found = trial.clustering
    figures = ClusteringFigures(**trial.figures, partial=found.partial, **about)
    told = {**found.metrics, **metrics(figures)}
    made = Made(ClusteringRun.KIND, trial.method, asdict(trial.params), trial.seconds, told)
    return ClusteringRun(made.card(items), items.ids, found.labels, found.confidence, found.history)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a run, a row a method with mean ± sd, and the rest as it is."""
    hidden = ("silhouette_sample", "run")
    rows = [{name: value for name, value in row.items() if name not in hidden} for row in result["runs"]]
    methods = [{"method": name} | _mean_and_sd(figures) for name, figures in result["summary"].items()]
    rest = {name: value for name, value in result.items() if name != "warning"}  # said on standard error, whole
    return {**rest, "runs": rows, "summary": methods}


def _mean_and_sd(figures: Mapping[str, Sequence[float] | None]) -> dict[str, str]:
    return {name: "–" if pair is None else f"{pair[0]:.3g} ± {round(pair[1], 6):.2g}" for name, pair in figures.items()}
