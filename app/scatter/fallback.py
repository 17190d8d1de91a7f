"""The map by Plotly, for browsers without WebGL: plainer and slower, but every point can be seen and selected."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from app.kit.charts import OKABE_ITO, words
from app.scatter.points import CAPTION, IMAGE, Colour, Label, Picked, Points

POINT_LIMIT = 20_000
"""SVG points that a browser still moves; of more, this many are shown and the page says so."""


def plotly_scatter(
    points: Points,
    *,
    colour: Colour | None,
    hits: NDArray[np.bool_] | None,
    labels: Sequence[Label] = (),
    key: str,
    height: int,
) -> Picked:
    """The same picks as `scatter`, by Plotly's lasso and click; a line above says what is different."""
    rows = shown_rows(len(points), hits)
    st.caption(_explanation(len(rows), len(points)), help="Switch on hardware acceleration in the browser's settings.")
    figure = _figure(points, colour, hits, rows, height)
    for label in labels:
        x, y = points.unit[label.row].tolist()
        figure.add_annotation(x=x, y=y, text=f"<b>{words(label.text)}</b>", showarrow=False)
    event = st.plotly_chart(
        figure, key=f"{key}-plotly", on_select="rerun", selection_mode=("points", "lasso", "box"), theme="streamlit"
    )
    picked = _places(event, figure)
    return Picked(np.unique(np.asarray(picked, np.int32)), picked[0] if len(picked) == 1 else None, webgl=False)


def shown_rows(count: int, hits: NDArray[np.bool_] | None) -> NDArray[np.int32]:
    """Every row where they are few enough; else the hits and an even sample of the others, the same each time."""
    if count <= POINT_LIMIT:
        return np.arange(count, dtype=np.int32)
    first = np.flatnonzero(hits)[:POINT_LIMIT] if hits is not None else np.zeros(0, np.int32)
    others = np.setdiff1d(np.arange(count), first)
    spread = others[np.linspace(0, len(others) - 1, POINT_LIMIT - len(first)).astype(int)]
    return np.sort(np.concatenate([first, spread])).astype(np.int32)


def _explanation(shown: int, count: int) -> str:
    few = "" if shown == count else f" It shows {shown:,} of {count:,} points, hits first."
    return "This browser has no WebGL, so this map is drawn by Plotly, without pictures on it." + few


def _figure(
    points: Points, colour: Colour | None, hits: NDArray[np.bool_] | None, rows: NDArray[np.int32], height: int
) -> go.Figure:
    figure = go.Figure(layout=_layout(height))
    for name, chosen, marker in _traces(points, colour, rows):
        figure.add_scatter(
            x=points.unit[chosen, 0],
            y=points.unit[chosen, 1],
            mode="markers",
            name=words(name),
            customdata=chosen,
            text=[_caption(points, row) for row in chosen],
            hovertemplate="%{text}<extra></extra>",
            marker={"size": 6, "opacity": 0.8 if hits is None else np.where(hits[chosen], 1.0, 0.1)} | marker,
        )
    return figure


def _traces(
    points: Points, colour: Colour | None, rows: NDArray[np.int32]
) -> Iterator[tuple[str, NDArray[np.int32], dict[str, Any]]]:
    """Name, rows and marker of each trace."""
    if colour is None:
        modality = np.asarray(points.modality)[rows]
        for code, name, shade in ((IMAGE, "Images", OKABE_ITO[0]), (CAPTION, "Captions", OKABE_ITO[3])):
            yield name, rows[modality == code], {"color": shade}
    elif colour.codes is not None:
        codes = np.asarray(colour.codes)[rows]
        for code in np.unique(codes):
            shade = "#999999" if code < 0 else colour.colours[code]
            yield "none" if code < 0 else str(colour.names[code]), rows[codes == code], {"color": shade}
    else:
        values = np.asarray(colour.values)[rows]
        yield colour.title, rows, {"color": values, "colorscale": colour.colours, "showscale": True}


def _layout(height: int) -> dict[str, Any]:
    axis = {"visible": False, "scaleanchor": None}
    return {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "dragmode": "lasso",
        "xaxis": axis,
        "yaxis": axis | {"scaleanchor": "x"},
        "legend": {"itemsizing": "constant"},
    }


def _caption(points: Points, row: int) -> str:
    item = int(points.item[row])
    text = points.captions[item] if item < len(points.captions) else ""
    return words(text, 120)


def _places(event: Any, figure: go.Figure) -> list[int]:
    """Rows that Plotly reports as selected."""
    selected = event["selection"]["points"] if event else []
    return [int(figure.data[point["curve_number"]].customdata[point["point_index"]]) for point in selected]
