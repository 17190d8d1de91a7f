"""How a run went: K, losses and other figures step by step, splits and merges."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from app.kit import formats
from app.kit.charts import OKABE_ITO
from app.kit.forms import label

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

ACROSS = 3
"""Traces side by side."""
EVENTS = {"splits": "accepted split", "merges": "accepted merge"}


def show(history: Mapping[str, Sequence[Any]]) -> None:
    """One small curve a figure, K first; below, every split and merge."""
    known = traces(history)
    if known:
        st.markdown("**How it went**", help="Each figure against the steps of the method")
    for begin in range(0, len(known), ACROSS):
        for place, name in zip(st.columns(ACROSS), list(known)[begin : begin + ACROSS], strict=False):
            place.plotly_chart(curve(name, known[name]), key=f"trace-{name}")
    _events(history)


def traces(history: Mapping[str, Sequence[Any]]) -> dict[str, list[float]]:
    """The figures with at least two numbers, K first."""
    numbers = {name: values for name, values in history.items() if _numeric(values) and len(values) > 1}
    return {name: list(numbers[name]) for name in sorted(numbers, key=lambda name: name != "k")}


def curve(name: str, values: Sequence[float]) -> "Figure":
    """A line, in steps for K."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    title = "K" if name == "k" else label(name)
    shape = "hv" if name == "k" else "linear"
    figure = go.Figure(
        go.Scatter(
            y=list(values),
            x=list(range(1, len(values) + 1)),
            mode="lines" if len(values) > 40 else "lines+markers",
            line={"shape": shape, "color": OKABE_ITO[0]},
            hovertemplate=f"step %{{x}}: {title} %{{y:.4g}}<extra></extra>",
        )
    )
    figure.update_yaxes(title=title, rangemode="tozero" if name == "k" else "normal")
    return figure.update_xaxes(title="step").update_layout(height=220, margin={"t": 8, "r": 8, "b": 0, "l": 0})


def _events(history: Mapping[str, Sequence[Any]]) -> None:
    moves = {name: history[name] for name in EVENTS if history.get(name)}
    if not moves:
        return
    counts = " and ".join(formats.counted(len(events), EVENTS[name]) for name, events in moves.items())
    with st.expander(counts[0].upper() + counts[1:], key="moves"):
        rows = [{"move": EVENTS[name].split()[1], **event} for name, events in moves.items() for event in events]
        frame = pd.DataFrame(rows).sort_values("epoch", kind="stable") if "epoch" in rows[0] else pd.DataFrame(rows)
        st.dataframe(frame.rename(columns=label), hide_index=True, key="moves-table")


def _numeric(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
