"""What a person has typed and chosen, kept while other tabs and pages are on screen."""

from collections.abc import Collection
from typing import Any

import streamlit as st


def kept(key: str, default: Any = None, options: Collection[Any] | None = None) -> dict[str, Any]:
    """For a widget, `st.text_input("Name", **kept(…))`: it begins with what it held last, or with the default.

    options: what can be chosen; a choice that is gone gives way to the default.
    """
    missing = key not in st.session_state
    if missing or (options is not None and st.session_state[key] not in options):
        st.session_state[key] = default
    return {"key": key, "persist_state": "session"}
