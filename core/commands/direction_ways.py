"""The ways to ask for a concept's direction: between two prompts, between two groups of items, by a label's value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.commands.items import LISTED
from core.commands.items import classes as classes_of
from core.commands.prompting import read_words, reader, warning
from core.errors import BadInput, BadParameter, MissingData
from core.inputs import Rows
from core.progress import Report, silent
from core.semantics.directions import FITS, apart, between
from core.semantics.prompts import Prompts, check_templates
from core.semantics.results import Direction

REST = "the rest"
BELONGS = {
    "templates": ("template", "towards"),
    "against": ("against", "items"),
    "value": ("value", "label"),
}
"""What means something only beside another: what a person calls it, and the other."""
BRIEF = 60
"""Letters of a side in a direction's title."""

Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class Found:
    """A direction. asked: what made it, for the card. remarks: for the result. side: (N,) int8, 1 and -1 for the items
    that it goes towards and away from, 0 for others; None where it is between prompts."""

    direction: Direction
    asked: Mapping[str, Any]
    side: NDArray[np.int8] | None = None
    remarks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What a person asked for: prompts on both sides, or items (and against which: None: all others), or a label's
    value against its other values. templates: for prompts. fit: for groups."""

    towards: Sequence[str] | None = None
    away: Sequence[str] | None = None
    templates: Sequence[str] = ()
    items: Sequence[str] | None = None
    against: Sequence[str] | None = None
    label: str | None = None
    value: str | None = None
    fit: str = "means"

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise BadParameter(f"fit={self.fit!r} is not one of {', '.join(FITS)}", "fit")
        if bool(self.towards) != bool(self.away):
            raise BadInput("a direction between prompts needs both sides: one to go towards, one to go away from")
        if [self.towards, self.items, self.label].count(None) != 2:
            raise BadInput(
                "a direction is found in one way: between prompts, between groups of items, or by a label's value"
            )
        for name, (word, needed) in BELONGS.items():
            if getattr(self, name) and getattr(self, needed) is None:
                raise BadInput(f"{word} says nothing here: it goes with {needed}", word, needed)
        if self.fit != "means" and self.towards is not None:
            raise BadInput(
                "fit says nothing here: it goes with groups of items, or with a label", "fit", "items", "label"
            )

    @property
    def way(self) -> str:
        """ "prompts", "items" or "label"."""
        return "prompts" if self.towards is not None else "items" if self.items is not None else "label"

    def found(self, rows: Rows, model: str | None = None, report: Report = silent) -> Found:
        """The direction, in the space of the rows. model: that reads the prompts for a `.npz`."""
        if self.way == "prompts":
            return self._of_prompts(rows, model, report)
        return self._of_items(rows) if self.way == "items" else self._of_label(rows)

    def _of_prompts(self, rows: Rows, model: str | None, report: Report) -> Found:
        towards, away = list(self.towards or ()), list(self.away or ())
        prompts = Prompts.of([*towards, *away], ["towards"] * len(towards) + ["away"] * len(away))
        check_templates(self.templates, len(prompts))
        words = read_words(rows, reader(rows, model), prompts, self.templates, report)
        title = f"{_brief(prompts.texts[: len(towards)])} − {_brief(prompts.texts[len(towards) :])}"
        asked = {"towards": towards, "away": away, "templates": list(self.templates)}
        return Found(between(words.classes[0], words.classes[1], title), asked, remarks=warning(words))

    def _of_items(self, rows: Rows) -> Found:
        first = _members(rows, self.items or ())
        second = ~first if self.against is None else _members(rows, self.against)
        other = REST if self.against is None else _counted(second)
        return self._between(rows, first, second, f"{_counted(first)} − {other}")

    def _of_label(self, rows: Rows) -> Found:
        """Items without a value are on neither side."""
        known = classes_of(rows, None if rows.workspace is None and self.label == "y" else self.label)
        values = np.array([]) if known is None else known.values
        first = values == self.value
        if self.value is None or not first.any():
            there = ", ".join(list(dict.fromkeys(values[values != ""].tolist()))[:LISTED]) or "none"
            what = "no value given" if self.value is None else f"no item has the value {self.value!r}"
            raise BadInput(f"label {self.label}: {what}; there are {there}", "label", "value")
        return self._between(rows, first, (values != "") & ~first, f"{self.label}: {self.value} − {REST}")

    def _between(self, rows: Rows, first: Truths, second: Truths, title: str) -> Found:
        asked = {"fit": self.fit, **({"label": self.label, "value": self.value} if self.label is not None else {})}
        side = first.astype(np.int8) - second.astype(np.int8)
        return Found(apart(rows.vectors, first, second, title, self.fit), asked, side)


def _members(rows: Rows, ids: Sequence[str]) -> Truths:
    unknown = set(ids) - set(rows.ids.tolist())
    if unknown:
        raise MissingData(f"{len(unknown)} of the items asked for are not among the {len(rows):,}: {min(unknown)}")
    return np.isin(rows.ids, list(ids))


def _counted(group: Truths) -> str:
    count = int(np.count_nonzero(group))
    return f"{count:,} item{'' if count == 1 else 's'}"


def _brief(prompts: Sequence[str]) -> str:
    said = ", ".join(prompts)
    return said if len(said) <= BRIEF else f"{said[: BRIEF - 1]}…"
