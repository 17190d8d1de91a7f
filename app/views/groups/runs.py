"""Saved comparisons of group embeddings as the page reads them: which belong together, their figures and arrays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.comparison import settings
from app.comparison.source import space_name
from app.kit import formats, store
from app.kit.progress import Comparison
from core.commands.grouping import RUN
from core.workspace import RunCard, Workspace

PACKAGE = "core.groups"
KIND = "groups"
COMMAND = "groups"
MEAN = "mean"
APART = ("seed",)
"""Nobody is asked for the seed: chance is in the splits."""
COMPARISON = Comparison(
    COMMAND,
    PACKAGE,
    KIND,
    "Each method appears here when it is done, the mean first.",
    seen=lambda cards: [card.id for card in cards],
)

Integers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Given:
    """What a run was given; only runs of the same are compared. tag, exclude: how items were chosen, or ""."""

    comparison: str
    by: str
    groups: int
    items: int
    splits: int
    model: str
    space: str
    tag: str
    exclude: str

    @classmethod
    def of(cls, card: RunCard) -> "Given":
        told = card.metrics
        chosen = (str(told.get(name) or "") for name in ("tag", "exclude"))
        counts = (int(told.get("groups", 0)), card.items, int(told.get("splits", 0)))
        return cls(str(told.get("comparison", "")), str(told.get("by", "")), *counts, card.model, card.space, *chosen)

    def title(self, workspace: Workspace) -> str:
        """`97 groups by subgroup, 9,170 items, 5 splits, pocket, images`."""
        by = f"{formats.counted(self.groups, 'group')} by {by_title(workspace, self.by)}"
        counts = [formats.counted(self.items, "item"), formats.counted(self.splits, "split")]
        place = [store.model_title(workspace, self.model), space_name(self.space).lower()]
        told = (("only", self.tag), ("without", self.exclude))
        return ", ".join([by, *counts, *place, *(f"{word} “{name}”" for word, name in told if name)])


@dataclass(frozen=True, eq=False)
class Found:
    """One method with one setting on one comparison; arrays: as `core.commands.groups` keeps them."""

    card: RunCard
    arrays: Mapping[str, NDArray[Any]]

    @property
    def method(self) -> str:
        return self.card.method

    @cached_property
    def title(self) -> str:
        """`DeepSets, steps 300`: the method, and what of its setting is not the default."""
        return ", ".join([self.card.title, *settings.changed(self.card, PACKAGE, APART)])

    @property
    def ids(self) -> NDArray[np.str_]:
        """(N,) the items in groups."""
        return self.arrays["ids"]

    @property
    def group(self) -> Integers:
        """(N,) the number of each item's group."""
        return self.arrays["group"]

    @property
    def names(self) -> NDArray[np.str_]:
        """(G,)."""
        return self.arrays["names"]

    @property
    def counts(self) -> Integers:
        """(G,) items of each group."""
        return self.arrays["counts"]

    @cached_property
    def sizes(self) -> list[int]:
        """Sizes of groups that were asked about, ascending."""
        return self.arrays["sizes"].tolist()

    @property
    def against(self) -> Sequence[Mapping[str, Any]] | None:
        """One a size, the method less the mean; None of the mean itself."""
        return self.card.metrics.get("against_mean")

    def mean_and_sd(self, measure: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Over the splits, (M,) each; measure: "top1" or "map". The sd of one split is 0."""
        each = self.arrays[measure]
        return each.mean(axis=1), each.std(axis=1, ddof=1) if each.shape[1] > 1 else np.zeros(len(each))

    def members(self, group: int) -> list[str]:
        """Ids of a group's items, the most central one first."""
        rows = np.flatnonzero(self.group == group)
        central = self.arrays["central"][group]
        return [str(self.ids[central]), *self.ids[rows[rows != central]].tolist()]

    def name_of(self, row: int) -> str:
        """The group of an item by its row."""
        return str(self.names[self.group[row]])


def givens(cards: Iterable[RunCard]) -> list[Given]:
    """What the saved runs were given, the newest first."""
    return list(dict.fromkeys(Given.of(card) for card in reversed(list(cards))))


def found(workspace: Workspace, cards: Sequence[RunCard], given: Given) -> list[Found]:
    """The methods of one comparison, the mean first; of one made twice, the newer."""
    newest = {(card.method, setting(card)): card for card in cards if Given.of(card) == given}
    every = [_read(workspace.path, card.id) for card in newest.values()]
    return sorted(every, key=lambda each: (each.method != MEAN, each.title))


def alike(cards: Sequence[RunCard], card: RunCard) -> list[str]:
    """Ids of every run of the same method, setting and comparison."""
    wanted = (Given.of(card), card.method, setting(card))
    return [each.id for each in cards if (Given.of(each), each.method, setting(each)) == wanted]


def setting(card: RunCard) -> str:
    """The parameters as a key."""
    return settings.key(card, APART)


def by_title(workspace: Workspace, by: str) -> str:
    """A column's name, `the clusters of K-means, seed 0`, or `tags`."""
    if by == "selections":
        return "tags"
    if not by.startswith(RUN):
        return by.replace("_", " ")
    card = next((each for each in workspace.runs("clustering") if RUN + each.id == by), None)
    if card is None:
        return "the clusters of a deleted run"
    return f"the clusters of {card.title}, seed {card.seed}"


@st.cache_resource(show_spinner=False, max_entries=32)
def _read(path: str, id: str) -> Found:
    """A run never changes."""
    run = store.opened(path).run(id)
    return Found(run.card, run.arrays)
