"""Small components of JavaScript, and what was clicked in them."""

from pathlib import Path
from typing import Any

import streamlit as st


def clicked(module: str, data: Any, key: str, html: str = "<ol></ol>") -> Any:
    """Draws a small component and gives what was just clicked in it.

    module: the file beside which its script and its CSS lie.
    """
    return _small(Path(module), html)(key=key, data=data, on_clicked_change=_nothing).clicked


@st.cache_resource(show_spinner=False)
def _small(module: Path, html: str) -> Any:
    css, script = (module.with_suffix(f".{kind}").read_text("utf-8") for kind in ("css", "js"))
    return st.components.v2.component(f"clipscape_{module.stem}", html=html, css=css, js=script)


def _nothing() -> None:
    """Streamlit wants a callback for each value that a component sends."""
