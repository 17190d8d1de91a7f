"""What a page without content says: why, and the way on."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.state import state


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
