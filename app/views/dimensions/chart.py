"""The large curve: right matches against the dimensions kept, each reducer a line with its band."""

from collections.abc import Sequence
from itertools import zip_longest
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.comparison.chart import GREY, LEGEND, band, clickable, faded, laid_out
from app.comparison.menus import switch
from app.kit import formats
from app.kit.charts import line_colours
from app.views.dimensions.chosen import POINT
from app.views.dimensions.curves import PACKAGE, title
from app.views.dimensions.measure import WAYS, Measure, level, lossless, mean_and_sd
from core.methods import discover
from core.reduction.figures import DEPTHS
from core.runs.reduction import ReductionRun

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 470
NEAR = 1.25
"""Two ticks whose ratio is smaller have no room for both labels on a phone."""
EDGE = 0.06
"""Room beside the first and the last dimension, in powers of ten."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""Settings of one method have its colour, and another dash each."""
KEY = "dimension-curve"
"""Of the chart; and of the person's choice of what counts as right."""


def measure() -> Measure:
    """What counts as right, as the person chooses it above the curve."""
    way = switch("Direction", WAYS, "curve-way", help="Image → text: the caption is sought for an image")
    help = "Right when the partner is the nearest, or among the 5 or 10 nearest"
    depths = {depth: Measure(depth=depth).name for depth in DEPTHS}
    return Measure(way, switch("Right when among the nearest", depths, "curve-depth", help=help))


def show(found: Sequence[ReductionRun], by: Measure, point: tuple[ReductionRun, int]) -> None:
    """Draws the curve; a click on a point chooses it, and it is drawn larger then."""
    clickable(
        figure(found, by, *point),
        f"{KEY}-{found[0].card.fingerprint}",
        POINT.clicked,
        f"{by.title} against the dimensions kept",
        {"displayModeBar": False},
    )


def tick_labels(ticks: Sequence[int]) -> list[str]:
    """The labels of ascending ticks of a logarithmic axis; one that would run into the next to its right is left out.

    >>> tick_labels([128, 256, 288, 384])
    ['128', '', '288', '384']
    """
    return [f"{tick:,}" if then >= NEAR * tick else "" for tick, then in zip_longest(ticks, ticks[1:], fillvalue=inf)]


def figure(
    found: Sequence[ReductionRun], by: Measure, chosen: ReductionRun | None = None, dimension: int = 0
) -> "Figure":
    """Means over the splits, their sd as bands; a ring marks the smallest D' that loses nothing."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    drawn, looks = go.Figure(), styles(found)
    full = found[0]
    _level(drawn, full, by)
    for curve in found:
        mean, sd = mean_and_sd(curve, by)
        colour, dash = looks[curve.card.id]
        drawn.add_trace(band(curve.dims.tolist(), mean, sd, curve.card.id, faded(colour)))
        large = curve.at(dimension) if curve is chosen else None
        drawn.add_trace(_line(curve, mean, sd, large, {"color": colour, "dash": dash, "width": 2}))
    drawn.add_trace(_rings(found, by, looks))
    ticks = sorted({int(dim) for curve in found for dim in curve.dims} | {full.dimensions})
    drawn.update_xaxes(
        title="dimensions kept D'",
        type="log",
        tickvals=ticks,
        ticktext=tick_labels(ticks),
        range=[np.log10(ticks[0]) - EDGE, np.log10(ticks[-1]) + EDGE],
    )
    drawn.update_yaxes(title=by.title, tickformat=".2f", rangemode="tozero")
    clicks = {"hovermode": "closest", "clickmode": "event+select", "uirevision": "curve"}
    return laid_out(drawn, HEIGHT, legend=LEGEND, **clicks)


def styles(found: Sequence[ReductionRun]) -> dict[str, tuple[str, str]]:
    """Colour and dash by run: the same method always has the same colour."""
    looks, settings = {}, dict.fromkeys((curve.card.method for curve in found), 0)
    for curve in found:
        method = curve.card.method
        looks[curve.card.id] = (colours().get(method, GREY), DASHES[settings[method] % len(DASHES)])
        settings[method] += 1
    return looks


def colours() -> dict[str, str]:
    """Method → colour, by its place among all methods."""
    return line_colours(list(discover(PACKAGE)))


def _level(drawn: "Figure", curve: ReductionRun, by: Measure) -> None:
    """What all dimensions give, with its bootstrap band."""
    full, low, high = level(curve, by)
    drawn.add_hrect(low, high, fillcolor=GREY, opacity=0.18, line_width=0, layer="below")
    drawn.add_hline(
        full,
        line={"color": GREY, "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"all {curve.dimensions:,} dimensions: {formats.figure(full)}",
            "font": {"size": 12},
            "yshift": 2,
        },
        annotation_position="top left",
    )


def _line(curve: ReductionRun, mean: NDArray[Any], sd: NDArray[Any], large: int | None, line: dict[str, Any]) -> Any:
    from plotly.graph_objects import Scatter

    return Scatter(
        x=curve.dims.tolist(),
        y=mean.tolist(),
        name=title(curve),
        legendgroup=curve.card.id,
        mode="lines+markers",
        line=line,
        marker={
            "size": [15 if place == large else 9 for place in range(len(mean))],
            "color": line["color"],
            "opacity": 1,
        },
        unselected={"marker": {"opacity": 1}},
        customdata=[[curve.card.id, int(dim), spread] for dim, spread in zip(curve.dims, sd, strict=True)],
        hovertemplate="%{x} dimensions: %{y:.3f} ± %{customdata[2]:.3f}<extra>%{fullData.name}</extra>",
    )


def _rings(found: Sequence[ReductionRun], by: Measure, looks: dict[str, tuple[str, str]]) -> Any:
    """Around the smallest lossless point of each line; they take no clicks from the points."""
    from plotly.graph_objects import Scatter

    smallest = [(curve, dim) for curve in found if (dim := lossless(curve, by)) is not None]
    places = [(dim, mean_and_sd(curve, by)[0][curve.at(dim)]) for curve, dim in smallest]
    return Scatter(
        x=[dim for dim, _ in places],
        y=[float(right) for _, right in places],
        name="smallest that loses nothing",
        mode="markers",
        marker={
            "size": 20,
            "symbol": "circle-open",
            "line": {"width": 2},
            "color": [looks[curve.card.id][0] for curve, _ in smallest],
        },
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
        showlegend=bool(smallest),
    )
