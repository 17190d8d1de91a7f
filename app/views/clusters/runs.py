"""Saved clusterings as the page reads them: which can be compared, their figures over seeds, their arrays."""

import json
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
from core.clustering.metrics import DEFINITIONS, mean_and_sd, stability
from core.workspace import RunCard, Workspace

PACKAGE = "core.clustering"
KIND = "clustering"
APART = ("seed", "k")
"""Parameters that a form asks for once, for all methods."""
COMMAND = "cluster"
COMPARISON = Comparison(COMMAND, PACKAGE, KIND, "Each run appears here as it ends.", seen=len)

Figures = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Given:
    """What a run was given; only runs of the same are compared.

    fingerprint: of the embeddings. label: the column that the figures compare with, "" where there was none.
    tag, exclude: how the items were chosen, "" where they were not.
    """

    model: str
    space: str
    fingerprint: str
    items: int
    label: str
    tag: str
    exclude: str

    @classmethod
    def of(cls, card: RunCard) -> "Given":
        told = (str(card.metrics.get(name) or "") for name in ("label", "tag", "exclude"))
        return cls(card.model, card.space, card.fingerprint, card.items, *told)

    def title(self, workspace: Workspace) -> str:
        """`Images, pocket, 120 items, only “cats”, without “blurred”, compared with “label”`."""
        told = (("only", self.tag), ("without", self.exclude), ("compared with", self.label))
        parts = [space_name(self.space), store.model_title(workspace, self.model), formats.counted(self.items, "item")]
        return ", ".join(parts + [f"{word} “{name}”" for word, name in told if name])


@dataclass(frozen=True)
class Entry:
    """A line of the leaderboard: one method with one setting. cards: one a seed, in the order of the seeds."""

    cards: tuple[RunCard, ...]
    figures: Figures

    @property
    def method(self) -> str:
        return self.cards[0].method

    @property
    def items(self) -> int:
        return self.cards[0].items

    @property
    def partial(self) -> tuple[RunCard, ...]:
        """The runs that were stopped."""
        return tuple(card for card in self.cards if card.metrics.get("partial"))

    @cached_property
    def title(self) -> str:
        """`K-means, K = 10`: the method, and what of its setting is not the default."""
        return ", ".join([self.cards[0].title, *settings.changed(self.cards[0], PACKAGE, APART)])


@dataclass(frozen=True, eq=False)
class Found:
    """A run's arrays: ids (N,) str; labels (N,) int64, -1 = noise; confidence (N,) float32; history by name."""

    ids: NDArray[np.str_]
    labels: NDArray[np.int64]
    confidence: NDArray[np.float32]
    history: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray]) -> "Found":
        history = arrays.get("history")
        told = json.loads(str(np.ravel(history)[0])) if history is not None and history.size else {}
        return cls(arrays["ids"], arrays["labels"], arrays["confidence"], told)

    def __len__(self) -> int:
        return len(self.ids)


def givens(cards: Iterable[RunCard]) -> list[Given]:
    """What the saved runs were given, the newest first."""
    return list(dict.fromkeys(Given.of(card) for card in reversed(list(cards))))


def entries(workspace: Workspace, cards: Sequence[RunCard], given: Given) -> list[Entry]:
    """The runs of one input by method and setting, the best first; of runs made twice, the newer one."""
    grouped: dict[tuple[str, str], dict[int, RunCard]] = {}
    for card in cards:
        if Given.of(card) == given:
            grouped.setdefault((card.method, setting(card)), {})[card.seed] = card
    found = [entry(workspace, [seeds[seed] for seed in sorted(seeds)]) for seeds in grouped.values()]
    return sorted(found, key=_merit, reverse=True)


def entry(workspace: Workspace, cards: Sequence[RunCard]) -> Entry:
    """Runs of one setting with mean and sd of each figure; stopped ones count only where there are no others."""
    whole = [card for card in cards if not card.metrics.get("partial")] or list(cards)
    known = {name: [each for card in whole if (each := figure(card, name)) is not None] for name in DEFINITIONS}
    pairs = {name: mean_and_sd(values) for name, values in known.items()}
    pairs["stability"] = _stability(workspace.path, tuple(card.id for card in whole))
    return Entry(tuple(cards), {name: (pair[0], pair[1]) for name, pair in pairs.items() if pair})


def figure(card: RunCard, name: str) -> float | None:
    """A figure of one run; None where it is not defined."""
    value = card.seconds if name == "seconds" else card.metrics.get(name)
    return None if value is None else float(value)


def setting(card: RunCard) -> str:
    """The parameters without the seed, as a key."""
    return settings.key(card, ("seed",))


def read(workspace: Workspace, id: str) -> Found:
    """The arrays of a run; a run never changes."""
    return _read(workspace.path, id)


@st.cache_resource(show_spinner=False, max_entries=64)
def _read(path: str, id: str) -> Found:
    return Found.of(store.opened(path).run(id).arrays)


@st.cache_data(show_spinner=False, max_entries=256)
def _stability(path: str, ids: tuple[str, ...]) -> list[float] | None:
    return stability([_read(path, id).labels for id in ids])


def _merit(entry: Entry) -> tuple[float, float]:
    """AMI where there are labels, else the silhouette."""
    return tuple(entry.figures.get(name, (-2.0, 0.0))[0] for name in ("ami", "silhouette"))  # type: ignore[return-value]
