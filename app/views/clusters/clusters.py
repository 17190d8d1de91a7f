"""The clusters of a run: how large, what is mostly in them, and pictures of each."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.comparison.menus import switch
from app.kit import formats, names, pictured, records
from app.kit.items import Items
from app.kit.messages import escaped
from core.commands.items import in_words
from core.results import Floats
from core.runs.clustering import ClusteringRun, cluster_name
from core.workspace import Workspace

ORDERS = {"Nearest the centre": "nearest", "Farthest": "farthest", "Least confident": "unsure"}
SHOWN_COLUMNS = ("cluster", "name", "items", "share", "label", "pure", "confidence")
SHOWN = 48
"""Pictures of a cluster in its gallery."""
FITTING, TALL = 12, 460
"""Clusters of a table that is shown whole, and the pixels of a longer one."""


def choose(workspace: Workspace, items: Items, found: ClusteringRun) -> tuple[int | None, int]:
    """The table of clusters; the cluster chosen in it, None where none is, and the one to show: the largest then."""
    table = sizes(found, classes(items, found))
    if known := names.of_clusters(workspace, found.card.id):
        table["name"] = [known.get(cluster, "") for cluster in table["cluster"].tolist()]
    event = st.dataframe(
        _readable(table),
        key=f"clusters-{found.card.id}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        column_order=[each for each in SHOWN_COLUMNS if each in table],
        height="content" if len(table) <= FITTING else TALL,
    )
    st.caption("Click a cluster to see it on the map, and its pictures below.")
    rows = [row for row, _ in event["selection"]["cells"] if row < len(table)]
    chosen = int(table["cluster"].iloc[rows[0]]) if rows else None
    return chosen, int(table["cluster"].iloc[0]) if chosen is None else chosen


def show(workspace: Workspace, found: ClusteringRun, cluster: int) -> None:
    """Pictures of a cluster, in the order asked for; a click shows the item large."""
    rows = found.rows(cluster)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        given = names.of_clusters(workspace, found.card.id).get(cluster)
        title = cluster_name(cluster).capitalize() + (f": {escaped(given)}" if given else "")
        st.markdown(f"**{title}**, {formats.counted(len(rows), 'item')}", width="content")
        order = switch("Order", {order: order for order in ORDERS}, "order")
    _words(workspace, found, cluster)
    places, values = ordered(records.vectors(workspace, found.card, found.ids), rows, found.confidence, ORDERS[order])
    ids = found.ids[places[:SHOWN]].tolist()
    notes = {id: f"{value:.2f}" for id, value in zip(ids, values, strict=False)}
    pictured.shown(workspace, ids, f"cluster-{found.card.id}", notes)
    unit = "the method's confidence" if order == "Least confident" else "distance from the cluster's mean"
    first = f"The first {SHOWN} of them. " if len(rows) > SHOWN else ""
    st.caption(f"{first}The figure on a picture: {unit}.")


def _words(workspace: Workspace, found: ClusteringRun, cluster: int) -> None:
    """The phrases that the cluster has and others lack, and the captions nearest to it, where it has a name."""
    if named := names.clusters(workspace, found.card.id).get(cluster):
        phrases = ", ".join(each.phrase for each in named.phrases)
        captions = "; ".join(f"“{each.caption}”" for each in named.captions)
        near = f" Nearest captions: {captions}." if captions else ""
        st.caption(escaped(f"More here than elsewhere: {phrases}.{near}" if phrases else near))


def classes(items: Items, found: ClusteringRun) -> pd.Series | None:
    """The label of each item, in the run's order; None where nothing is labelled."""
    column = found.figures.label or "label"
    if column not in items.frame:
        return None
    values = items.values(column, found.ids).reset_index(drop=True).replace("", None)
    return values if values.notna().any() else None


def sizes(found: ClusteringRun, labels: pd.Series | None) -> pd.DataFrame:
    """A row a cluster, the largest first, noise last: `cluster`, `items`, `share`, `confidence`, `label`, `pure`.

    confidence: its items' mean. label: the most frequent among the cluster's labelled items; pure: its share of those.
    """
    frame = pd.DataFrame({"cluster": found.labels, "confidence": found.confidence})
    grouped = frame.groupby("cluster")
    table = pd.DataFrame({"items": grouped.size(), "share": grouped.size() / max(len(found), 1)})
    table["confidence"] = grouped["confidence"].mean()
    if labels is not None:
        table = table.join(_dominant(frame["cluster"], labels))
    table = table.reset_index()
    return table.sort_values("items", ascending=False, key=lambda counts: counts.where(table["cluster"] >= 0, -1))


def ordered(x: Floats, rows: NDArray[np.intp], confidence: Floats, order: str) -> tuple[NDArray[np.intp], Floats]:
    """Rows of a cluster in the order "nearest", "farthest" or "unsure", and the figure by which they are sorted.

    x: (N, D); distances are Euclidean, from the mean of the cluster's rows.
    """
    if order == "unsure":
        keys = values = confidence[rows]
    else:
        values = np.linalg.norm(x[rows] - x[rows].mean(axis=0), axis=1)
        keys = values if order == "nearest" else -values
    places = np.argsort(keys, kind="stable")
    return rows[places], values[places]


def _dominant(cluster: pd.Series, labels: pd.Series) -> pd.DataFrame:
    words = labels.map(in_words)
    counts = pd.crosstab(cluster, words.where(words != ""))
    return pd.DataFrame({"label": counts.idxmax(axis=1), "pure": counts.max(axis=1) / counts.sum(axis=1)})


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Clusters by name, shares in per cent."""
    named = table.assign(cluster=[cluster_name(cluster) for cluster in table["cluster"]])
    shares = [column for column in ("share", "pure") if column in table]
    return named.assign(**{column: 100 * table[column] for column in shares})


_PERCENT: dict[str, Any] = {"format": "%.1f %%", "width": 66}
_COLUMNS: dict[str, Any] = {
    "cluster": st.column_config.TextColumn("Cluster", width=84),
    "name": st.column_config.TextColumn("Name", width=120, help="What its captions have and the others' lack"),
    "items": st.column_config.NumberColumn("Items", format="localized", width=66),
    "share": st.column_config.NumberColumn("Share", **_PERCENT, help="Of all items of the run"),
    "label": st.column_config.TextColumn("Mostly", width=130, help="The most frequent label in the cluster"),
    "pure": st.column_config.NumberColumn(
        "Of it", **_PERCENT, help="Share of that label in the cluster's labelled items"
    ),
    "confidence": st.column_config.NumberColumn(
        "Confidence", format="%.2f", width=92, help="Mean confidence of the method in its items' cluster, from 0 to 1"
    ),
}
