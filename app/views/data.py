"""The Data page: what do I have, and bring more."""

import streamlit as st

from app import store
from app.collection import add, browse, manage, report, summary
from app.plain import escaped


def show() -> None:
    """The workspace in figures, its items, and beside them the area where more is added."""
    workspace = store.current()
    items = store.items(workspace)
    with st.container(key="data-head", horizontal=True, vertical_alignment="center"):
        st.title(escaped(store.title(workspace.name)), anchor=False)
        manage.show(workspace)
    summary.show(workspace, items)
    with st.container(key="data-stage", horizontal=True, gap="medium"):
        with st.container(key="browse-side"):
            if len(items):
                browse.show(workspace, items)
            else:
                browse.empty()
        with st.container(key="add-side", width=380):
            add.show(workspace)
            report.show(workspace)
