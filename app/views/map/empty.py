"""The Map page of a workspace that has no map yet: what to do."""

import streamlit as st

from app.kit import formats
from app.kit.empty import bring, middle, say
from app.views.map import maps
from core.jobs import jobs
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """One line about why there is no map, and the button that helps."""
    with middle():
        running = [job for job in jobs().list(workspace.path) if job.active]
        if running:
            say("hourglass_top", "The map is on its way", f"{running[0].title} is running; the map appears here.")
        elif not workspace.models():
            _nothing(workspace.count())
        else:
            say("scatter_plot", "No map yet", "The items are embedded; choose how to draw them.")
            if st.button("New map", key="new-map", type="primary", icon=":material/add:"):
                maps.new(workspace)


def _nothing(count: int) -> None:
    if count:
        say("memory", "Nothing to map yet", f"{formats.counted(count, 'item')} wait to be embedded by a model.")
    else:
        say("add_photo_alternate", "Nothing to map yet", "Bring images or captions first; then they are mapped.")
    bring(count)
