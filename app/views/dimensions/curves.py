"""Saved reductions as the page reads them: which can be compared, and the curves of one input."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.comparison.selector import Selector
from app.comparison.source import chosen_by
from app.kit import formats, store
from app.kit.progress import Comparison
from core.runs.reduction import ReductionRun
from core.workspace import RunCard, Workspace

PACKAGE = "core.reduction"
KIND = ReductionRun.KIND
COMMAND = "reduce"
APART = ("dimensions", "seed")
"""Parameters that a comparison runs through by itself."""


@dataclass(frozen=True)
class Input:
    """What a run was made from; only runs of the same are compared. tag, exclude: how the pairs were chosen, or ""."""

    model: str
    fingerprint: str
    comparison: str
    pairs: int
    splits: int
    tag: str
    exclude: str

    @classmethod
    def of(cls, card: RunCard) -> "Input":
        made = ReductionRun.figures_of(card)
        chosen = made.tag or "", made.exclude or ""
        return cls(card.model, card.fingerprint, made.comparison, card.items, made.splits, *chosen)

    def title(self, workspace: Workspace) -> str:
        """`pocket, 1,889 pairs, 3 splits, only “cats”`."""
        counts = [formats.counted(self.pairs, "pair"), formats.counted(self.splits, "split")]
        return ", ".join([store.model_title(workspace, self.model), *counts, *chosen_by(self.tag, self.exclude)])


SELECTOR = Selector(Input.of, PACKAGE, APART)


def grown(cards: Sequence[RunCard]) -> dict[str, int]:
    """How many points each curve has."""
    return {card.id: len(ReductionRun.figures_of(card).curve) for card in cards}


COMPARISON = Comparison(COMMAND, PACKAGE, KIND, "Each point appears here as it is found.", seen=grown)


def title(curve: ReductionRun) -> str:
    """`Auto-encoder, epochs 20`: the method, and what of its setting is not the default."""
    return SELECTOR.title(curve.card)


def curves(workspace: Workspace, cards: Sequence[RunCard], given: Input) -> list[ReductionRun]:
    """The curves of one input by method and setting; of one made twice, the newer; those without a point wait."""
    found = SELECTOR.newest(workspace, cards, given, ReductionRun)
    return sorted((curve for curve in found if len(curve.dims)), key=title)
