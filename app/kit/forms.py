"""A `Params` dataclass becomes widgets, a few at once, the rest under "More"; menus that keep their choice; tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import Field, fields
from math import floor, log10
from typing import Any

import pandas as pd
import streamlit as st

from app.kit.person import may_change
from app.kit.state import state
from core.methods import Method

Options = Mapping[str, str] | Sequence[str]
"""What can be chosen, perhaps with how a person reads each."""

FITTING, TALL = 12, 460
"""Rows of a table that is shown whole, and the pixels of a longer one."""
MAIN = 3
"""So many parameters are visible at once: a method lists its most important ones first."""


def parameters(method: Method, key: str) -> dict[str, Any]:
    """Draws the form of a method and returns name → value, the seed included."""
    known = fields(method.params)
    ordinary = [each for each in known if each.name != "seed"]
    values = {each.name: widget(each, f"{key}-{method.name}") for each in ordinary[:MAIN]}
    rest = ordinary[MAIN:] + [each for each in known if each.name == "seed"]
    if not rest:
        return values
    with st.expander("More", key=f"{key}-{method.name}-more"):
        return values | {each.name: widget(each, f"{key}-{method.name}") for each in rest}


def start(title: str, key: str, ready: bool, told: str) -> bool:
    """The button that starts a job, and beside it what the job will do, or what it lacks."""
    ready = ready and may_change()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button(title, key=key, type="primary", icon=":material/play_arrow:", disabled=not ready)
        st.caption(told)
    return pressed


def widget(each: Field[Any], key: str) -> Any:
    """One parameter: a switch, a choice, a number or a line of text."""
    common: dict[str, Any] = {"label": label(each.name), "help": each.metadata.get("help"), "key": f"{key}-{each.name}"}
    choices = each.metadata.get("choices")
    if choices:
        return st.selectbox(options=list(choices), index=list(choices).index(each.default), **common)
    if isinstance(each.default, bool):
        return st.toggle(value=each.default, **common)
    if isinstance(each.default, int | float):
        return _number(each, common)
    return st.text_input(value=str(each.default), **common)


def label(name: str) -> str:
    """`early_exaggeration` → `Early exaggeration`."""
    return name.replace("_", " ").capitalize()


def _number(each: Field[Any], common: dict[str, Any]) -> int | float:
    default: Any = each.default
    kind = type(default)
    limits = (each.metadata.get(name) for name in ("minimum", "maximum"))
    low, high = (None if limit is None else kind(limit) for limit in limits)
    step: Any = 1 if kind is int else _step(default)
    shape = "%d" if kind is int else "%g"
    return st.number_input(min_value=low, max_value=high, value=default, step=step, format=shape, **common)


def _step(default: float) -> float:
    """A tenth of the default's power of ten: 0.1 → 0.01, 12.0 → 1.0."""
    return 10.0 ** (floor(log10(abs(default))) - (abs(default) < 10)) if default else 0.01


def kept(key: str, default: Any = None, options: Collection[Any] | None = None) -> dict[str, Any]:
    """For a widget, `st.text_input("Name", **kept(…))`: it begins with what it held last, or with the default.

    options: what can be chosen; a choice that is gone gives way to the default. In another workspace it is another
    widget, which must be told what the one of before held.
    """
    held, place = st.session_state.get(key, default), state().workspace
    value = default if options is not None and held not in options else held
    if key not in st.session_state or value != held or state().kept_for.get(key) != place:
        st.session_state[key] = value
    state().kept_for[key] = place
    return {"key": key, "persist_state": "session"}


def switch(title: str, options: Options, key: str, help: str | None = None) -> str:
    """One of a few, side by side; it begins with what it held last, or with the first. options: perhaps with titles."""
    named = _named(options)
    look: dict[str, Any] = {"required": True, "label_visibility": "collapsed", "help": help}
    draft = kept(key, next(iter(named)), named)
    return str(st.segmented_control(title, list(named), format_func=named.__getitem__, **look, **draft))


def choice(title: str, options: Options, key: str, help: str | None = None, width: int = 200, **more: Any) -> str:
    """One of many, in a menu; it begins with what it held last, or with the first. options: perhaps with titles."""
    named = _named(options)
    look: dict[str, Any] = {"help": help, "width": width, **more}
    draft = kept(key, next(iter(named)), named)
    return str(st.selectbox(title, list(named), format_func=named.__getitem__, **look, **draft))


def table(frame: pd.DataFrame, key: str, columns: Mapping[str, Any]) -> int | None:
    """A table, of which a longer part scrolls; the row of the cell that was clicked, None for none."""
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        height="content" if len(frame) <= FITTING else TALL,
        column_config=columns,
    )
    clicked = [row for row, _ in event["selection"]["cells"] if row < len(frame)]
    return clicked[0] if clicked else None


def _named(options: Options) -> Mapping[str, str]:
    return options if isinstance(options, Mapping) else {each: each for each in options}
