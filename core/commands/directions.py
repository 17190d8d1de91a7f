"""Concept directions on an input: found, laid along the items, written as a column, taken away as a derived model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.deriving import derive
from core.commands.direction_ways import Asked, Found
from core.commands.items import is_taken
from core.commands.options import Exclude, Input, Option, ReadingModel, Space, Tag, Templates, lines_of
from core.commands.prompting import unit_rows
from core.commands.runs import Analysis, Made, check_out, keep, write_arrays
from core.errors import BadInput, BadParameter
from core.inputs import Rows, open_workspace
from core.progress import Bar, Report, silent
from core.results import Floats
from core.runs.direction import DirectionFigures, DirectionRun
from core.runs.record import metrics
from core.search import highest
from core.semantics.directions import along, projections, removing
from core.workspace import Workspace

ANALYSIS = Analysis("direction", "Concept direction")
REMOVED = Analysis("without", "Without a direction")
STRIP, EXTREMES = 9, 5
SLUG = 40
"""Letters of a direction's title in the name of the model without it."""
STEPS, FOUND = 1_000, 700
"""Of the bar, and of them until the direction is found."""


def direction(
    source: Input,
    towards: Annotated[Sequence[str] | None, Option("Where to; repeatable.", "PROMPT")] = None,
    away: Annotated[Sequence[str] | None, Option("Where from; repeatable.", "PROMPT")] = None,
    templates: Templates = None,
    items: Annotated[Sequence[str] | None, Option("Ids of items to go to, one a line.", "FILE", read=lines_of)] = None,
    against: Annotated[
        Sequence[str] | None, Option("Those to come from; left out: the rest.", "FILE", read=lines_of)
    ] = None,
    label: Annotated[str | None, Option("From its other values to one.", "COLUMN")] = None,
    value: Annotated[str | None, Option("The value of the column.")] = None,
    fit: Annotated[str, Option("How groups are told apart: means, logistic, lda.")] = "means",
    strip: Annotated[int, Option("How many items to show along it.")] = STRIP,
    write: Annotated[str | None, Option("Write the projections as a column.", "COLUMN")] = None,
    remove: Annotated[bool, Option("Derive a model without the direction.")] = False,
    space: Space = None,
    model: ReadingModel = None,
    tag: Tag = None,
    exclude: Exclude = None,
    out: Annotated[str | None, Option("Write the direction, ids, projections.", "FILE.npz")] = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Find a concept's direction: between two prompts, two groups of items, or by a label; and what lies along it.

    Finds a direction and where every item lies along it; a run of the workspace holds both (a `.npz` has none).

    The direction goes `towards` prompts and `away` from others, from mean to mean, each in every one of the
    `templates`; or from the items `against` to the `items`, ids, where None means all others; or from the other values
    of the column `label` to one `value` of it. `fit`: how two groups of items are told apart: "means", "logistic" or
    "lda". `strip`: so many items, evenly spaced in their order. `write` names a column of numbers for the projections.
    `remove`: as `without` does. `space`, `tag`, `exclude`: as in `cluster`; they say which items. `out` names a `.npz`
    for what the run holds.
    """
    start = perf_counter()
    check_out(out)
    asked = Asked(towards, away, templates or (), items, against, label, value, fit)
    if strip < 1:
        raise BadParameter(f"strip={strip} is below 1: ask for at least one item", "strip")
    rows = unit_rows(source, space, model, tag, exclude)
    _check_place(rows, write, remove)
    bar = Bar(report, STEPS)
    bar.step(0, "finding the direction")
    found = asked.found(rows, model, bar.part(0, FOUND))
    bar.step(FOUND, "laying the items along it")
    work = _Work(rows, asked.way, found, projections(rows.vectors, found.direction))
    record = work.record(perf_counter() - start, write, tag, exclude)
    run = keep(rows, record)
    if write is not None:
        work.write(write)
    derived = without(source, str(run), bar.part(FOUND, STEPS - FOUND))["model"] if remove else None
    if out is not None:
        write_arrays(out, record.arrays())
    result = work.result(strip) | {"run": run, "column": write, "derived": derived}
    return {**result, "seconds": round(perf_counter() - start, 3), **found.remarks}


def without(source: str, run: str, report: Report = silent) -> dict[str, Any]:
    """Takes the direction of a run out of all embeddings of its model; `model` names them for every other command."""
    place = open_workspace(source)
    found = kept_direction(place, run)
    card, direction = found.card, found.concept
    title, vector = direction.title, direction.vector
    digest = blake2b(vector.tobytes(), digest_size=8).hexdigest()
    params = {"dimensions": len(vector), "direction": title, "vector": digest}
    known = {"method": REMOVED.name, "title": REMOVED.title, "params": params, "items": card.items}
    known |= {"model": card.model, "fingerprint": card.fingerprint}
    about = {"mark": f"without-{_slug(title)}", "words": f"without “{title}”"}
    made = derive(place, removing(direction), known, about, report)
    return {"run": made.id, "model": made.metrics["derived"], "base": card.model, "direction": title}


def kept_direction(place: Workspace, id: str) -> DirectionRun:
    """A run of a direction; raises `BadInput` for one of another kind."""
    run = place.run(id)
    if run.card.kind != DirectionRun.KIND:
        raise BadInput(f"run {id} is no direction but a {run.card.kind} run: choose one of kind {DirectionRun.KIND}")
    return DirectionRun.of(run)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: the strip, the ends, and the rest as figures."""
    hidden = ("warning", "truncated", "projection")
    rest = {name: value for name, value in result.items() if name not in hidden}
    return {**rest, **{f"projection, {name}": value for name, value in result["projection"].items()}}


@dataclass(frozen=True)
class _Work:
    """A direction and the items along it. scores: (N,) float32."""

    rows: Rows
    way: str
    found: Found
    scores: Floats

    def result(self, strip: int) -> dict[str, Any]:
        ends = {"low": highest(-self.scores, EXTREMES), "high": highest(self.scores, EXTREMES)}
        named = {"strip": along(self.scores, strip), **ends}
        scores = self.scores.astype(np.float64)
        spread = {"mean": scores.mean(), "sd": scores.std(), "lowest": scores.min(), "highest": scores.max()}
        return {
            "direction": self.found.direction.title,
            "model": self.rows.model,
            "space": self.rows.space,
            "items": len(self.rows),
            "way": self.way,
            "auc": self.found.direction.figures.get("auc"),
            "projection": {name: round(float(value), 6) for name, value in spread.items()},
            **{name: self._shown(places) for name, places in named.items()},
        }

    def record(self, seconds: float, column: str | None, tag: str | None, exclude: str | None) -> DirectionRun:
        """column, tag, exclude: as asked, for the card."""
        direction, how = self.found.direction, {"way": self.way, **self.found.asked}
        figures = DirectionFigures(
            direction=direction.title, auc=direction.figures.get("auc"), column=column, tag=tag, exclude=exclude
        )
        card = Made(DirectionRun.KIND, ANALYSIS, how, seconds, metrics(figures)).card(self.rows)
        return DirectionRun(card, self.rows.ids, self.scores, direction.vector, self.found.side)

    def write(self, column: str) -> None:
        """The projections as a column of numbers."""
        if self.rows.workspace:
            values = zip(self.rows.ids.tolist(), self.scores.astype(float).tolist(), strict=True)
            self.rows.workspace.set_column(column, dict(values))

    def _shown(self, places: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Items with their projection, and their caption where the input has some."""
        ids = self.rows.ids[places].tolist()
        scores = np.round(self.scores[places].astype(np.float64), 6).tolist()
        found = [{"id": id, "projection": score} for id, score in zip(ids, scores, strict=True)]
        if self.rows.workspace is None:
            return found
        captions = self.rows.workspace.table(["caption"], ids)["caption"].to_pylist()
        return [each | {"caption": caption or ""} for each, caption in zip(found, captions, strict=True)]


def _check_place(rows: Rows, column: str | None, remove: bool) -> None:
    """Before the work: what is asked for can be kept, and nobody's own column is written over."""
    place = rows.workspace
    if place is None and (column is not None or remove):
        raise BadInput("a .npz keeps no columns and no derived models: give a workspace, or write a file", "out")
    if place is not None and column is not None and is_taken(place, column, DirectionRun.KIND):
        raise BadInput(f"there is a column {column!r} already: choose another name")


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold())[:SLUG].strip("-") or "direction"
