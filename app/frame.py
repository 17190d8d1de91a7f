"""What is around every page: style, side bar, and one plain line for an error."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app import anew, job_panel, picker
from app.plain import plainly
from core.versions import summary

HERE = Path(__file__).parent
MARK = str(HERE / "static" / "mark.svg")
ABOUT = f"A laboratory for CLIP embeddings. Everything stays on this machine.\n\n{summary().capitalize()}"


def show(page: st.Page, pages: Sequence[st.Page]) -> None:
    """Draws the frame and the page in it."""
    anew.closed()
    st.html(HERE / "style.css")
    st.logo(MARK, size="large")
    with st.sidebar:
        side_bar(pages)
    with plainly():
        page.run()


def side_bar(pages: Sequence[st.Page]) -> None:
    """Workspace, pages, jobs, from top to foot."""
    with plainly():
        picker.show()
    with st.container(key="pages", gap="xxsmall"):
        for each in pages:
            st.page_link(each, width="stretch")
    with st.container(key="tray"), plainly():
        job_panel.show()
