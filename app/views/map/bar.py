"""The one line above the map: search, colour, which points, which map. (Lines are a tool on the map.)"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.kit import forms, store
from app.kit.items import Items
from app.scatter.drawn import PARTS
from app.views.map import maps, search
from core.reduced import source_model
from core.workspace import RunCard, Workspace


@dataclass(frozen=True)
class View:
    """How the map is to be drawn: coloured by this column (None: images and captions apart), these points."""

    colour: str | None
    part: str


def show(workspace: Workspace, cards: Sequence[RunCard], card: RunCard, items: Items) -> View:
    """Draws the line and returns what was chosen."""
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="xsmall"):
        place = st.container(key="searching")
        words = source_model(workspace, card.model) if store.is_wordless(workspace, card.model) else card.model
        search.by_words(workspace, words, place)
        search.by_picture(workspace, card.model, place)
        colour = _colour(items)
        part = _part(card)
        maps.show(workspace, cards, card)
    return View(colour, part)


def _colour(items: Items) -> str | None:
    return st.selectbox(
        "Colour by",
        [*items.grouping, None],
        key="colour",
        format_func=_named,
        width=190,
        persist_state="session",
        label_visibility="collapsed",
        help="What the colours say",
    )


def _named(column: str | None) -> str:
    return f"Colour: {column.replace('_', ' ')}" if column else "Colour: image or caption"


def _part(card: RunCard) -> str:
    if card.space != "both":
        return "Images" if card.space == "images" else "Captions"
    return forms.switch("Points", list(PARTS), "part")
