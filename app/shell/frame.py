"""What is around every page: style, side bar, and one plain line for an error."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from app.kit import rerun_guard
from app.kit.messages import plainly
from app.kit.person import person
from app.kit.state import state
from app.kit.streamlit_internals import widgets_of
from app.shell import job_tray, report, workspace_picker
from core import log
from core.access.rights import Person
from core.errors import ClipscapeError
from core.versions import summary

HERE = Path(__file__).parent
MARK = str(HERE.parent / "static" / "mark.svg")
ABOUT = f"A laboratory for CLIP embeddings. Everything stays on this machine.\n\n{summary().capitalize()}"


def show(page: st.Page, pages: Sequence[st.Page]) -> None:
    """Draws the frame and the page in it."""
    rerun_guard.closed()
    st.html(HERE / "style.css")
    st.logo(MARK, size="large")
    with plainly():
        who = person()
        with st.sidebar:
            side_bar(page, pages)
            _signed_in(who)
        report.show()
        with _remembered(page.title):
            page.run()


def _signed_in(who: Person) -> None:
    """Who it is, and the way out."""
    if not who.is_alone:
        base = str(st.get_option("server.baseUrlPath") or "").strip("/")
        out = f"{f'/{base}' if base else ''}/sign-out"
        link = f'<a href="{out}" target="_self">Sign out</a>'
        st.html(f'<p class="signed-in">{escape(who.name)}, {who.role} · {link}</p>')


@contextmanager
def _remembered(page: str) -> Iterator[None]:
    """An error of ours goes to the log, and a report of it is offered."""
    try:
        yield
    except ClipscapeError:
        raise
    except Exception as error:
        log.write(f"page {page}", log.described(error))
        report.offer("report-page")
        raise


def drawn(show: Callable[[], None]) -> None:
    """What a page draws are widgets of its workspace: no click in the form of one writes to another."""
    with widgets_of(str(state().workspace)):
        show()


def side_bar(page: st.Page, pages: Sequence[st.Page]) -> None:
    """Workspace, pages, jobs, from top to foot."""
    with plainly():
        workspace_picker.show()
    with st.container(key="pages", gap="xxsmall"):
        for each in pages:
            st.page_link(each, width="stretch")
        _menu()(key="menu", data={"page": page.title})
    with st.container(key="tray"), plainly():
        job_tray.show()


@st.cache_resource(show_spinner=False)
def _menu() -> Any:
    """Folds the side bar away where it would lie over the page that was chosen."""
    script = (HERE / "menu.js").read_text("utf-8")
    return st.components.v2.component("clipscape_menu", html="<i></i>", js=script)
