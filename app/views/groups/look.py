"""What a click on a card opens: one item, or the sets of the card whole."""

from collections.abc import Sequence

import streamlit as st

from app.kit import formats, item_view, pictured, store
from app.kit.gallery import gallery, pictures
from app.kit.messages import escaped
from app.kit.rerun_guard import dialog
from app.views.groups.cards import Card, Clicked, Side
from core.workspace import Workspace

MOST = 96
"""Pictures of a set in the dialog."""


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
