"""The Semantics page: what do directions mean?"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.kit import empty, store
from app.kit.forms import kept
from app.kit.page import Page
from app.views.semantics import care, components, directions, gap, names, prompts, results
from core.jobs import jobs
from core.workspace import Workspace

LOOK = Path(__file__).with_suffix(".css")
WARM_AFTER = 5.0
"""Seconds in which the page has the cores for itself."""
NOTHING = {
    "soon": "Words can be compared with them when that is done.",
    "then": "words can be compared with.",
    "first": "Bring images or captions first; then ask what they mean.",
}
"""What a workspace without embeddings is told."""
TABS: dict[str, Callable[[Workspace], None]] = {
    "Prompts": prompts.show,
    "Components": components.show,
    "Directions": directions.show,
    "Modality gap": gap.show,
    "Names": names.show,
    "Data quality": care.show,
}


def show() -> None:
    """One question at a time, chosen beside the title."""
    st.html(LOOK)
    workspace = store.current()
    if not workspace.models():
        empty.unembedded(workspace, "translate", "Nothing to compare with words yet", **NOTHING)
        return
    with st.container(key="semantics-head", horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Semantics", anchor=False, width="content")
        tab = st.segmented_control(
            "Question",
            list(TABS),
            required=True,
            label_visibility="collapsed",
            **kept("semantics-tab", next(iter(TABS)), TABS),
        )
    TABS[str(tab)](workspace)
    jobs().warm(after=WARM_AFTER)


PAGE = Page("Semantics", ":material/translate:", 5, show, results.OUTCOMES)
