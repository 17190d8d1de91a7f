"""How the loss of each stage of a training went."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from app.kit.charts import OKABE_ITO
from core.faces.trainings import STAGE_TITLES, STAGES, Curve

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 200


def show(losses: Mapping[str, Curve], key: str) -> None:
    """The stages side by side, those that have begun."""
    with st.container(key=f"{key}-losses", horizontal=True, gap="medium"):
        for stage in STAGES:
            if losses.get(stage):
                st.plotly_chart(
                    figure(stage, losses[stage]),
                    key=f"{key}-{stage}",
                    config={"displayModeBar": False},
                    alt=f"Loss of the {STAGE_TITLES[stage]} against steps",
                )


def figure(stage: str, curve: Curve) -> "Figure":
    """Mean loss in nats a picture against steps."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    drawn = go.Figure(
        go.Scatter(
            x=[step for step, _ in curve],
            y=[loss for _, loss in curve],
            mode="lines" if len(curve) > 1 else "markers",
            line={"color": OKABE_ITO[STAGES.index(stage)], "width": 2},
            hovertemplate="step %{x:,}: %{y:,.1f} nats<extra></extra>",
        )
    )
    drawn.update_xaxes(title=f"{STAGE_TITLES[stage]}, steps", tickformat=",d", nticks=6)
    drawn.update_yaxes(title="loss, nats", tickformat=",")
    return drawn.update_layout(
        height=HEIGHT, margin={"t": 8, "r": 12, "b": 0, "l": 0}, dragmode=False, uirevision=stage
    )
