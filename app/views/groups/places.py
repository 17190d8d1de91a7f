"""Groups as points on the map of items: sized by count, each at its most central item, with its picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.comparison.chart import GREY, faded, laid_out
from app.kit.charts import words
from app.kit.gallery import data_url
from app.scatter.drawn import Drawn
from app.views.groups.styles import CHOSEN, NEAR
from core.groups.overview import placed
from core.runs.groups import GroupsRun

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WIDTH, HEIGHT = 640, 560
"""Pixels; the width is what a wide window gives, by which pictures are sized."""
PICTURED = 250
"""Groups up to which each is drawn with a picture."""
ITEMS = 20_000
"""Items behind the groups; of more, this many are drawn, and the page says so."""
SMALL, LARGE = 22, 60
"""Pixels across, of the smallest group and of the largest."""
LIGHT = "rgba(255,255,255,0.9)"
"""Behind pictures, in the dark theme too: many are drawings on transparency."""
NEIGHBOURS = 5
OUTSIDE = 0.005
"""Share of the items at either end of an axis that one has to zoom out for."""


@dataclass(frozen=True)
class Placed:
    """xy: (G, 2), NaN for a group whose most central item is not on the map; across: (G,) pixels."""

    xy: NDArray[np.float32]
    across: NDArray[np.float64]

    @classmethod
    def of(cls, each: GroupsRun, drawn: Drawn) -> "Placed":
        central = each.ids[each.central]
        return cls(placed(central, drawn.ids, drawn.points.xy), across(each.counts))

    @property
    def known(self) -> NDArray[np.intp]:
        """Groups that are on the map, the largest first, so that the smaller lie above."""
        known = np.flatnonzero(np.isfinite(self.xy[:, 0]))
        return known[np.argsort(-self.across[known], kind="stable")]


def across(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Areas grow with the counts, from `SMALL` to `LARGE` pixels across."""
    roots = np.sqrt(counts.astype(np.float64))
    return np.maximum(SMALL, LARGE * roots / max(float(roots.max()), 1.0))


def figure(each: GroupsRun, drawn: Drawn, chosen: int, pictures: Mapping[int, bytes]) -> "Figure":
    """Items faint, the chosen group's in its colour, its nearest groups joined to it."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    made, stand = go.Figure(), Placed.of(each, drawn)
    rows = shown(len(drawn))
    mine = np.isin(drawn.ids[rows], each.members(chosen))
    for part, colour, opacity, size in ((~mine, GREY, 0.28, 3), (mine, CHOSEN, 0.9, 5)):
        xy = drawn.points.xy[rows[part]]
        made.add_trace(
            go.Scattergl(
                x=xy[:, 0],
                y=xy[:, 1],
                mode="markers",
                marker={"size": size, "color": colour, "opacity": opacity},
                unselected={"marker": {"opacity": opacity}},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    _joined(made, each, stand, chosen)
    _points(made, each, stand, chosen)
    low, high = _extent(drawn.points.xy, stand)
    _pictured(made, stand, pictures, float(max((high - low) / (WIDTH, HEIGHT))))
    for axis, begin, end in zip((made.update_xaxes, made.update_yaxes), low, high, strict=True):
        axis(visible=False, range=[float(begin), float(end)], constrain="domain")
    made.update_yaxes(scaleanchor="x")
    free = {"dragmode": "pan", "margin": {"t": 0, "r": 0, "b": 0, "l": 0}}
    return laid_out(made, HEIGHT, hovermode="closest", clickmode="event+select", uirevision="places", **free)


def shown(count: int) -> NDArray[np.intp]:
    """Every item where they are few enough, else an even sample, the same each time."""
    return np.unique(np.linspace(0, count - 1, min(count, ITEMS)).astype(np.intp)) if count else np.zeros(0, np.intp)


def _points(made: "Figure", each: GroupsRun, stand: Placed, chosen: int) -> None:
    """What is clicked: a circle a group."""
    from plotly.graph_objects import Scatter

    known = stand.known
    near = set(each.nearest[chosen][:NEIGHBOURS].tolist())
    colours = [CHOSEN if group == chosen else NEAR if group in near else GREY for group in known]
    fills = [LIGHT if len(known) <= PICTURED else faded(colour, 0.35) for colour in colours]
    widths = [3 if colour != GREY else 1 for colour in colours]
    made.add_trace(
        Scatter(
            x=stand.xy[known, 0],
            y=stand.xy[known, 1],
            mode="markers",
            marker={
                "size": stand.across[known],
                "color": fills,
                "opacity": 1,
                "line": {"width": widths, "color": colours},
            },
            unselected={"marker": {"opacity": 1}},
            customdata=[[int(group), words(str(each.names[group])), int(each.counts[group])] for group in known],
            hovertemplate="%{customdata[1]}: %{customdata[2]:,} items<extra></extra>",
            showlegend=False,
        )
    )


def _joined(made: "Figure", each: GroupsRun, stand: Placed, chosen: int) -> None:
    """Lines from the chosen group to its nearest ones."""
    from plotly.graph_objects import Scatter

    ends = stand.xy[each.nearest[chosen][:NEIGHBOURS]]
    begin = stand.xy[chosen]
    x, y = ([value for end in ends for value in (float(begin[part]), float(end[part]), None)] for part in (0, 1))
    made.add_trace(
        Scatter(
            x=x, y=y, mode="lines", line={"width": 1.5, "color": faded(NEAR, 0.7)}, hoverinfo="skip", showlegend=False
        )
    )


def _pictured(made: "Figure", stand: Placed, pictures: Mapping[int, bytes], unit: float) -> None:
    """The most central item of each group inside its circle; unit: the map's length of a pixel."""
    for group in stand.known:
        if group in pictures and len(stand.known) <= PICTURED:
            side = float(stand.across[group]) * 0.68 * unit
            made.add_layout_image(
                source=data_url(pictures[group]),
                x=float(stand.xy[group, 0]),
                y=float(stand.xy[group, 1]),
                sizex=side,
                sizey=side,
                xref="x",
                yref="y",
                xanchor="center",
                yanchor="middle",
                layer="above",
            )


def _extent(xy: NDArray[np.float32], stand: Placed) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lower and upper ends of both axes around all groups and all but the outermost items, with a little room."""
    known = stand.xy[stand.known]
    ends = np.quantile(xy, [OUTSIDE, 1 - OUTSIDE], axis=0)
    both = np.concatenate([ends, known])
    low, high = both.min(axis=0), both.max(axis=0)
    room = 0.06 * (high - low) + 1e-6
    return low - room, high + room
