"""When a page draws itself anew: at news (a job has ended, thumbnails are ready), but not when a person loses by it.

Two things are lost when Streamlit draws a page anew: an open dialog with what was typed into it, and a click that came
in the moment before, if the page has not yet come to the place where it is heard.
"""

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

import streamlit as st

from app.kit.state import state

Arguments = ParamSpec("Arguments")


def watch(news: Callable[[], object], every: float) -> None:
    """Asks for news every so many seconds, and draws the page anew where there are some and no dialog is open.

    It does not ask while the page is being drawn, which may be because of a click.
    """
    drawn = False

    def look() -> None:
        nonlocal drawn
        if drawn and news() and not state().dialog:
            st.rerun()
        drawn = True

    st.fragment(look, run_every=every)()


def dialog(
    title: str, width: Literal["small", "medium", "large"] = "small"
) -> Callable[[Callable[Arguments, None]], Callable[Arguments, None]]:
    """Like `st.dialog`: calling the function opens it. The page is drawn anew when it is dismissed."""

    def decorated(content: Callable[Arguments, None]) -> Callable[Arguments, None]:
        draw = st.dialog(title, width=width, on_dismiss=closed)(content)

        @wraps(content)
        def opened(*given: Arguments.args, **named: Arguments.kwargs) -> None:
            state().dialog = True
            draw(*given, **named)

        return opened

    return decorated


def closed() -> None:
    """No dialog is open; so it is at the beginning of a page, too."""
    state().dialog = False
