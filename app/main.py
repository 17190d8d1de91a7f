"""Streamlit's entry: the page's frame and the list of pages."""

import sys
from functools import partial
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from app.kit.state import state  # noqa: E402
from app.shell import frame  # noqa: E402
from app.shell.pages import pages  # noqa: E402

st.set_page_config("Clipscape", frame.MARK, "wide", menu_items={"About": frame.ABOUT})
shown = {
    name: st.Page(
        partial(frame.drawn, each.show), title=each.title, icon=each.icon, url_path=name, default=each.is_first
    )
    for name, each in pages().items()
}
state().pages = shown
page = st.navigation(list(shown.values()), position="hidden")
frame.show(page, list(shown.values()))
