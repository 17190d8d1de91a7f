"""The Map page of a workspace that has no map yet: what to do."""

import streamlit as st

from app import amounts
from app.mapping import maps
from app.state import state
from core.jobs import jobs
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """One line about why there is no map, and the button that helps."""
    with st.container(key="empty", horizontal_alignment="center", vertical_alignment="center", height="stretch"):
        running = [job for job in jobs().list(workspace.path) if job.active]
        if running:
            _say("hourglass_top", "The map is on its way", f"{running[0].title} is running; the map appears here.")
        elif not workspace.models():
            _bring(workspace.count())
        else:
            _say("scatter_plot", "No map yet", "The items are embedded; choose how to draw them.")
            if st.button("New map", key="new-map", type="primary", icon=":material/add:"):
                maps.new(workspace)


def _bring(count: int) -> None:
    if count:
        _say("memory", "Nothing to map yet", f"{amounts.counted(count, 'item')} wait to be embedded by a model.")
    else:
        _say("add_photo_alternate", "Nothing to map yet", "Bring images or captions first; then they are mapped.")
    label = "Embed them" if count else "Add images and captions"
    st.page_link(state().pages["data"], label=label, icon=":material/arrow_forward:", width="content")


def _say(icon: str, title: str, line: str) -> None:
    st.markdown(f":gray[:material/{icon}:]", width="content")
    st.subheader(title, anchor=False, width="content")
    st.caption(line, width="content")
