"""Sets of pictures side by side, a card each: one element for all, a click tells which card and which picture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.kit import component, store
from app.kit.gallery import data_url
from core.workspace import Workspace

SHOWN = 8
"""Pictures of a set on a card; of more, the last place says how many there are besides."""


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
    pictures = store.thumbnails(workspace, _ids(given))
    captions = store.items(workspace).captions
    data = {"cards": [_plain(card, pictures, captions) for card in given], "wide": wide}
    clicked = component.clicked(__file__, data, key)
    return Clicked(clicked["card"], clicked["item"]) if clicked else None


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
    return {"id": id, "image": data_url(image) if image else None, "caption": caption}
