"""Concept directions on an input: found, laid along the items, written as a column, taken away as a derived model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.deriving import derive
from core.commands.items import LISTED, is_taken
from core.commands.items import classes as classes_of
from core.commands.options import Exclude, Input, Option, ReadingModel, Space, Tag, Templates, lines_of
from core.commands.prompting import ItemNames, read_words, reader, unit_rows, warning
from core.commands.runs import Analysis, Made, check_out, keep, write_arrays
from core.errors import BadInput, BadParameter, MissingData
from core.formats import counted, shortened
from core.inputs import Rows, open_workspace
from core.progress import Bar, Report, silent
from core.results import Booleans, Floats
from core.runs.direction import DirectionFigures, DirectionResult, DirectionRun, ProjectionFigures, WithoutResult
from core.runs.record import metrics
from core.runs.semantics import NamedItem
from core.search import highest
from core.semantics.directions import FITS, along, apart, between, projections, removing
from core.semantics.prompts import Prompts, check_templates
from core.semantics.results import Direction
from core.workspace import Workspace

ANALYSIS = Analysis("direction", "Concept direction")
REMOVED = Analysis("without", "Without a direction")
STRIP, EXTREMES = 9, 5
SLUG = 40
"""Letters of a direction's title in the name of the model without it."""
STEPS, FOUND = 1_000, 700
"""Of the bar, and of them until the direction is found."""
REST = "the rest"
BRIEF = 60
"""Letters of a side in a direction's title."""


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
) -> DirectionResult:
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
    _check(towards, away, templates, items, against, label, value, fit)
    if strip < 1:
        raise BadParameter(f"strip={strip} is below 1: ask for at least one item", "strip")
    rows = unit_rows(source, space, model, tag, exclude)
    _check_place(rows, write, remove)
    bar = Bar(report, STEPS)
    bar.step(0, "finding the direction")
    if towards is not None:
        found = _of_prompts(rows, towards, away or (), templates or (), model, bar.part(0, FOUND))
    else:
        found = _of_items(rows, items, against, fit) if items is not None else _of_label(rows, str(label), value, fit)
    bar.step(FOUND, "laying the items along it")
    scores, auc, title = projections(rows.vectors, found.direction), found.direction.auc, found.direction.title
    figures = metrics(DirectionFigures(direction=title, auc=auc, column=write, tag=tag, exclude=exclude))
    how = {"way": found.way, **found.params}
    card = Made(DirectionRun.KIND, ANALYSIS, how, perf_counter() - start, figures).card(rows)
    record = DirectionRun(card, rows.ids, scores, found.direction.vector, found.side)
    run = keep(rows, record)
    if write is not None and rows.workspace is not None:
        rows.workspace.set_column(write, dict(zip(rows.ids.tolist(), scores.astype(float).tolist(), strict=True)))
    derived = without(source, str(run), bar.part(FOUND, STEPS - FOUND)).model if remove else None
    if out is not None:
        write_arrays(out, record.arrays())
    named = _named(rows, scores, strip)
    return DirectionResult(
        direction=title,
        model=rows.model,
        space=rows.space,
        items=len(rows),
        way=found.way,
        auc=auc,
        projection=_spread(scores),
        strip=named["strip"],
        low=named["low"],
        high=named["high"],
        run=run,
        column=write,
        derived=derived,
        seconds=round(perf_counter() - start, 3),
        **found.remarks,
    )


def without(source: str, run: str, report: Report = silent) -> WithoutResult:
    """Takes the direction of a run out of all embeddings of its model; `model` names them for every other command."""
    place = open_workspace(source)
    found = kept_direction(place, run)
    card, direction = found.card, found.concept
    title, vector = direction.title, direction.vector
    digest = blake2b(vector.tobytes(), digest_size=8).hexdigest()
    params = {"dimensions": len(vector), "direction": title, "vector": digest}
    known = {"params": params, "items": card.items, "model": card.model, "fingerprint": card.fingerprint}
    about = {"mark": f"without-{_slug(title)}", "words": f"without “{title}”"}
    made, name = derive(place, removing(direction), REMOVED, known, about, report)
    return WithoutResult(run=made, model=name, base=card.model, direction=title)


def kept_direction(place: Workspace, id: str) -> DirectionRun:
    """A run of a direction; raises `BadInput` for one of another kind."""
    run = place.run(id)
    if run.card.kind != DirectionRun.KIND:
        raise BadInput(f"run {id} is no direction but a {run.card.kind} run: choose one of kind {DirectionRun.KIND}")
    return DirectionRun.of(run)


def _named(rows: Rows, scores: Floats, strip: int) -> dict[str, list[NamedItem]]:
    """The items of the strip and of both ends, with their projections (N,)."""
    places = {"strip": along(scores, strip), "low": highest(-scores, EXTREMES), "high": highest(scores, EXTREMES)}
    names = ItemNames.of(rows, *places.values())
    return {name: names.items(some, projection=scores[some]) for name, some in places.items()}


def _spread(scores: Floats) -> ProjectionFigures:
    x = scores.astype(np.float64)
    figures = {"mean": x.mean(), "sd": x.std(), "lowest": x.min(), "highest": x.max()}
    return ProjectionFigures(**{name: round(float(value), 6) for name, value in figures.items()})


def _check_place(rows: Rows, column: str | None, remove: bool) -> None:
    """Before the work: what is asked for can be kept, and nobody's own column is written over."""
    place = rows.workspace
    if place is None and (column is not None or remove):
        raise BadInput("a .npz keeps no columns and no derived models: give a workspace, or write a file", "out")
    if place is not None and column is not None and is_taken(place, column, DirectionRun.KIND):
        raise BadInput(f"there is a column {column!r} already: choose another name")


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold())[:SLUG].strip("-") or "direction"


@dataclass(frozen=True)
class FoundDirection:
    """way: "prompts", "items" or "label"; params: what made it, for the card. remarks: for the result. side: (N,) int8,
    1 and -1 for the items that it goes towards and away from, 0 for others; None where it is between prompts."""

    way: str
    direction: Direction
    params: Mapping[str, Any]
    side: NDArray[np.int8] | None = None
    remarks: Mapping[str, Any] = field(default_factory=dict)


def _check(
    towards: Sequence[str] | None,
    away: Sequence[str] | None,
    templates: Sequence[str] | None,
    items: Sequence[str] | None,
    against: Sequence[str] | None,
    label: str | None,
    value: str | None,
    fit: str,
) -> None:
    """Before anything is read: whether a direction is asked for in one way, and nothing that has no meaning there."""
    if fit not in FITS:
        raise BadParameter(f"fit={fit!r} is not one of {', '.join(FITS)}", "fit")
    if bool(towards) != bool(away):
        raise BadInput("a direction between prompts needs both sides: one to go towards, one to go away from")
    if [towards, items, label].count(None) != 2:
        ways = "between prompts, between groups of items, or by a label's value"
        raise BadInput(f"a direction is found in one way: {ways}")
    belongs = (("template", templates, "towards", towards), ("against", against, "items", items))
    for name, given, needed, other in (*belongs, ("value", value, "label", label)):
        if given and other is None:
            raise BadInput(f"{name} says nothing here: it goes with {needed}", name, needed)
    if fit != "means" and towards is not None:
        raise BadInput("fit says nothing here: it goes with groups of items, or with a label", "fit", "items", "label")


def _of_prompts(
    rows: Rows,
    towards: Sequence[str],
    away: Sequence[str],
    templates: Sequence[str],
    model: str | None,
    report: Report,
) -> FoundDirection:
    """model: that reads the prompts for a `.npz`."""
    prompts = Prompts.of([*towards, *away], ["towards"] * len(towards) + ["away"] * len(away))
    check_templates(templates, len(prompts))
    words = read_words(rows, reader(rows, model), prompts, templates, report)
    sides = (prompts.texts[: len(towards)], prompts.texts[len(towards) :])
    title = " − ".join(shortened(", ".join(side), BRIEF) for side in sides)
    params = {"towards": list(towards), "away": list(away), "templates": list(templates)}
    direction = between(words.classes[0], words.classes[1], title)
    return FoundDirection("prompts", direction, params, remarks=warning(words))


def _of_items(rows: Rows, items: Sequence[str], against: Sequence[str] | None, fit: str) -> FoundDirection:
    first = _members(rows, items)
    second = ~first if against is None else _members(rows, against)
    other = REST if against is None else counted(int(np.count_nonzero(second)), "item")
    title = f"{counted(int(np.count_nonzero(first)), 'item')} − {other}"
    return FoundDirection("items", apart(rows.vectors, first, second, title, fit), {"fit": fit}, _side(first, second))


def _of_label(rows: Rows, label: str, value: str | None, fit: str) -> FoundDirection:
    """Items without a value are on neither side."""
    known = classes_of(rows, None if rows.workspace is None and label == "y" else label)
    values = np.array([]) if known is None else known.values
    first = values == value
    if value is None or not first.any():
        there = ", ".join(list(dict.fromkeys(values[values != ""].tolist()))[:LISTED]) or "none"
        what = "no value given" if value is None else f"no item has the value {value!r}"
        raise BadInput(f"label {label}: {what}; there are {there}", "label", "value")
    second = (values != "") & ~first
    direction = apart(rows.vectors, first, second, f"{label}: {value} − {REST}", fit)
    return FoundDirection("label", direction, {"fit": fit, "label": label, "value": value}, _side(first, second))


def _side(first: Booleans, second: Booleans) -> NDArray[np.int8]:
    return first.astype(np.int8) - second.astype(np.int8)


def _members(rows: Rows, ids: Sequence[str]) -> Booleans:
    unknown = set(ids) - set(rows.ids.tolist())
    if unknown:
        raise MissingData(f"{len(unknown)} of the items asked for are not among the {len(rows):,}: {min(unknown)}")
    return np.isin(rows.ids, list(ids))
