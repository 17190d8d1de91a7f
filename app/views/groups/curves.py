"""Two figures: how many groups are found against their size, and the same less the plain mean."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.comparison.chart import GREY, LEGEND, band, faded, laid_out
from app.views.groups.runs import MEAN, title
from app.views.groups.styles import colours
from core.groups.verdict import FEWEST, MOST
from core.runs.groups import GroupsRun

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 400
TITLES = {"map": "mAP", "top1": "top-1"}
SPREAD = 0.7
"""How much of the room of one size the methods' points take."""


def found(every: Sequence[GroupsRun], measure: str, chosen: tuple[str, int]) -> "Figure":
    """Means over the splits and their sd as bands, against the items in a group; chosen: run and size, drawn larger."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    drawn, sizes = go.Figure(), _sizes(every)
    for each in every:
        colour = colours().get(each.card.method, GREY)
        (mean, sd), asked = each.mean_and_sd(measure), each.sizes_asked
        x = [sizes.index(size) for size in asked]
        drawn.add_trace(band(x, mean, sd, each.card.id, faded(colour, 0.08)))
        drawn.add_trace(
            go.Scatter(
                x=x,
                y=mean.tolist(),
                name=title(each),
                legendgroup=each.card.id,
                mode="lines+markers",
                line={"color": colour, "width": 2.5 if each.card.method == MEAN else 1.75},
                marker={"size": [14 if (each.card.id, size) == chosen else 7 for size in asked], "opacity": 1},
                unselected={"marker": {"opacity": 1}},
                customdata=[[each.card.id, size, spread] for size, spread in zip(asked, sd.tolist(), strict=True)],
                hovertemplate="groups of %{customdata[1]}: %{y:.3f} ± %{customdata[2]:.3f}"
                "<extra>%{fullData.name}</extra>",
            )
        )
    drawn.update_yaxes(title=TITLES[measure], tickformat=".2f")
    return _framed(drawn, sizes)


def less_mean(every: Sequence[GroupsRun], measure: str, chosen: tuple[str, int]) -> "Figure":
    """Each method less the mean on the same groups, with its 95 % interval; zero is the plain mean."""
    import plotly.graph_objects as go

    drawn, sizes = go.Figure(), _sizes(every)
    others = [each for each in every if each.figures.against_mean]
    _small(drawn, sizes)
    drawn.add_hline(0, line={"color": GREY, "width": 2})
    for number, each in enumerate(others):
        rows = each.figures.against_mean or ()
        differences = [row.by(measure) for row in rows]
        aside = ((number + 0.5) / len(others) - 0.5) * SPREAD
        colour = colours().get(each.card.method, GREY)
        large = [13 if (each.card.id, row.size) == chosen else 8 for row in rows]
        ends = {
            "array": [0.0 if row.high is None else row.high - row.difference for row in differences],
            "thickness": 1.5,
            "width": 0,
            "color": colour,
        }
        drawn.add_trace(
            go.Scatter(
                x=[sizes.index(row.size) + aside for row in rows],
                y=[row.difference for row in differences],
                error_y=ends,
                name=title(each),
                mode="markers",
                marker={"color": colour, "size": large, "opacity": 1},
                unselected={"marker": {"opacity": 1}},
                customdata=[
                    [each.card.id, row.size, "" if at.p is None else f", p = {at.p:.2g}"]
                    for row, at in zip(rows, differences, strict=True)
                ],
                hovertemplate="groups of %{customdata[1]}: %{y:+.4f}%{customdata[2]}<extra>%{fullData.name}</extra>",
                showlegend=False,
            )
        )
    drawn.update_yaxes(title=f"{TITLES[measure]} less that of the mean", tickformat="+.2f", zeroline=False)
    return _framed(drawn, sizes)


def _sizes(every: Sequence[GroupsRun]) -> list[int]:
    return sorted({size for each in every for size in each.sizes_asked})


def _small(drawn: "Figure", sizes: Sequence[int]) -> None:
    """The sizes that the question is about have a ground of their own."""
    small = [place for place, size in enumerate(sizes) if FEWEST <= size <= MOST]
    if small:
        drawn.add_vrect(small[0] - 0.5, small[-1] + 0.5, fillcolor=GREY, opacity=0.1, line_width=0, layer="below")


def _framed(drawn: "Figure", sizes: Sequence[int]) -> "Figure":
    ticks = list(range(len(sizes)))
    drawn.update_xaxes(
        title="items in a group",
        tickvals=ticks,
        ticktext=[f"{size:,}" for size in sizes],
        range=[-0.55, len(sizes) - 0.45],
        zeroline=False,
        showgrid=False,
    )
    return laid_out(drawn, HEIGHT, legend=LEGEND, hovermode="closest", clickmode="event+select", uirevision="groups")
