"""Comparing clustering methods on an input."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clustering.compare import Trial, applicable, summary, trials
from core.commands.runs import Made, save, write_arrays
from core.errors import BadInput, BadParameter, Cancelled, MissingData
from core.inputs import Rows, read_rows
from core.maps.neighbours import normalised
from core.methods import Method, find
from core.progress import Bar, Progress, Report, silent
from core.results import Strings

PACKAGE = "core.clustering"
LABEL = "label"
MOST_SEEDS = 1_000


def cluster(
    source: str,
    methods: Sequence[str],
    k: int | None = None,
    seeds: int = 3,
    params: Mapping[str, Any] | None = None,
    space: str | None = None,
    model: str | None = None,
    label: str | None = None,
    out: str | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Runs methods over seeds 0, 1, … on an input; each run is saved in its workspace as it ends (a `.npz` has none).

    `k` and `params` reach the methods that have such a parameter; a name that none has is refused. `space`: "images",
    "captions", "both" (each item's image and caption averaged); None: images, or captions where there are no images.
    `label`: the workspace's column to compare with; None: "label". `out` names a `.npz` for ids, method, seed, labels.
    A method that refuses the input is told of in `refused`, unless every one does. Stopped, `partial` is true.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise BadParameter(f"seeds={seeds} is not between 1 and {MOST_SEEDS:,}: 3 to 10 show how much chance does")
    plans = planned(methods, params or {}, k)
    items = item_rows(source, space, model)
    work = _Work(items, classes(items, label), range(seeds))
    try:
        for number, plan in enumerate(plans):
            work.run(plan, _share(report, number, len(plans)))
    except Cancelled:
        work.stop()
    if out is not None:
        work.write(out)
    return work.result()


@dataclass(frozen=True)
class Plan:
    """A method and the parameters by name that it will run with."""

    method: Method
    settings: Mapping[str, Any]


def planned(methods: Sequence[str], settings: Mapping[str, Any], k: int | None = None) -> list[Plan]:
    """Each method once, with the settings that it knows; raises `BadParameter` for a setting that no method knows.

    k: for the methods that must be told how many clusters there are; the others find it.
    """
    chosen = [find(PACKAGE, name) for name in dict.fromkeys(methods)]
    if not chosen:
        raise BadParameter("no method given: name at least one, e.g. --method kmeans; `methods` lists them")
    if "seed" in settings:
        raise BadParameter("seed is not set here: --seeds 3 runs the seeds 0, 1 and 2")
    told = dict(settings) if k is None else {**settings, "k": k}
    plans = [Plan(method, applicable(method, told)) for method in chosen]
    for name in settings:
        if not any(name in plan.settings for plan in plans):
            chosen[0].make_params({name: settings[name]})  # refuses it, with the names that there are
    for plan in plans:
        plan.method.make_params(plan.settings)
    return plans


def item_rows(source: str, space: str | None = None, model: str | None = None) -> Rows:
    """One row an item: its image, its caption, or "both" averaged (what there is of them), in the items' order.

    None: images, or captions where no images are embedded.
    """
    if space is not None:
        rows = read_rows(source, space, model)
        return averaged(rows) if space == "both" else rows
    try:
        return read_rows(source, "images", model)
    except MissingData as no_images:
        try:
            return read_rows(source, "captions", model)
        except MissingData:
            raise no_images from None


def averaged(rows: Rows) -> Rows:
    """One row an item: the mean of its unit vectors, made a unit vector again; rows of a single modality stay."""
    if len(set(rows.ids.tolist())) == len(rows):
        return rows
    _, first, item = np.unique(rows.ids, return_index=True, return_inverse=True)
    total = np.zeros((len(first), rows.vectors.shape[1]), dtype=np.float32)
    np.add.at(total, item, normalised(rows.vectors))
    order = np.argsort(first)
    return replace(rows.take(first[order]), vectors=normalised(total[order]))


def classes(rows: Rows, label: str | None = None) -> Strings | None:
    """What to compare clusters with, "" where an item has none: `y` of a `.npz`, a column of a workspace, or None."""
    if rows.workspace is None:
        if label is not None:
            raise BadInput(f"--label {label}: a .npz has no columns, its classes are its array `y`")
        return rows.labels
    values = rows.workspace.table([label or LABEL], rows.ids.tolist())[label or LABEL].to_pylist()
    texts = np.array(["" if value is None else str(value) for value in values])
    if label is not None and not (texts != "").any():
        raise BadInput(f"--label {label}: the column is empty for these items, choose another")
    return texts if (texts != "").any() else None


class _Work:
    """The runs of a comparison so far."""

    def __init__(self, items: Rows, y: NDArray | None, seeds: Sequence[int]) -> None:
        self.items, self.y, self.seeds = items, y, seeds
        self.done: list[Trial] = []
        self.runs: list[str | None] = []
        self.refused: list[dict[str, str]] = []
        self.error: BadInput | None = None
        self.partial = False

    def run(self, plan: Plan, report: Report) -> None:
        """All seeds of one method; a refusal is kept for later, so that it costs no other method's runs."""
        try:
            for trial in trials(plan.method, self.items.vectors, self.y, self.seeds, plan.settings, report):
                self.done.append(trial)
                self.runs.append(save_trial(self.items, trial))
        except BadInput as error:
            self.error = self.error or error
            self.refused.append({"method": plan.method.name, "reason": str(error)})

    def stop(self) -> None:
        """What is there is kept; raises `Cancelled` where there is nothing."""
        self.partial = True
        if not self.done:
            raise Cancelled("stopped before the first run had clusters")

    def result(self) -> dict[str, Any]:
        if not self.done and self.error is not None:
            raise self.error
        rows = [trial.row() | {"run": run} for trial, run in zip(self.done, self.runs, strict=True)]
        names = dict.fromkeys(trial.method.name for trial in self.done)
        summaries = {name: summary([each for each in self.done if each.method.name == name]) for name in names}
        about = {"items": len(self.items), "labelled": self._labelled(), "space": self.items.space}
        more = ({"refused": self.refused} if self.refused else {}) | ({"partial": True} if self.partial else {})
        return {"runs": rows, "summary": summaries, **about, **more}

    def write(self, out: str) -> None:
        """ids (N,), and for each of R runs: method (R,), seed (R,), labels (R, N), confidence (R, N)."""
        arrays = {
            "ids": self.items.ids,
            "method": np.array([trial.method.name for trial in self.done]),
            "seed": np.array([trial.seed for trial in self.done]),
            "labels": np.array([trial.clustering.labels for trial in self.done]),
            "confidence": np.array([trial.clustering.confidence for trial in self.done]),
        }
        write_arrays(out, arrays)

    def _labelled(self) -> int:
        return 0 if self.y is None else int(np.count_nonzero(self.y != ""))


def save_trial(items: Rows, trial: Trial) -> str | None:
    """The id of the new run, of kind "clustering"; None where the rows are of no workspace.

    Arrays: ids (N,) str, labels (N,) int64, confidence (N,) float32, history (1,) str, the method's history as JSON.
    """
    clustering = trial.clustering
    metrics = {**clustering.metrics, **trial.figures, "partial": clustering.partial}
    made = Made("clustering", trial.method, asdict(trial.params), trial.seconds, metrics, ["torch"])
    history = np.array([json.dumps(clustering.history, default=_plain)])
    arrays = {"ids": items.ids, "labels": clustering.labels, "confidence": clustering.confidence, "history": history}
    return save(items, made, arrays)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a run, a row a method with mean ± sd, and the rest as it is."""
    hidden = ("silhouette_sample", "run")
    rows = [{name: value for name, value in row.items() if name not in hidden} for row in result["runs"]]
    methods = [{"method": name} | _mean_and_sd(figures) for name, figures in result["summary"].items()]
    return {**result, "runs": rows, "summary": methods}


def _mean_and_sd(figures: Mapping[str, Sequence[float] | None]) -> dict[str, str]:
    return {name: "–" if pair is None else f"{pair[0]:.3g} ± {round(pair[1], 6):.2g}" for name, pair in figures.items()}


def _share(report: Report, number: int, count: int) -> Report:
    """The report of one method of several: each has the same part of the bar."""
    bar = Bar(report)

    def follow(progress: Progress) -> None:
        total = progress.total or 1
        bar.total = total * count
        bar.step(total * number + progress.done, progress.message, progress.metrics)

    return follow


def _plain(value: Any) -> Any:
    """NumPy's scalars and arrays, and iterables, as JSON knows them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, Iterable) else str(value)
