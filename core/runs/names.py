"""Names of groups that a workspace keeps, with the phrases and captions that they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.formats import counted
from core.results import Strings
from core.runs.clustering import cluster_name
from core.runs.record import Record, as_json
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
class NamedPhrase:
    """A phrase of a group, with the figures of `core.naming.choosing.Phrase`."""

    phrase: str
    weight: float | None = None
    share: float | None = None
    others: float | None = None
    cosine: float | None = None


@dataclass(frozen=True)
class NearCaption:
    """A caption of a group. id: its own. cosine: with the group's direction."""

    id: str
    caption: str
    cosine: float


@dataclass(frozen=True)
class NamedGroup:
    """A group and what it is called. number: of a cluster its own, else the group's place; group: its title.

    phrases, captions: best first.
    """

    group: str
    number: int
    items: int
    name: str | None
    phrases: Sequence[NamedPhrase]
    captions: Sequence[NearCaption]


@dataclass(frozen=True, eq=False)
class NamesRun(Record[NamesFigures]):
    """ids: (N,); group: (N,), the number of each item's group, -1 for none; told: the groups, as JSON."""

    KIND = "names"
    FIGURES = NamesFigures

    ids: Strings
    group: NDArray[np.int64]
    told: Sequence[Mapping[str, Any]] = as_json(list)

    @classmethod
    def of(cls, run: Run) -> Self:
        """As it is kept; the groups of earlier versions get their numbers."""
        found = super().of(run)
        return found if all("number" in each for each in found.told) else found._numbered()

    @cached_property
    def groups(self) -> list[NamedGroup]:
        """In the order of their numbers or titles."""
        return msgspec.convert(self.told, list[NamedGroup])

    def members(self, group: NamedGroup) -> list[str]:
        """The ids of a group's items."""
        return self.ids[self.group == group.number].tolist()

    def summary(self) -> str:
        """`9 names`"""
        return summary({"names": self.told})

    def _numbered(self) -> Self:
        """Of a version that kept the place of a title among all, sorted, in place of a cluster's number."""
        titles = sorted(each["group"] for each in self.told)
        clusters = {cluster_name(number): number for number in range(len(self.ids))}
        places = {title: place for place, title in enumerate(titles)}
        known = clusters if clusters.keys() >= places.keys() else places
        told = [{**each, "number": known[each["group"]]} for each in self.told]
        numbers = np.array([known[title] for title in titles])
        return replace(self, told=told, group=np.where(self.group >= 0, numbers[self.group], -1))


def summary(result: Mapping[str, Any]) -> str:
    """What the command `names` has brought: `9 names`."""
    return counted(sum(each["name"] is not None for each in result["names"]), "name")
