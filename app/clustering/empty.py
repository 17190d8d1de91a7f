"""The Clusters page of a workspace without embeddings: what to do."""

import streamlit as st

from app import amounts
from app.state import state
from core.jobs import jobs
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """One line about why nothing can be clustered, and the way on."""
    count = workspace.count()
    with st.container(key="empty", horizontal_alignment="center", vertical_alignment="center", height="stretch"):
        if any(job.active and job.command == "embed" for job in jobs().list(workspace.path)):
            _say("hourglass_top", "The items are being embedded", "Clusters can be sought when that is done.")
            return
        if count:
            line = f"{amounts.counted(count, 'item')} wait to be embedded by a model; then groups can be sought."
            _say("memory", "Nothing to cluster yet", line)
        else:
            _say(
                "bubble_chart",
                "Nothing to cluster yet",
                "Bring images or captions first; then look for groups in them.",
            )
        label = "Embed them" if count else "Add images and captions"
        st.page_link(state().pages["data"], label=label, icon=":material/arrow_forward:", width="content")


def _say(icon: str, title: str, line: str) -> None:
    st.markdown(f":gray[:material/{icon}:]", width="content")
    st.subheader(title, anchor=False, width="content")
    st.caption(line, width="content")
