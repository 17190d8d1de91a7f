"""Sets of pictures side by side, a card each: one element for all, and what a click on a card opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from app.kit import component, formats, item_view, pictured, store
from app.kit.gallery import data_url, gallery, pictures
from app.kit.messages import escaped
from app.kit.rerun_guard import dialog
from core.workspace import Workspace

SHOWN = 8
"""Pictures of a set on a card; of more, the last place says how many there are besides."""
MOST = 96
"""Pictures of a set in the dialog that a click opens."""


@dataclass(frozen=True)
class Side:
    """A set of items. tone: whether it is marked as right or as wrong. more: items besides these."""

    title: str
    ids: tuple[str, ...]
    note: str = ""
    tone: Literal["", "right", "wrong"] = ""
    more: int = 0

    @property
    def short(self) -> "Side":
        """With as many items as a card has place for."""
        over = len(self.ids) - SHOWN
        return self if over <= 0 else replace(self, ids=self.ids[: SHOWN - 1], more=self.more + over + 1)


@dataclass(frozen=True)
class Card:
    """id: what a click on it gives; chosen: drawn with a ring."""

    id: str
    sides: tuple[Side, ...]
    chosen: bool = False


@dataclass(frozen=True)
class Clicked:
    """item: the picture clicked, None where the click was beside them."""

    card: str
    item: str | None


def cards(workspace: Workspace, shown: Sequence[Card], key: str, wide: int = 260) -> Clicked | None:
    """Draws the cards, `wide` pixels at least, and returns what was just clicked."""
    given = [replace(card, sides=tuple(side.short for side in card.sides)) for card in shown]
    drawn, captions = store.thumbnails(workspace, _ids(given)), store.items(workspace).captions
    data = {"cards": [_plain(card, drawn, captions) for card in given], "wide": wide}
    clicked = component.clicked(__file__, data, key)
    return Clicked(clicked["card"], clicked["item"]) if clicked else None


def follow(workspace: Workspace, clicked: Clicked | None, shown: Sequence[Card]) -> None:
    """Opens what was clicked."""
    if clicked is None:
        return
    if clicked.item:
        pictured.look(workspace, clicked.item)
        return
    card = next((each for each in shown if each.id == clicked.card), None)
    if card is not None:
        whole(workspace, card.sides)


@dialog("Groups", width="large")
def whole(workspace: Workspace, sides: Sequence[Side]) -> None:
    """Every set with all its pictures; a click shows one large."""
    captions = store.items(workspace).captions
    large = st.container(key="look-large")
    for number, side in enumerate(sides):
        ids = side.ids[:MOST]
        over = f", the first {MOST} of them" if len(side.ids) > MOST else ""
        note = f" :gray[{escaped(side.note)}]" if side.note else ""
        st.markdown(f"**{escaped(side.title)}** {formats.counted(len(side.ids), 'item')}{over}{note}")
        drawn = pictures(ids, captions, store.thumbnails(workspace, ids))
        if clicked := gallery(drawn, f"look-{number}", side=72):
            with large:
                item_view.large(workspace, store.items(workspace), clicked)


def _ids(shown: Iterable[Card]) -> list[str]:
    return list(dict.fromkeys(id for card in shown for side in card.sides for id in side.ids))


def _plain(card: Card, pictures: Mapping[str, bytes], captions: Mapping[str, str]) -> dict[str, Any]:
    sides = [
        {
            "title": side.title,
            "note": side.note,
            "tone": side.tone,
            "more": side.more,
            "pictures": [_picture(id, pictures.get(id), captions.get(id, "")) for id in side.ids],
        }
        for side in card.sides
    ]
    return {"id": card.id, "chosen": card.chosen, "sides": sides}


def _picture(id: str, image: bytes | None, caption: str) -> dict[str, str | None]:
    return {"id": id, "image": data_url(image) if image else None, "caption": formats.shown(caption)}
