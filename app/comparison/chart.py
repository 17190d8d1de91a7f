"""What the charts of comparisons share: a line with its band for each method, and clicks that choose a point."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GREY = "#7d8592"
"""Of what belongs to no method: seen on both themes."""
LEGEND: Mapping[str, Any] = {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0}
"""Below the chart."""


def faded(colour: str, share: float = 0.15) -> str:
    """`rgba(0,114,178,0.15)` of `#0072b2`."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def band(x: Sequence[float], mean: NDArray[Any], sd: NDArray[Any], run: str, fill: str) -> Any:
    """A trace from a sd below to a sd above; run: whose line it hides and shows with."""
    from plotly.graph_objects import Scatter

    return Scatter(
        x=[*x, *reversed(x)],
        y=np.concatenate([mean + sd, (mean - sd)[::-1]]).tolist(),
        legendgroup=run,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=fill,
        hoverinfo="skip",
        showlegend=False,
    )


def laid_out(figure: "Figure", height: int, **more: Any) -> "Figure":
    """Close to its frame, with nothing that moves by accident."""
    margin = {"t": 8, "r": 12, "b": 0, "l": 0}
    return figure.update_layout(**{"height": height, "margin": margin, "dragmode": False, **more})


def clickable(
    figure: "Figure", key: str, clicked: Callable[[Mapping[str, Any]], None], alt: str, config: Mapping[str, Any]
) -> None:
    """Draws a chart whose points can be clicked; clicked: gets the event as the session keeps it."""
    st.plotly_chart(
        figure,
        key=key,
        on_select=lambda: clicked(st.session_state[key]),
        selection_mode="points",
        config=dict(config),
        alt=alt,
    )
