"""How many directions the data itself has: the variance of its principal components, its intrinsic dimension."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit import formats
from app.kit.charts import OKABE_ITO
from core.runs.reduction import ReductionRun

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 290
NAMES = {"image": "images", "text": "captions"}
LEVELS = (0.9, 0.99)
"""Shares of the variance of which a line tells how many components hold them."""


def show(curve: ReductionRun) -> None:
    """The curve of the variance, and one line a figure."""
    st.markdown(
        "**How many directions the data has**",
        help="Principal components of images and captions, each about their own mean. Variance is not the same as "
        "matching: a reducer may match well with less of it.",
    )
    st.plotly_chart(scree(curve.explained), key="scree", config={"displayModeBar": False})
    counts = [f"**{components(curve.explained, level):,}** hold {formats.percent(level)}" for level in LEVELS]
    st.caption(f"Of {curve.dimensions:,} components {' and '.join(counts)} of the variance.")
    known = intrinsic(curve)
    if known:
        values = " and ".join(f"**{formats.figure(value)}** ({NAMES[name]})" for name, value in known.items())
        st.caption(f"Intrinsic dimension {values}.{_sampled(curve)}", help=TWO_NN)


TWO_NN = (
    "TwoNN: how many directions there are around a point, from how much farther its second nearest neighbour is than "
    "its first. A bent surface in a large space has few. Facco, d'Errico, Rodriguez and Laio, 2017."
)


def intrinsic(curve: ReductionRun) -> Mapping[str, float]:
    """By modality; empty where it was not measured."""
    return {name: value for name, value in curve.figures.intrinsic_dimension.items() if value is not None}


def _sampled(curve: ReductionRun) -> str:
    rows = (curve.figures.intrinsic_dimension_sample or {}).values()
    return f" Of more rows than these, {max(rows):,} drawn by chance were measured." if rows else ""


def components(explained: NDArray[np.float32], level: float) -> int:
    """How many components hold that share of the variance."""
    return int(np.searchsorted(np.cumsum(explained, dtype=np.float64), level - 1e-6) + 1)


def scree(explained: NDArray[np.float32]) -> "Figure":
    """Cumulative share of the variance against the number of components."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    count = len(explained)
    drawn = go.Figure(
        go.Scatter(
            x=list(range(1, count + 1)),
            y=np.cumsum(explained, dtype=np.float64).tolist(),
            customdata=explained.tolist(),
            mode="lines",
            line={"color": OKABE_ITO[0], "width": 2},
            fill="tozeroy",
            fillcolor="rgba(0,114,178,0.12)",
            hovertemplate="%{x} components: %{y:.1%}, the last of them %{customdata:.2%}<extra></extra>",
        )
    )
    ticks = [2**power for power in range(0, 17, 2) if 2**power <= count]
    drawn.update_xaxes(
        title="principal components", type="log", tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks]
    )
    drawn.update_yaxes(title="variance explained", tickformat=".0%", range=[0, 1.02])
    return drawn.update_layout(height=HEIGHT, margin={"t": 8, "r": 16, "b": 0, "l": 0}, dragmode=False)
