"""What can be done with what was compared: files to take away, and the button that deletes."""

from collections.abc import Callable, Iterable

import streamlit as st

from app.kit import downloads
from app.kit.messages import said
from app.kit.person import may_change

File = tuple[str, Callable[[], bytes], str, str]
"""Title, what makes it, name, what it holds."""


def take(files: Iterable[File], quiet: bool = True, disabled: bool = False) -> None:
    """A button a file."""
    for title, make, name, help in files:
        key = f"take-{title.lower().replace(' ', '-')}"
        downloads.button(title, make, name, help, key=key, quiet=quiet, disabled=disabled)


def remove(key: str, help: str, line: str, title: str, action: Callable[[], None]) -> None:
    """A menu with a line about what is lost, and the button that deletes."""
    with st.popover("", icon=":material/delete:", key=key, help=help):
        st.caption(line)
        st.button(
            title, key=f"{key}-now", icon=":material/delete:", on_click=said(action), disabled=not may_change(True)
        )
