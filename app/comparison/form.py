"""What the forms of comparisons share: numbers that a person may add to, the button, and the jobs that it starts."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.kit import formats, forms, method_picker, progress
from app.kit.messages import plainly
from app.kit.method_picker import Choice
from core.clustering.compare import applicable
from core.errors import BadParameter
from core.workspace import Workspace

WIDTH = 218
"""Pixels of a menu in a line of them."""


def numbers(typed: Sequence[int | str], limits: range, unknown: str, outside: str) -> tuple[int, ...]:
    """Each whole number once, ascending; raises `BadParameter` for one that cannot be.

    unknown: what is said of text that is no number, after it; outside: of a number beyond the limits, in place of {}.
    """
    return tuple(sorted({_number(each, limits, unknown, outside) for each in typed}))


def _number(typed: int | str, limits: range, unknown: str, outside: str) -> int:
    try:
        number = int(typed)
    except ValueError:
        raise BadParameter(f"{typed!r} is no {unknown}") from None
    if number not in limits:
        raise BadParameter(outside.format(number))
    return number


def compare(
    workspace: Workspace,
    command: str,
    key: str,
    choices: Sequence[Choice],
    arguments: Mapping[str, Any],
    title: str,
    line: str,
    lacking: str = "",
) -> None:
    """The button, and beside it what it will do; lacking: what is not there yet, which disables it.

    arguments: of the command, beside the methods and their parameters. title: of the jobs, before the methods' names.
    """
    if forms.start("Compare", key, not lacking, lacking or line):
        with plainly():
            start(workspace, command, choices, arguments, title)
            st.rerun()


def start(
    workspace: Workspace, command: str, choices: Sequence[Choice], arguments: Mapping[str, Any], title: str
) -> None:
    """Starts as few jobs as the parameters allow; wrong ones raise `BadParameter` here already."""
    for choice in choices:
        choice.method.make_params({**choice.values, **applicable(choice.method, arguments)})
    for group in method_picker.together(choices):
        methods = {"methods": [choice.method.name for choice in group], "params": method_picker.merged(group)}
        titles = formats.listed([choice.method.title for choice in group])
        progress.start(workspace, command, {**methods, **arguments}, f"{title} {titles}")
