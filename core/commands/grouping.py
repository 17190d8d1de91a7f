"""Which group each item is in: by a column, by the clusters of a run, or as a person has chosen them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.commands.items import column_words
from core.commands.options import By
from core.errors import BadInput
from core.groups.sets import Sets
from core.groups.splits import LEAST_CLASSES
from core.inputs import RUN, Rows
from core.results import Integers, Strings
from core.runs.clustering import ClusteringRun, cluster_name

ARRAY = ("y", "label")
"""Names of the classes of a `.npz`."""


@dataclass(frozen=True)
class Grouping:
    """Rows in groups. names: (G,) str, sorted; group: (N,) int64, the place of each row's name, -1 for none.

    numbers: (G,) int64, of clusters their own, else the places.
    """

    names: Strings
    group: Integers
    numbers: Integers

    @classmethod
    def of(cls, values: Strings) -> "Grouping":
        """From a name for each row, "" for none."""
        names, group = np.unique(values, return_inverse=True)
        nameless = int(len(names) > 0 and names[0] == "")
        return cls(names[nameless:], group.ravel().astype(np.int64) - nameless, np.arange(len(names) - nameless))

    @classmethod
    def of_clusters(cls, labels: Integers) -> "Grouping":
        """From the cluster of each row, negative for none."""
        made = cls.of(np.array(["" if label < 0 else cluster_name(label) for label in labels.tolist()], dtype=np.str_))
        made.numbers[made.group[labels >= 0]] = labels[labels >= 0]
        return made

    def counts(self) -> Integers:
        """(G,) int64, rows of each group."""
        return np.bincount(self.group[self.group >= 0], minlength=len(self.names)).astype(np.int64)

    def numbered(self) -> Integers:
        """(N,) int64, the number of each row's group, -1 for none."""
        return np.where(self.group >= 0, self.numbers[self.group], -1)

    def of_several(self) -> "Grouping":
        """Without the groups of one row: it cannot be cut in halves."""
        kept = self.counts() > 1
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        return Grouping(self.names[kept], np.where(self.group >= 0, number[self.group], -1), self.numbers[kept])


@dataclass(frozen=True)
class Grouped:
    """An input in groups of two items or more.

    rows: those in a group, group after group; grouping: theirs. by: in a word or two. groups_of_one, without_group: how
    many groups and items are left out.
    """

    rows: Rows
    grouping: Grouping
    by: str
    groups_of_one: int
    without_group: int

    @property
    def sets(self) -> Sets:
        """Group number g is the g-th name."""
        return Sets(self.rows.vectors, self.grouping.counts())


def grouped(rows: Rows, by: By) -> Grouped:
    """Raises `BadInput` unless four groups or more hold two items or more."""
    every = _grouping(rows, by)
    several = every.of_several()
    _check(grouping_title(by), every, several)
    inside = np.flatnonzero(several.group >= 0)
    inside = inside[np.argsort(several.group[inside], kind="stable")]
    kept, alone = replace(several, group=several.group[inside]), int((every.counts() == 1).sum())
    return Grouped(rows.take(inside), kept, grouping_title(by), alone, int((every.group < 0).sum()))


def named_groups(rows: Rows, by: By) -> Grouping:
    """Every group, those of one item too; raises `BadInput` where no item has a group."""
    found = _grouping(rows, by)
    if not len(found.names):
        raise BadInput(
            f"by {grouping_title(by)}: none of the {len(rows):,} items has a group there, choose another", "by"
        )
    return found


def grouping_title(by: By) -> str:
    """What the groups are by, in a word or two."""
    return by if isinstance(by, str) else "selections"


def _grouping(rows: Rows, by: By) -> Grouping:
    if not isinstance(by, str):
        return _of_selections(rows, by)
    if by.startswith(RUN):
        return _of_run(rows, by.removeprefix(RUN))
    return _of_column(rows, by)


def _of_column(rows: Rows, column: str) -> Grouping:
    if rows.workspace is None:
        if column not in ARRAY or rows.labels is None:
            lacking = "" if rows.labels is not None else ", which this one lacks"
            raise BadInput(f"by {column}: a .npz has no columns, its groups are its array `y`{lacking}", "by")
        return Grouping.of(rows.labels)
    _check_column(rows, column)
    return Grouping.of(column_words(rows, column))


def _check_column(rows: Rows, column: str) -> None:
    from core.workspace.columns import FIXED

    known = [*FIXED[1:], *(rows.workspace.columns() if rows.workspace else ())]
    if column not in known:
        raise BadInput(f"by {column}: there is no such column to group by; there are {', '.join(known)}", "by")


def _of_run(rows: Rows, id: str) -> Grouping:
    if rows.workspace is None:
        raise BadInput(f"by {RUN}{id}: a .npz keeps no runs, give a workspace", "by")
    kept = rows.workspace.run(id)
    if kept.card.kind != ClusteringRun.KIND:
        raise BadInput(f"by {RUN}{id}: that is no clustering but a {kept.card.kind} run, choose a clustering", "by")
    run = ClusteringRun.of(kept)
    labels = dict(zip(run.ids.tolist(), run.labels.tolist(), strict=True))
    return Grouping.of_clusters(np.array([labels.get(id, -1) for id in rows.ids.tolist()], dtype=np.int64))


def _of_selections(rows: Rows, chosen: Mapping[str, Sequence[str]]) -> Grouping:
    here, name_of = set(rows.ids.tolist()), dict[str, str]()
    for name, ids in chosen.items():
        for id in ids:
            if id not in here:
                raise BadInput(f"group {name!r}: item {id} is not among the embedded ones: choose others")
            if name_of.setdefault(id, name) != name:
                raise BadInput(f"item {id} is in the groups {name_of[id]!r} and {name!r}: leave it out of one")
    return Grouping.of(np.array([name_of.get(id, "") for id in rows.ids.tolist()], dtype=np.str_))


def _check(by: str, every: Grouping, several: Grouping) -> None:
    count = len(every.group)
    if not len(every.names):
        raise BadInput(f"by {by}: none of the {count:,} items has a group there, choose another", "by")
    if len(every.names) == 1:
        inside = int(every.counts()[0])
        raise BadInput(f"by {by}: all {inside:,} items are in one group, {str(every.names[0])!r}: choose another", "by")
    if len(several.names) < LEAST_CLASSES:
        alone = len(every.names) - len(several.names)
        ones = f", {alone:,} hold one item" if alone else ""
        raise BadInput(
            f"by {by}: {len(several.names)} of its {len(every.names):,} groups hold two items or more{ones}; "
            f"{LEAST_CLASSES} are needed, half to learn from and half to ask about: choose another",
            "by",
        )
