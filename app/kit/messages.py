"""Errors and a person's own texts, as they are."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import ClipscapeError


@contextmanager
def plainly() -> Iterator[None]:
    """Shows what Clipscape raises on purpose as one line; the rest of the page stays."""
    try:
        yield
    except ClipscapeError as error:
        st.error(escaped(str(error)), icon=":material/error:")


def escaped(text: str) -> str:
    """The text in one line, without what Markdown would make of it.

    >>> print(escaped("2 * 3_000 [a] :red[b]"))
    2 \\* 3\\_000 \\[a\\] \\:red\\[b\\]
    """
    return re.sub(r"([\\`*_\[\]<>$~|]|:(?=\w)|^[#+-])", r"\\\1", " ".join(text.split()))
