"""Two runs side by side: their agreement, and the contingency table as a heat map."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit import formats
from app.kit.charts import scale_colours
from app.kit.messages import escaped
from app.views.clusters import runs
from app.views.clusters.runs import Entry
from core.clustering.metrics import Labels, adjusted_rand, contingency
from core.runs.clustering import cluster_name
from core.workspace import Workspace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Heatmap, Scatter

MOST = 60
"""Clusters a side that a picture can still show; of more, the largest."""
READABLE = 20
"""Clusters a side up to which the cells bear their counts."""
DARK = 45
"""Per cent below which a cell is dark."""


def show(workspace: Workspace, first: Entry, second: Entry) -> None:
    """The first runs of two lines of the leaderboard."""
    one, other = (runs.read(workspace, each.cards[0]) for each in (first, second))
    rows, columns = shared(one.ids, other.ids)
    st.subheader(f"{escaped(first.title)} beside {escaped(second.title)}", anchor=False)
    if not len(rows):
        st.caption("These two runs have no item in common.")
        return
    left, right = one.labels[rows], other.labels[columns]
    st.markdown(
        f"Adjusted Rand index of the two: **{formats.figure(adjusted_rand(left, right))}** "
        f"(seeds {first.cards[0].seed} and {second.cards[0].seed}, {formats.counted(len(rows), 'item')})",
        help="1: the same groups; 0: no more alike than by chance. The numbers that clusters bear do not matter.",
    )
    st.plotly_chart(heat_map(left, right, first.title, second.title), key="contingency")
    if max(len(np.unique(left)), len(np.unique(right))) > MOST:
        st.caption(f"The picture shows the {MOST} largest clusters of each; the index counts all.")


def shared(first: NDArray[np.str_], second: NDArray[np.str_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the one and of the other that are the same items."""
    _, rows, columns = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return rows, columns


def table(first: Labels, second: Labels) -> tuple[NDArray[np.int64], Labels, Labels]:
    """The contingency table and the clusters of its rows and columns: the `MOST` largest of each.

    Rows come from the largest to the smallest, a column where most of it lies, so that likes meet at the diagonal.
    """
    counts = contingency(first, second)
    rows = np.argsort(-counts.sum(axis=1), kind="stable")[:MOST]
    columns = np.argsort(-counts.sum(axis=0), kind="stable")[:MOST]
    kept = counts[np.ix_(rows, columns)]
    order = np.lexsort((-kept.max(axis=0), kept.argmax(axis=0)))
    return kept[:, order], np.unique(first)[rows], np.unique(second)[columns[order]]


def heat_map(first: Labels, second: Labels, rows: str, columns: str) -> "Figure":
    """Each row's share in each column by colour, with the counts where there is room."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    counts, row_clusters, column_clusters = table(first, second)
    figure = go.Figure(
        go.Heatmap(
            z=100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
            x=[cluster_name(cluster).removeprefix("cluster ") for cluster in column_clusters],
            y=[cluster_name(cluster).removeprefix("cluster ") for cluster in row_clusters],
            text=[[f"{count:,}" for count in row] for row in counts.tolist()],
            colorscale=scale_colours(),
            zmin=0,
            zmax=100,
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": "% of the row", "side": "right"}, "thickness": 12},
            hovertemplate="%{y} and %{x}: %{text} items, %{z:.3g} % of the row<extra></extra>",
        )
    )
    if max(counts.shape) <= READABLE:
        figure.add_trace(_counts(figure.data[0]))
    figure.update_xaxes(title=columns, type="category")
    figure.update_yaxes(title=rows, type="category", autorange="reversed")
    height = max(320, min(760, 110 + 26 * len(row_clusters)))
    return figure.update_layout(height=height, margin={"t": 16, "r": 0, "b": 0, "l": 0})


def _counts(cells: "Heatmap") -> "Scatter":
    """The counts on the cells, in white where these are dark; Plotly's own choice of colours is hard to read."""
    from plotly.graph_objects import Scatter

    rows, columns = np.nonzero(cells.z)
    return Scatter(
        x=[cells.x[column] for column in columns],
        y=[cells.y[row] for row in rows],
        text=[cells.text[row][column] for row, column in zip(rows, columns, strict=True)],
        textfont={"size": 11, "color": ["#fff" if share < DARK else "#111" for share in cells.z[rows, columns]]},
        mode="text",
        hoverinfo="skip",
        showlegend=False,
    )
