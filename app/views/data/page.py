"""The Data page: what do I have, and bring more."""

from pathlib import Path

import streamlit as st
from msgspec import convert

from app.kit import store
from app.kit.messages import escaped
from app.kit.page import Outcome, Page, Result
from app.kit.person import may_change
from app.scatter import maps
from app.views.data import add, browse, manage, report, spool, summary
from core.commands.embedding import EmbedResult
from core.commands.models import InstalledResult
from core.jobs import Job, jobs


def show() -> None:
    """The workspace in figures, its items, and beside them the area where more is added."""
    workspace = store.current()
    with st.container(key="data-head", horizontal=True, vertical_alignment="center"):
        st.title(escaped(store.title(workspace.name)), anchor=False)
        manage.show(workspace)
    items = store.items(workspace)  # what cannot be read is said below its own name, and can be deleted
    summary.show(workspace, items)
    with st.container(key="data-stage", horizontal=True, gap="medium"):
        with st.container(key="browse-side"):
            if len(items):
                browse.show(workspace, items)
            else:
                browse.empty()
        with st.container(key="add-side", width=380):
            if may_change():
                add.show(workspace)
            report.show(workspace)


def tidy(job: Job, result: Result) -> None:
    """Dropped files have been read, so their copies can go; a map that the job has made comes on screen."""
    sources = [each.arguments.get("source") for each in jobs().list(job.workspace) if each.active]
    spool.tidy(Path(job.workspace), [source for source in sources if source])
    found = convert(result, EmbedResult)
    if found.map:
        maps.bring_on_screen(job.workspace, found.map, found.placed)


INSTALLED = Outcome(lambda result: convert(result, InstalledResult).summary())
OUTCOMES = {
    "embed": Outcome(lambda result: convert(result, EmbedResult).summary(), tidy),
    "models fetch": INSTALLED,
    "models import": INSTALLED,
}
PAGE = Page("Data", ":material/photo_library:", 1, show, OUTCOMES)
