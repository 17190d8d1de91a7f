"""Methods beside each other in a form: which are picked, what is set of each, and which of them one job can run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.kit import forms
from core.methods import Method


@dataclass(frozen=True)
class Choice:
    """A method and the values of its own form, without what the page asks for once."""

    method: Method
    values: Mapping[str, Any]

    @property
    def changed(self) -> dict[str, Any]:
        """What is not the default."""
        usual = {each.name: each.default for each in fields(self.method.params)}
        return {name: value for name, value in self.values.items() if value != usual[name]}


def methods(title: str, known: Mapping[str, Method], first: Sequence[str], key: str) -> list[Method]:
    """Those that the person picks; first: names of those picked at first."""
    names = st.pills(
        title,
        list(known),
        selection_mode="multi",
        default=[name for name in first if name in known],
        format_func=lambda name: known[name].title,
        key=key,
        help="What each does stands under Parameters",
    )
    return [known[name] for name in names]


def parameters(chosen: Sequence[Method], key: str, apart: Collection[str]) -> list[Choice]:
    """The form of each method; what nobody touches keeps its default.

    apart: names of parameters that the page asks for once, for all methods, or that nobody is asked for.
    """
    return [_one(method, place, key, apart) for method, place in tabs(chosen, key)]


def tabs(methods: Sequence[Method], key: str) -> list[tuple[Method, DeltaGenerator]]:
    """A tab a method in an expander; nothing without methods."""
    if not methods:
        return []
    with st.expander("Parameters", icon=":material/tune:", key=f"{key}-parameters"):
        places = st.tabs([method.title for method in methods])
    return list(zip(methods, places, strict=True))


def together(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Methods that can run in one job, which gives a parameter the same value for every method that has it."""
    groups: list[list[Choice]] = []
    for choice in choices:
        home = next((group for group in groups if _agree([*group, choice])), None)
        if home is None:
            groups.append([choice])
        else:
            home.append(choice)
    return groups


def merged(group: Sequence[Choice]) -> dict[str, Any]:
    """What a job of these methods is told: every value that is not the default."""
    return {name: value for choice in group for name, value in choice.changed.items()}


def _one(method: Method, place: DeltaGenerator, key: str, apart: Collection[str]) -> Choice:
    own = [each for each in fields(method.params) if each.name not in apart]
    values: dict[str, Any] = {}
    with place:
        st.caption(method.summary if own else f"{method.summary} It has nothing to set.")
        columns = st.columns(4)
        for number, each in enumerate(own):
            with columns[number % len(columns)]:
                values[each.name] = forms.widget(each, f"{key}-{method.name}")
    return Choice(method, values)


def _agree(group: Sequence[Choice]) -> bool:
    settings = merged(group)
    return all(choice.values.get(name, value) == value for choice in group for name, value in settings.items())
