"""Choices by their titles: one of a few beside each other, one of many in a menu, a page of a long list."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

Option = TypeVar("Option", bound=str | int)


def switch(
    label: str, titles: Mapping[Option, str], key: str, default: Option | None = None, help: str | None = None
) -> Option:
    """One of them is always chosen, the first unless another is the default; the label is for screen readers."""
    options = list(titles)
    chosen: Any = st.segmented_control(
        label,
        options,
        default=options[0] if default is None else default,
        required=True,
        format_func=titles.__getitem__,
        key=key,
        label_visibility="collapsed",
        help=help,
    )
    return chosen


def menu(label: str, titles: Mapping[Option, str], key: str, **options: Any) -> Option:
    """options: of `st.selectbox`."""
    chosen: Any = st.selectbox(label, list(titles), format_func=titles.__getitem__, key=key, **options)
    return chosen


def page(rows: Any, size: int, key: str) -> Any:
    """Some of the rows, of a sequence, an array or a frame: those of the page that is chosen here."""
    count = -(-len(rows) // size)
    number = st.pagination(count, key=key, max_visible_pages=5) if count > 1 else 1
    return rows[(number - 1) * size : number * size]
