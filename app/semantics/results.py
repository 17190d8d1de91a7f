"""The results that were kept, and which of them is on screen."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from app import download
from app.semantics import on_screen
from app.semantics.drafts import kept
from core.workspace import RunCard, Workspace


def chosen(workspace: Workspace, tab: str, cards: Sequence[RunCard], title: Callable[[RunCard], str]) -> RunCard | None:
    """A menu of the results, the newest first, with their run cards and a way to delete one; None where there is none.

    title: what tells one result from the others; the time is added.
    """
    if not cards:
        return None
    known = {card.id: card for card in reversed(cards)}
    draft = kept(on_screen.key(workspace.name, tab), next(iter(known)), known)
    with st.container(key=f"{tab}-results", horizontal=True, vertical_alignment="center", gap="xsmall"):
        id = st.selectbox(
            "Result",
            list(known),
            format_func=lambda id: f"{title(known[id])} · {at(known[id])}",
            label_visibility="collapsed",
            width=520,
            **draft,
            help="Every result is kept in the workspace; here you come back to it",
        )
        card = known[str(id)]
        download.button(
            "Run card",
            partial(download.run_card, card),
            f"{card.kind}-{card.id}.json",
            "How it was made: model, parameters, versions, and its figures",
            key=f"{tab}-card",
        )
        with st.popover("", icon=":material/delete:", key=f"{tab}-delete", help="Delete this result"):
            st.caption("A result that is deleted is gone; columns and models that were made from it stay.")
            st.button(
                "Delete it",
                key=f"{tab}-delete-now",
                icon=":material/delete:",
                on_click=workspace.delete_run,
                args=(card.id,),
            )
    return card


def at(card: RunCard) -> str:
    """`11-22 21:40 UTC`"""
    return f"{card.created[5:16].replace('T', ' ')} UTC"
