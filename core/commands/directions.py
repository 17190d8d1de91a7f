"""Concept directions on an input: found, laid along the items, written as a column, taken away as a derived model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.commands.deriving import derive
from core.commands.items import classes as classes_of
from core.commands.prompting import read_words, reader, unit_rows, warning
from core.commands.runs import Analysis, Made, save, write_arrays
from core.errors import BadInput, BadParameter, MissingData
from core.inputs import Rows
from core.progress import Bar, Report, silent
from core.results import Floats
from core.search import highest
from core.semantics.directions import FITS, along, apart, between, projections, removing
from core.semantics.prompts import Prompts, check_templates
from core.semantics.results import Direction
from core.workspace.columns import FIXED, check_column

KIND = "direction"
ANALYSIS = Analysis("direction", "Concept direction")
REMOVED = Analysis("without", "Without a direction")
REST = "the rest"
STRIP, EXTREMES = 9, 5
SHOWN = 20
BRIEF, SLUG = 60, 40
"""Letters of a side in a direction's title, and of a title in the name of the model without the direction."""
STEPS, FOUND = 1_000, 700
"""Of the bar, and of them until the direction is found."""

Truths = NDArray[np.bool_]


def direction(
    source: str,
    towards: Sequence[str] | str | None = None,
    away: Sequence[str] | str | None = None,
    templates: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    against: Sequence[str] | None = None,
    label: str | None = None,
    value: str | None = None,
    fit: str = "means",
    strip: int = STRIP,
    write: str | None = None,
    remove: bool = False,
    space: str | None = None,
    model: str | None = None,
    tag: str | None = None,
    exclude: str | None = None,
    out: str | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Finds a direction and where every item lies along it; a run of the workspace holds both (a `.npz` has none).

    The direction goes `towards` a prompt and `away` from another (of several, from mean to mean, each in every one of
    the `templates`); or from the items `against` to the `items`, ids, where None means all others; or from the other
    values of the column `label` to one `value` of it. `fit`: how two groups of items are told apart: "means",
    "logistic" or "lda". `strip`: so many items, evenly spaced in their order. `write` names a column of numbers for
    the projections. `remove`: the embeddings without the direction, as a model that every command can choose.
    `space`, `tag`, `exclude`: as in `cluster`; they say which items. `out` names a `.npz` for what the run
    holds.
    """
    start = perf_counter()
    way = _way(towards, away, items, label)
    if fit not in FITS:
        raise BadParameter(f"fit={fit!r} is not one of {', '.join(FITS)}")
    if strip < 1:
        raise BadParameter(f"strip={strip} is below 1: ask for at least one item")
    rows = unit_rows(source, space, model, tag, exclude)
    _check_place(rows, write, remove)
    bar = Bar(report, STEPS)
    bar.step(0, "finding the direction")
    if way == "prompts":
        found = _of_prompts(rows, _several(towards), _several(away), templates or (), model, bar.part(0, FOUND))
    elif way == "items":
        found = _of_items(rows, items or (), against, fit)
    else:
        found = _of_label(rows, str(label), value, fit)
    bar.step(FOUND, "laying the items along it")
    work = _Work(rows, found, way, projections(rows.vectors, found.direction))
    run = work.save(write, perf_counter() - start)
    if write is not None and rows.workspace:
        rows.workspace.set_column(write, dict(zip(rows.ids.tolist(), work.scores.astype(float).tolist(), strict=True)))
    derived = work.removed(bar.part(FOUND, STEPS - FOUND)) if remove else None
    if out is not None:
        write_arrays(out, work.arrays())
    told = work.told(strip) | {"run": run, "column": write, "derived": derived}
    return {**told, "seconds": round(perf_counter() - start, 3), **found.remarks}


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: the strip, the ends, and the rest as figures."""
    hidden = ("warning", "truncated", "projection")
    rest = {name: value for name, value in result.items() if name not in hidden}
    return {**rest, **{f"projection, {name}": value for name, value in result["projection"].items()}}


@dataclass(frozen=True)
class _Found:
    """A direction. asked: what made it, for the card. remarks: for the result. side: (N,) int8, 1 and -1 for the items
    that it goes towards and away from, 0 for others; None where it is between prompts."""

    direction: Direction
    asked: Mapping[str, Any]
    side: NDArray[np.int8] | None = None
    remarks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Work:
    """A direction and the items along it. scores: (N,) float32."""

    rows: Rows
    found: _Found
    way: str
    scores: Floats

    def told(self, strip: int) -> dict[str, Any]:
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

    def save(self, column: str | None, seconds: float) -> str | None:
        """Arrays: ids (N,) str, projection (N,) float32, direction (D,) float32, and the side (N,) int8 if there is."""
        direction = self.found.direction
        about = {"direction": direction.title, **direction.figures, "column": column}
        how = {"way": self.way, **self.found.asked}
        return save(self.rows, Made(KIND, ANALYSIS, how, seconds, about, ["torch"]), self.arrays())

    def arrays(self) -> dict[str, NDArray]:
        side = {} if self.found.side is None else {"side": self.found.side}
        return {"ids": self.rows.ids, "projection": self.scores, "direction": self.found.direction.vector, **side}

    def removed(self, report: Report) -> str:
        """The name of the model whose embeddings have the direction no more."""
        direction, place = self.found.direction, self.rows.workspace
        assert place is not None  # `_check_place` has seen to it
        digest = blake2b(direction.vector.tobytes(), digest_size=8).hexdigest()
        params = {"dimensions": len(direction.vector), "direction": direction.title, "vector": digest}
        known = {"method": REMOVED.name, "title": REMOVED.title, "params": params, "items": len(self.rows)}
        known |= {"model": self.rows.model, "fingerprint": self.rows.fingerprint}
        about = {"mark": f"without-{_slug(direction.title)}", "words": f"without “{direction.title}”"}
        return derive(place, removing(direction), known, about, report).metrics["derived"]

    def _shown(self, places: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Items with their projection, and their caption where the input has some."""
        ids = self.rows.ids[places].tolist()
        scores = np.round(self.scores[places].astype(np.float64), 6).tolist()
        found = [{"id": id, "projection": score} for id, score in zip(ids, scores, strict=True)]
        if self.rows.workspace is None:
            return found
        captions = self.rows.workspace.table(["caption"], ids)["caption"].to_pylist()
        return [each | {"caption": caption or ""} for each, caption in zip(found, captions, strict=True)]


def _way(towards: Any, away: Any, items: Any, label: str | None) -> str:
    """Which of the three ways was asked for, one of them alone."""
    if (towards is None) != (away is None):
        raise BadInput("a direction between prompts needs both sides: one to go towards, one to go away from")
    given = {"prompts": towards, "items": items, "label": label}
    asked = [name for name, value in given.items() if value is not None]
    if len(asked) != 1:
        raise BadInput(
            "a direction is found in one way: between two prompts, two groups of items, or by a label's value"
        )
    return asked[0]


def _check_place(rows: Rows, column: str | None, remove: bool) -> None:
    """Before the work: what is asked for can be kept, and nobody's own column is written over."""
    place = rows.workspace
    if place is None and (column is not None or remove):
        raise BadInput("a .npz keeps no columns and no derived models: give a workspace, or write a file with --out")
    if place is None or column is None:
        return
    check_column(column)
    own = {card.metrics.get("column") for card in place.runs(KIND)}
    if column in FIXED or (column in place.columns() and column not in own):
        raise BadInput(f"there is a column {column!r} already: choose another name")


def _of_prompts(
    rows: Rows, towards: Sequence[str], away: Sequence[str], templates: Sequence[str], model: str | None, report: Report
) -> _Found:
    sides = ["towards"] * len(towards) + ["away"] * len(away)
    asked = Prompts.of([*towards, *away], sides)
    if set(sides) != {"towards", "away"}:
        raise BadInput("a direction between prompts needs both sides: one to go towards, one to go away from")
    check_templates(templates, len(asked))
    title = f"{_brief(asked.texts[: len(towards)])} − {_brief(asked.texts[len(towards) :])}"
    words = read_words(rows, reader(rows, model), asked, templates, report)
    told = {"towards": list(towards), "away": list(away), "templates": list(templates)}
    return _Found(between(words.classes[0], words.classes[1], title), told, remarks=warning(words))


def _of_items(rows: Rows, items: Sequence[str], against: Sequence[str] | None, fit: str) -> _Found:
    first = _members(rows, items)
    second = ~first if against is None else _members(rows, against)
    other = REST if against is None else _counted(second)
    return _between(rows, first, second, f"{_counted(first)} − {other}", fit, {})


def _of_label(rows: Rows, label: str, value: str | None, fit: str) -> _Found:
    """Against the items that have another value; those without one are on neither side."""
    found = classes_of(rows, None if rows.workspace is None and label == "y" else label)
    values = np.array([]) if found is None else found.values
    first = values == value
    if value is None or not first.any():
        there = ", ".join(list(dict.fromkeys(values[values != ""].tolist()))[:SHOWN]) or "none"
        what = "no value given" if value is None else f"no item has the value {value!r}"
        raise BadInput(f"--label {label}: {what}; there are {there}")
    rest = (values != "") & ~first
    return _between(rows, first, rest, f"{label}: {value} − {REST}", fit, {"label": label, "value": value})


def _between(rows: Rows, first: Truths, second: Truths, title: str, fit: str, asked: Mapping[str, Any]) -> _Found:
    side = first.astype(np.int8) - second.astype(np.int8)
    return _Found(apart(rows.vectors, first, second, title, fit), {**asked, "fit": fit}, side)


def _members(rows: Rows, ids: Sequence[str]) -> Truths:
    unknown = set(ids) - set(rows.ids.tolist())
    if unknown:
        raise MissingData(f"{len(unknown)} of the items asked for are not among the {len(rows):,}: {min(unknown)}")
    return np.isin(rows.ids, list(ids))


def _counted(group: Truths) -> str:
    count = int(np.count_nonzero(group))
    return f"{count:,} item{'' if count == 1 else 's'}"


def _brief(prompts: Sequence[str]) -> str:
    """Prompts as a part of a title."""
    said = ", ".join(prompts)
    return said if len(said) <= BRIEF else f"{said[: BRIEF - 1]}…"


def _several(prompts: Sequence[str] | str | None) -> Sequence[str]:
    return [prompts] if isinstance(prompts, str) else list(prompts or ())


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold())[:SLUG].strip("-") or "direction"
