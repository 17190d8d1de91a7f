"""Which of the saved runs are compared: those that were made from the same, by method and setting."""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from app.comparison import settings
from core.workspace import RunCard, Workspace


class Input(Hashable, Protocol):
    """What a run was made from, equal for runs that can be compared: a page's frozen dataclass."""

    def title(self, workspace: Workspace) -> str:
        """As a person reads it."""


Of = TypeVar("Of", bound=Input)


@dataclass(frozen=True)
class Selector(Generic[Of]):
    """How a page tells its runs apart.

    input: reads from a run's card what it was made from. package: of the methods. apart: parameters that are no part
    of a setting, such as the seed.
    """

    input: Callable[[RunCard], Of]
    package: str
    apart: Collection[str]

    def title(self, card: RunCard) -> str:
        """`K-means, K = 10, epochs 20`: the method, and what of its setting is not the default."""
        return settings.title(card, self.package, self.apart)

    def setting(self, card: RunCard) -> str:
        """The parameters as a key, but for those apart."""
        return settings.key(card, self.apart)

    def inputs(self, cards: Iterable[RunCard]) -> list[Of]:
        """What the runs were made from, the newest first. cards: as a workspace lists them, the newest last."""
        return list(dict.fromkeys(self.input(card) for card in reversed(list(cards))))

    def by_setting(self, cards: Iterable[RunCard], of: Of) -> list[list[RunCard]]:
        """The runs of one input, a list a method and setting; in each the newest last."""
        found: dict[tuple[str, str], list[RunCard]] = {}
        for card in cards:
            if self.input(card) == of:
                found.setdefault((card.method, self.setting(card)), []).append(card)
        return list(found.values())

    def alike(self, cards: Iterable[RunCard], card: RunCard) -> list[RunCard]:
        """The runs of the input, the method and the setting of a card."""
        mine = (self.input(card), card.method, self.setting(card))
        return [each for each in cards if (self.input(each), each.method, self.setting(each)) == mine]


def choose(workspace: Workspace, known: Sequence[Of], label: str, key: str, **options: Any) -> Of:
    """A menu of inputs; options: of `st.selectbox`."""
    titles = [each.title(workspace) for each in known]
    place = st.selectbox(label, range(len(known)), format_func=titles.__getitem__, key=key, **options)
    return known[place]
