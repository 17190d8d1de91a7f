"""What came of adding: progress while it runs, then what was added, skipped, refused and taken in part."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st
from msgspec import convert

from app.kit import downloads, formats, progress
from app.kit.messages import escaped, message
from app.kit.state import state
from core.commands.embedding import EmbedResult
from core.jobs import Job
from core.sources.items import Refused
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """The last job that added to this workspace."""
    adding = progress.of(workspace, "embed")
    if not adding or adding[-1].id in state().dismissed:
        return
    with st.container(key="report", border=True):
        if adding[-1].active:
            st.markdown(f"**{escaped(adding[-1].title)}**")
            progress.watched_bar(adding[-1])
        else:
            _ended(adding[-1])


def _ended(job: Job) -> None:
    found = convert(job.result, EmbedResult) if job.result else None
    st.markdown(f"**{message(progress.outcome(job, found.summary() if found else ''))}**")
    if found and found.refused:
        files = formats.counted(len(found.refused), "file or row", "files and rows")
        _listed("refused", f"{files} refused, and why", found.refused)
    if found and found.notes:
        _listed("notes", "Taken, but changed", found.notes)
    if job.state == "done":
        st.page_link(state().pages["map"], label="Show on the map", icon=":material/scatter_plot:", width="content")


def _listed(name: str, title: str, rows: Sequence[Refused]) -> None:
    frame = pd.DataFrame(rows)
    with st.expander(title, expanded=True):
        st.dataframe(
            frame,
            hide_index=True,
            key=name,
            height=min(38 + 35 * len(frame), 260),
            column_config={"source": "File or row", "reason": "Reason"},
        )
        make = partial(downloads.csv, frame)
        downloads.button("Download the list", make, f"{name}.csv", key=f"download-{name}", quiet=False)
