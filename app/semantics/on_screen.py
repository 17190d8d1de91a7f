"""Which result each tab shows: a menu's key in the session, which a job that is done sets too."""

from collections.abc import Mapping, Sequence

import streamlit as st

TABS: Mapping[str, Sequence[str]] = {
    "semantics": ("prompts", "components"),
    "direction": ("directions",),
    "gap": ("gap",),
    "names": ("names",),
}
"""The tabs that show what a command finds."""


def key(workspace: str, tab: str) -> str:
    """Of the tab's menu, for a workspace by its name."""
    return f"{tab}-result-{workspace}"


def choose(workspace: str, tab: str, run: str) -> None:
    """Puts a result on screen, from a callback or before the menu is drawn."""
    st.session_state[key(workspace, tab)] = run
