"""What to do with a run: colour the map by it, write it as a column, take it away as a file, delete it."""

from functools import partial

import pandas as pd
import streamlit as st

from app.comparison.actions import File, remove, take
from app.kit import downloads, formats, names, progress
from app.kit.items import Items
from app.kit.messages import escaped, plainly
from app.kit.state import state
from app.views.clusters.runs import Entry
from core.errors import BadInput
from core.inputs import RUN
from core.runs.clustering import ClusteringRun
from core.workspace import RunCard, Workspace


def show(workspace: Workspace, items: Items, entry: Entry, found: ClusteringRun) -> None:
    """One line of buttons, for the seed on screen; only the last is about all seeds of the line."""
    with st.container(key="run-actions", horizontal=True, vertical_alignment="center", gap="xsmall"):
        _on_the_map(workspace, found)
        _name(workspace, found.card)
        with st.popover("Write as a label column", icon=":material/label:", key="write"):
            _write(workspace, items, found)
        _downloads(items, found)
        runs = "this run" if len(entry.cards) == 1 else f"these {len(entry.cards)} runs"
        line = f"{escaped(entry.title)}: a line that is deleted is gone. Columns that were written from it stay."
        remove("delete", "Delete from the table", line, f"Delete {runs}", partial(delete, workspace, entry))


def _name(workspace: Workspace, card: RunCard) -> None:
    """A button that names the clusters from their captions; other ways are on the Semantics page."""
    by = RUN + card.id
    busy = any(job.arguments.get("by") == by for job in progress.running(workspace, names.COMMAND))
    if names.newest(workspace, by) and not busy:
        return
    help = "By what their captions have and the others' lack; more ways under Names on the Semantics page"
    title = "Naming them …" if busy else "Name the clusters"
    if st.button(title, key="name-clusters", icon=":material/sell:", disabled=busy, help=help):
        progress.start(workspace, names.COMMAND, {"by": by}, f"Names of {card.title}, seed {card.seed}")
        st.rerun()


def column_of(card: RunCard) -> str:
    """`K-means clusters, seed 0`: the column that a run colours the map by."""
    return f"{card.title} clusters, seed {card.seed}".replace(".", "_")


def write(workspace: Workspace, found: ClusteringRun, column: str) -> None:
    """The cluster of each item, as a text column."""
    workspace.set_column(column, found.names())


def write_confidence(workspace: Workspace, found: ClusteringRun, column: str) -> None:
    """The method's confidence in each item's cluster, as a column of numbers."""
    workspace.set_column(column, dict(zip(found.ids.tolist(), found.confidence.astype(float).tolist(), strict=True)))


def table(items: Items, found: ClusteringRun) -> pd.DataFrame:
    """One row an item: id, cluster (-1: noise), confidence, caption, label and columns."""
    frame = pd.DataFrame({"id": found.ids, "cluster": found.labels, "confidence": found.confidence})
    return pd.concat([frame, items.frame.reindex(found.ids).reset_index(drop=True)], axis=1)


def _on_the_map(workspace: Workspace, found: ClusteringRun) -> None:
    mapped = bool(workspace.runs("map"))
    without = None if mapped else "There is no map yet: draw one on the Map page"
    own, end = column_of(found.card), "which colours the map"
    ways = (
        ("Show on the Map page", "palette", own, write, f"Writes the clusters as a column, {end}"),
        ("Confidence", "gradient", f"{own} (confidence)", write_confidence, f"Writes from 0 to 1 for each item, {end}"),
    )
    for title, icon, column, action, help in ways:
        if st.button(title, key=f"map-by-{icon}", icon=f":material/{icon}:", disabled=not mapped, help=without or help):
            action(workspace, found, column)
            st.session_state["colour"] = column
            st.switch_page(state().pages["map"])


def _write(workspace: Workspace, items: Items, found: ClusteringRun) -> None:
    with st.form("write-column", border=False):
        column = st.text_input("Name of the column", column_of(found.card), key="write-name").strip()
        st.caption(f"Each of the {formats.counted(len(found), 'item')} gets the name of its cluster.")
        if st.form_submit_button("Write", key="write-column-now", icon=":material/label:"):
            with plainly():
                _check_new(column, items, found.card)
                write(workspace, found, column)
                st.toast(f"{formats.counted(len(found), 'item')} labelled in the column “{escaped(column)}”")
                st.rerun()


def _check_new(column: str, items: Items, card: RunCard) -> None:
    """Nobody's own column is overwritten by accident."""
    taken = column in items.kinds or (column == "label" and items.labels) or column == "caption"
    if taken and column != column_of(card):
        raise BadInput(f"there is a column {column!r} already: choose another name")


def delete(workspace: Workspace, entry: Entry) -> None:
    """Every seed of a line of the leaderboard."""
    for card in entry.cards:
        workspace.delete_run(card.id)


def _downloads(items: Items, found: ClusteringRun) -> None:
    card, whole = found.card, partial(table, items, found)
    stem = f"{card.method}-seed{card.seed}"
    each, how = "Cluster of each item", "Method, parameters, seed, versions and figures"
    files: tuple[File, ...] = (
        ("CSV", lambda: downloads.csv(whole()), f"{stem}.csv", each),
        ("Parquet", lambda: downloads.parquet(whole()), f"{stem}.parquet", each),
        ("Run card", lambda: downloads.run_card(card), f"{stem}.json", how),
    )
    take(files, quiet=False)
