"""Saved clusterings as the page shows them: which can be compared, and their figures over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from app.comparison.selector import Selector
from app.comparison.source import chosen_by, space_name
from app.kit import formats, records, store
from app.kit.progress import Comparison
from core.runs.clustering import ClusteringFigures, ClusteringRun, over_seeds
from core.statistics import MeanAndSd
from core.workspace import RunCard, Workspace

PACKAGE = "core.clustering"
COMMAND = "cluster"
COMPARISON = Comparison(COMMAND, PACKAGE, ClusteringRun.KIND, "Each run appears here as it ends.", seen=len)


@dataclass(frozen=True)
class Input:
    """What a run was made from; only runs of the same are compared.

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
    def of(cls, card: RunCard) -> "Input":
        found = ClusteringRun.figures_of(card)
        chosen = (found.label or "", found.tag or "", found.exclude or "")
        return cls(card.model, card.space, card.fingerprint, card.items, *chosen)

    def title(self, workspace: Workspace) -> str:
        """`Images, pocket, 120 items, only “cats”, without “blurred”, compared with “label”`."""
        parts = [space_name(self.space), store.model_title(workspace, self.model), formats.counted(self.items, "item")]
        label = [f"compared with “{self.label}”"] if self.label else []
        return ", ".join([*parts, *chosen_by(self.tag, self.exclude), *label])


SELECTOR = Selector(Input.of, PACKAGE, ("seed",))


@dataclass(frozen=True)
class Entry:
    """A line of the leaderboard: one method with one setting.

    cards: one a seed, in the order of the seeds. figures: over the seeds, by name.
    """

    cards: tuple[RunCard, ...]
    figures: Mapping[str, MeanAndSd]

    @property
    def items(self) -> int:
        return self.cards[0].items

    @property
    def partial(self) -> tuple[RunCard, ...]:
        """The runs that were stopped."""
        return tuple(card for card, each in zip(self.cards, self.each, strict=True) if each.partial)

    @cached_property
    def each(self) -> list[ClusteringFigures]:
        """The figures of every run."""
        return [ClusteringRun.figures_of(card) for card in self.cards]

    @cached_property
    def title(self) -> str:
        """`K-means, K = 10`: the method, and what of its setting is not the default."""
        return SELECTOR.title(self.cards[0])


def entries(workspace: Workspace, cards: Sequence[RunCard], of: Input) -> list[Entry]:
    """The runs of one input by method and setting, the best first; of runs made twice, the newer one."""
    seeds = ({card.seed: card for card in alike} for alike in SELECTOR.by_setting(cards, of))
    found = [entry(workspace, [newest[seed] for seed in sorted(newest)]) for newest in seeds]
    return sorted(found, key=_merit, reverse=True)


def entry(workspace: Workspace, cards: Sequence[RunCard]) -> Entry:
    """Runs of one setting with mean and sd of each figure."""
    return Entry(tuple(cards), _over_seeds(workspace.path, tuple(card.id for card in cards), workspace, cards))


def read(workspace: Workspace, card: RunCard) -> ClusteringRun:
    """A run with its arrays."""
    return records.read(workspace, ClusteringRun, card)


@st.cache_data(show_spinner=False, max_entries=256)
def _over_seeds(
    path: str, ids: tuple[str, ...], _workspace: Workspace, _cards: Sequence[RunCard]
) -> dict[str, MeanAndSd]:
    """A clustering never changes."""
    return over_seeds([read(_workspace, card) for card in _cards])


def _merit(entry: Entry) -> tuple[float, ...]:
    """AMI where there are labels, else the silhouette."""
    return tuple(entry.figures.get(name, (-2.0, 0.0))[0] for name in ("ami", "silhouette"))
