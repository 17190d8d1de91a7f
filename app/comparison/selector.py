"""Which of the saved runs are compared: those that were made from the same, by method and setting."""

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from app.kit import forms, records
from core.methods import discover
from core.runs.record import Record
from core.workspace import RunCard, Workspace


class Input(Hashable, Protocol):
    """What a run was made from, equal for runs that can be compared: a page's frozen dataclass."""

    def title(self, workspace: Workspace) -> str:
        """As a person reads it."""


Of = TypeVar("Of", bound=Input)
Kept = TypeVar("Kept", bound=Record[Any])


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
        return title(card, self.package, self.apart)

    def setting(self, card: RunCard) -> str:
        """The parameters as a key, but for those apart."""
        params = {name: value for name, value in card.params.items() if name not in self.apart}
        return json.dumps(params, sort_keys=True)

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

    def newest(self, workspace: Workspace, cards: Iterable[RunCard], of: Of, kind: type[Kept]) -> list[Kept]:
        """The records of one input, one a method and setting."""
        return [records.read(workspace, kind, alike[-1]) for alike in self.by_setting(cards, of)]

    def alike(self, cards: Iterable[RunCard], card: RunCard) -> list[RunCard]:
        """The runs of the input, the method and the setting of a card."""
        mine = (self.input(card), card.method, self.setting(card))
        return [each for each in cards if (self.input(each), each.method, self.setting(each)) == mine]


def choose(workspace: Workspace, known: Sequence[Of], label: str, key: str, **options: Any) -> Of:
    """A menu of inputs; options: of `st.selectbox`."""
    titles = [each.title(workspace) for each in known]
    place = st.selectbox(label, range(len(known)), format_func=titles.__getitem__, key=key, **options)
    return known[place]


def title(card: RunCard, package: str, apart: Collection[str]) -> str:
    """`K-means, K = 10, epochs 20`: the method, K, and what is not the default, but for the parameters apart."""
    k = [f"K = {card.params['k']:,}"] if "k" in card.params else []
    method = discover(package).get(card.method)
    usual = {each.name: each.default for each in fields(method.params)} if method else {}
    others = ((name, value) for name, value in card.params.items() if name not in {"k", *apart})
    changed = [f"{forms.label(name).lower()} {value}" for name, value in others if value != usual.get(name, MISSING)]
    return ", ".join([card.title, *k, *changed])
