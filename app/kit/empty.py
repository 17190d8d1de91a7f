"""What a page without content says: why, and the way on."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.kit import formats, progress
from app.kit.state import state
from core.workspace import Workspace


def unembedded(workspace: Workspace, icon: str, title: str, soon: str, then: str, first: str) -> None:
    """Of a page that needs embeddings: one line about why there is nothing, and the way on.

    soon: what can be done when a running job has embedded the items; then: what, once they are; first: without items.
    """
    count = workspace.count()
    with middle():
        if embedding(workspace, soon):
            return
        waiting = f"{formats.counted(count, 'item')} wait to be embedded by a model; then {then}"
        say(icon, title, waiting if count else first)
        bring(count)


def embedding(workspace: Workspace, soon: str) -> bool:
    """Whether the items are being embedded; then the page says so."""
    busy = bool(progress.running(workspace, "embed"))
    if busy:
        say("hourglass_top", "The items are being embedded", soon)
    return busy


def middle() -> DeltaGenerator:
    """The place for it."""
    return st.container(key="empty", horizontal_alignment="center", vertical_alignment="center", height="stretch")


def say(icon: str, title: str, line: str) -> None:
    """A picture, a title and one line."""
    st.markdown(f":gray[:material/{icon}:]", width="content")
    st.subheader(title, anchor=False, width="content")
    st.caption(line, width="content")


def bring(count: int) -> None:
    """The link to the Data page: to add items, or to embed the ones there are."""
    label = "Embed them" if count else "Add images and captions"
    st.page_link(state().pages["data"], label=label, icon=":material/arrow_forward:", width="content")
