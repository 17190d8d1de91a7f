"""Errors and a person's own texts, as they are."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st

from app.kit.formats import shown
from core.errors import ClipscapeError

Arguments = ParamSpec("Arguments")

MARKS = r"([\\`*_\[\]<>$~|&]|:(?=\w)|^[#+-])"
"""What Markdown reads as more than a character, unless a backslash stands before it."""
SIGNS = r"(?<=:)(?=(?:material/)?[\w+-]+:)|(?<=(?<!\S)[<>~-])(?=[=>-]+(?!\S))|^(?=\d+[.)] )"
"""Where an emoji, an icon (`:smile:`), an arrow (`->`) or a list (`1. `) is made of several, backslashes or not."""
JOINER = "\u2060"
"""Neither seen nor wide; what it stands in is no longer one sign."""


@contextmanager
def plainly() -> Iterator[None]:
    """Shows what Clipscape raises on purpose as one line; the rest of the page stays."""
    try:
        yield
    except ClipscapeError as error:
        st.error(message(str(error)), icon=":material/error:")


def said(action: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """The action as what a button calls: what Clipscape raises on purpose is one line in passing."""

    @wraps(action)
    def called(*given: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            action(*given, **named)
        except ClipscapeError as error:
            st.toast(message(str(error)), icon=":material/error:")

    return called


def escaped(text: str) -> str:
    """The text in one line, without what Markdown would make of it.

    >>> print(escaped("2 * 3_000 [a] :red[b]"))
    2 \\* 3\\_000 \\[a\\] \\:red\\[b\\]
    >>> escaped(":smile: -> www.a_b.org").replace(JOINER, "·")
    ':·smile: -·\\\\> www.a_b.org'
    """
    return _literal(" ".join(shown(text).split()))


def message(text: str) -> str:
    """A line of Clipscape's own, as it is but for commands, which stand between backticks.

    >>> print(message("no a_b: run `models import`"))
    no a\\_b: run `models import`
    """
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(_literal(part) if place % 2 == 0 else part for place, part in enumerate(parts))


def _literal(line: str) -> str:
    """Addresses stay as they are: Markdown gives them whole, and a backslash in one would be read as part of it."""
    parts = re.split(r"((?:https?://|www\.)[^\s<]+)", re.sub(SIGNS, JOINER, line))
    return "".join(re.sub(MARKS, r"\\\1", part) if place % 2 == 0 else part for place, part in enumerate(parts))
