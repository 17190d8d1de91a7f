"""What is around every page: style, side bar, and one plain line for an error."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.kit import rerun_guard
from app.kit.messages import plainly
from app.shell import job_tray, workspace_picker
from core.versions import summary

HERE = Path(__file__).parent
MARK = str(HERE.parent / "static" / "mark.svg")
ABOUT = f"A laboratory for CLIP embeddings. Everything stays on this machine.\n\n{summary().capitalize()}"


def show(page: st.Page, pages: Sequence[st.Page]) -> None:
    """Draws the frame and the page in it."""
    rerun_guard.closed()
    st.html(HERE / "style.css")
    st.logo(MARK, size="large")
    with st.sidebar:
        side_bar(pages)
    with plainly():
        page.run()


def side_bar(pages: Sequence[st.Page]) -> None:
    """Workspace, pages, jobs, from top to foot."""
    with plainly():
        workspace_picker.show()
    with st.container(key="pages", gap="xxsmall"):
        for each in pages:
            st.page_link(each, width="stretch")
    with st.container(key="tray"), plainly():
        job_tray.show()
