"""The Data page: what do I have, and bring more."""

import streamlit as st

from app.kit import store
from app.kit.messages import escaped
from app.kit.page import Page
from app.views.data import add, browse, manage, outcomes, report, summary


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


PAGE = Page("Data", ":material/photo_library:", 1, show, outcomes.OUTCOMES)
