"""A part of a long list at a time, with what part it is."""

import streamlit as st

from app.kit import formats


def page(count: int, size: int, noun: str, key: str) -> slice:
    """Which part is on screen: all of a short list; below a long one, the pages."""
    pages = -(-count // size)
    if pages < 2:
        return slice(0, count)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        number = st.pagination(pages, key=key, max_visible_pages=5)
        start, end = (number - 1) * size, min(number * size, count)
        st.caption(f"{start + 1:,} to {end:,} of {formats.counted(count, noun)}", width="content")
    return slice(start, end)
