"""Dialogs that stay until the person closes them.

Streamlit takes a dialog away, with what was typed into it, as soon as the page beneath is drawn anew. A page that looks
by itself for what is new (a job's end, thumbnails) therefore waits until none is open.
"""

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

import streamlit as st

from app.state import state

Given = ParamSpec("Given")


def dialog(
    title: str, width: Literal["small", "medium", "large"] = "small"
) -> Callable[[Callable[Given, None]], Callable[Given, None]]:
    """Like `st.dialog`: calling the function opens it. Dismissed, the page is drawn anew; so it is by `st.rerun`."""

    def decorated(content: Callable[Given, None]) -> Callable[Given, None]:
        draw = st.dialog(title, width=width, on_dismiss=closed)(content)

        @wraps(content)
        def opened(*given: Given.args, **named: Given.kwargs) -> None:
            state().dialog = True
            draw(*given, **named)

        return opened

    return decorated


def closed() -> None:
    """No dialog is open; so it is at the beginning of a page, too."""
    state().dialog = False


def draw_anew() -> None:
    """For what finds news by itself: draws the page anew, now or as soon as the open dialog is closed."""
    if not state().dialog:
        st.rerun()
