"""Names of groups that a workspace keeps, with the phrases and captions that they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.formats import counted
from core.naming.choosing import Phrase
from core.results import Strings
from core.runs.clustering import cluster_name
from core.runs.record import Record, Result, as_json
from core.workspace import Run


class NamesFigures(msgspec.Struct, frozen=True):
    """by: a column, "run:ID" for the clusters of a run, or "selections". source: where the words come from.

    groups, named: how many there are, and how many of them have a name. names: by the groups' titles.
    """

    by: str = ""
    source: str = msgspec.field(default="", name="from")
    groups: int = 0
    named: int = 0
    names: Mapping[str, str] = {}


@dataclass(frozen=True)
class NearCaption:
    """A caption of a group. id: its own. cosine: with the group's direction."""

    id: str
    caption: str
    cosine: float


@dataclass(frozen=True, kw_only=True)
class NamedGroup:
    """A group and what it is called. number: of a cluster its own, else the group's place; group: its title.

    phrases, captions: best first.
    """

    group: str
    number: int = -1
    items: int
    name: str | None
    phrases: Sequence[Phrase]
    captions: Sequence[NearCaption]

    def row(self) -> dict[str, Any]:
        """As a row of a table."""
        return {
            "group": self.group,
            "items": self.items,
            "name": self.name,
            "phrases": ", ".join(each.phrase for each in self.phrases),
            "nearest caption": self.captions[0].caption if self.captions else None,
        }


@dataclass(frozen=True, eq=False)
class NamesRun(Record[NamesFigures]):
    """ids: (N,); group: (N,), the number of each item's group, -1 for none; groups: in the order of their titles."""

    KIND = "names"
    FIGURES = NamesFigures
    FORMER: ClassVar = {"told": "groups"}

    ids: Strings
    group: NDArray[np.int64]
    groups: Sequence[NamedGroup] = as_json(list, list[NamedGroup])

    @classmethod
    def of(cls, run: Run) -> Self:
        """As it is kept; the groups of earlier versions get their numbers."""
        found = super().of(run)
        return found._numbered() if any(each.number < 0 for each in found.groups) else found

    @property
    def rank(self) -> str:
        """By what phrases are ordered."""
        return str(self.card.params.get("rank"))

    def members(self, group: NamedGroup) -> list[str]:
        """The ids of a group's items."""
        return self.ids[self.group == group.number].tolist()

    def summary(self) -> str:
        return _summary(self.groups)

    def _numbered(self) -> Self:
        """Of a version that kept the place of a title among all, sorted, in place of a cluster's number."""
        titles = sorted(each.group for each in self.groups)
        clusters = {cluster_name(number): number for number in range(len(self.ids))}
        places = {title: place for place, title in enumerate(titles)}
        known = clusters if clusters.keys() >= places.keys() else places
        numbers = np.array([known[title] for title in titles])
        groups = [replace(each, number=known[each.group]) for each in self.groups]
        return replace(self, groups=groups, group=np.where(self.group >= 0, numbers[self.group], -1))


class NamesResult(Result, frozen=True, kw_only=True):
    """What the command `names` returns. source: where the words come from; rank: by what they are ordered.

    items: that have vectors; without_group: those of them in no group.
    """

    run: str | None
    by: str
    source: str = msgspec.field(name="from")
    method: str
    rank: str
    model: str
    items: int
    without_group: int
    names: Sequence[NamedGroup]
    seconds: float
    truncated: Sequence[str] = ()
    warning: str | None = None

    def summary(self) -> str:
        """`9 names`"""
        return _summary(self.names)

    def readable(self) -> dict[str, Any]:
        """Records for a table: a row a group, and the rest as figures."""
        return {**self.to_dict("warning"), "names": [each.row() for each in self.names]}


def _summary(groups: Sequence[NamedGroup]) -> str:
    return counted(sum(each.name is not None for each in groups), "name")
