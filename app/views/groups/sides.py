"""Figures of the bound: both sides of every pair with the line, and how much of it is not used."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.comparison.chart import GREY, LEGEND, laid_out
from app.kit.charts import OKABE_ITO, words
from app.views.groups.styles import CHOSEN, NEAR
from core.runs.groups import GroupsRun

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 400
BOUNDS = {"right": ("the theorem's, 2 max{m, D}", NEAR), "sharper": ("the sharper one", OKABE_ITO[1])}
"""Of each its name and its colour."""
MANY = 6_000
"""Points above which the browser's graphics card draws them."""
BINS = 40


def used(each: GroupsRun, bound: str) -> NDArray[np.float64]:
    """(P,) the share of the bound that each pair uses."""
    right = each.allowed(bound).astype(np.float64)
    left = each.bound_left.astype(np.float64)
    return np.divide(left, right, out=np.zeros_like(left), where=right > 0)


def scatter(each: GroupsRun, chosen: int) -> "Figure":
    """Left side against right side; the line is where both are the same."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    drawn, left = go.Figure(), each.bound_left
    end = float(max(left.max(), *(each.allowed(name).max() for name in BOUNDS)) * 1.04) or 1.0
    line = {"color": GREY, "width": 1.5, "dash": "dash"}
    drawn.add_trace(go.Scatter(x=[0, end], y=[0, end], mode="lines", line=line, name="both the same", hoverinfo="skip"))
    names, comparison = each.names[each.bound_of], each.figures.comparison
    points = go.Scattergl if len(left) > MANY else go.Scatter
    about = [
        [pair, comparison, name, size] for pair, (name, size) in enumerate(zip(names, each.bound_size, strict=True))
    ]
    for name, (title, colour) in BOUNDS.items():
        drawn.add_trace(
            points(
                x=each.allowed(name).tolist(),
                y=left.tolist(),
                mode="markers",
                name=title,
                marker={"size": 5, "color": colour, "opacity": 0.45},
                selected={"marker": {"opacity": 0.45}},
                unselected={"marker": {"opacity": 0.45}},
                customdata=[[int(pair), of, words(str(group)), int(size)] for pair, of, group, size in about],
                hovertemplate="%{customdata[2]}, two sets of %{customdata[3]}: %{y:.3f} of %{x:.3f}<extra></extra>",
            )
        )
    drawn.add_trace(_ring(each, chosen))
    drawn.update_xaxes(title="what the bound allows", range=[0, end], zeroline=False)
    drawn.update_yaxes(title="distance of the two sets", range=[0, float(left.max()) * 1.6 or end], zeroline=False)
    return laid_out(drawn, HEIGHT, legend=LEGEND, clickmode="event+select", uirevision="bound")


def slack(each: GroupsRun) -> "Figure":
    """A histogram of 1 - left / right for either bound, as shares of the pairs."""
    import plotly.graph_objects as go

    drawn = go.Figure()
    edges = np.linspace(0, 1, BINS + 1)
    for name, (title, colour) in BOUNDS.items():
        counts, _ = np.histogram(np.clip(1 - used(each, name), 0, 1), edges)
        drawn.add_trace(
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                y=counts / max(counts.sum(), 1),
                width=1 / BINS,
                name=title,
                marker={"color": colour, "opacity": 0.6, "line": {"width": 0}},
                hovertemplate="slack of about %{x:.0%}: %{y:.1%} of the pairs<extra></extra>",
            )
        )
    drawn.update_xaxes(title="slack", tickformat=".0%", range=[0, 1])
    drawn.update_yaxes(title="pairs", tickformat=".0%")
    return laid_out(drawn, HEIGHT, barmode="overlay", legend=LEGEND)


def configuration(each: GroupsRun) -> "Figure":
    """The small configuration that came closest to breaking the bound, in its first two dimensions."""
    import plotly.graph_objects as go

    drawn = go.Figure()
    looks = (
        (each.closest_first, "G₁", NEAR, "circle"),
        (each.closest_second, "G₂", NEAR, "diamond"),
        (each.closest_other, "H", CHOSEN, "square"),
    )
    for points, title, colour, symbol in looks:
        y = points[:, 1] if points.shape[1] > 1 else np.zeros(len(points))
        drawn.add_trace(
            go.Scatter(
                x=points[:, 0].tolist(),
                y=y.tolist(),
                mode="markers+text",
                text=[f" {title}"] * len(points),
                textposition="middle right",
                name=title,
                marker={"size": 13, "color": colour, "symbol": symbol},
                hovertemplate="%{x:.3f}, %{y:.3f}<extra>%{fullData.name}</extra>",
                showlegend=False,
            )
        )
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False, scaleanchor="x")
    return laid_out(drawn, 170, margin={"t": 20, "r": 40, "b": 20, "l": 20})


def _ring(each: GroupsRun, chosen: int) -> "Figure":
    """Around both points of the pair on screen; it takes no clicks from them."""
    from plotly.graph_objects import Scatter

    return Scatter(
        x=[float(each.allowed(name)[chosen]) for name in BOUNDS],
        y=[float(each.bound_left[chosen])] * len(BOUNDS),
        mode="markers",
        marker={"size": 14, "symbol": "circle-open", "line": {"width": 2.5}, "color": CHOSEN},
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
        showlegend=False,
    )
