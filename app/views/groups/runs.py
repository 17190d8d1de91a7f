"""Saved comparisons of group embeddings as the page reads them: which belong together, and what they are called."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.comparison.selector import Selector
from app.comparison.source import chosen_by, space_name
from app.kit import formats, store
from app.kit.progress import Comparison
from core.commands.grouping import RUN
from core.runs.groups import GroupsRun
from core.workspace import RunCard, Workspace

PACKAGE = "core.groups"
KIND = GroupsRun.KIND
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


@dataclass(frozen=True)
class Input:
    """What a run was made from; only runs of the same are compared. tag, exclude: how items were chosen, or ""."""

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
    def of(cls, card: RunCard) -> "Input":
        made = GroupsRun.figures_of(card)
        counts, chosen = (made.groups, card.items, made.splits), (made.tag or "", made.exclude or "")
        return cls(made.comparison, made.by, *counts, card.model, card.space, *chosen)

    def title(self, workspace: Workspace) -> str:
        """`97 groups by subgroup, 9,170 items, 5 splits, pocket, images`."""
        by = f"{formats.counted(self.groups, 'group')} by {by_title(workspace, self.by)}"
        counts = [formats.counted(self.items, "item"), formats.counted(self.splits, "split")]
        place = [store.model_title(workspace, self.model), space_name(self.space).lower()]
        return ", ".join([by, *counts, *place, *chosen_by(self.tag, self.exclude)])


SELECTOR = Selector(Input.of, PACKAGE, APART)


def title(run: GroupsRun) -> str:
    """`DeepSets, steps 300`: the method, and what of its setting is not the default."""
    return SELECTOR.title(run.card)


def found(workspace: Workspace, cards: Sequence[RunCard], given: Input) -> list[GroupsRun]:
    """The methods of one comparison, the mean first; of one made twice, the newer."""
    every = SELECTOR.newest(workspace, cards, given, GroupsRun)
    return sorted(every, key=lambda each: (each.card.method != MEAN, title(each)))


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
