"""What to take away: figures, groups, distances, the bound, the run card; and how a method leaves the table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.comparison.actions import File, take
from app.comparison.menus import menu
from app.kit import downloads
from app.kit.messages import escaped, said
from app.views.groups.runs import KIND, SELECTOR, title
from core.runs.groups import GroupsRun
from core.workspace import Workspace


def show(workspace: Workspace, every: Sequence[GroupsRun], each: GroupsRun) -> None:
    """A menu of downloads, and one that deletes; each: the method on screen."""
    with st.popover("Export", icon=":material/download:", key="groups-export"):
        st.caption(f"Of {escaped(title(each))}, but for the figures, which are of all methods.")
        take(_files(every, each))
    with st.popover("", icon=":material/delete:", key="groups-delete", help="Delete a method from the comparison"):
        titles = {one.card.id: title(one) for one in every}
        chosen = menu("Method", titles, "groups-delete-which")
        st.caption("What is deleted is gone; the items stay.")
        st.button(
            "Delete it",
            key="groups-delete-now",
            icon=":material/delete:",
            on_click=said(delete),
            args=(workspace, every, chosen),
        )


def delete(workspace: Workspace, every: Sequence[GroupsRun], id: str) -> None:
    """The method with this setting, however often it was made on this comparison."""
    card = next(each.card for each in every if each.card.id == id)
    for alike in SELECTOR.alike(workspace.runs(KIND), card):
        workspace.delete_run(alike.id)


def figures(every: Sequence[GroupsRun]) -> pd.DataFrame:
    """A row a method, size and split: top-1 and mAP."""
    rows = []
    for each in every:
        for place, size in enumerate(each.sizes_asked):
            for split in range(each.top1.shape[1]):
                row = {"method": title(each), "size": size, "split": split}
                rows.append(row | {"top1": each.top1[place, split], "map": each.map[place, split]})
    return pd.DataFrame(rows)


def groups(each: GroupsRun) -> pd.DataFrame:
    """A row a group: its items, its most central one, and the nearest groups with their distances."""
    frame = pd.DataFrame({"group": each.names, "items": each.counts, "central": each.ids[each.central]})
    for place in range(each.nearest.shape[1]):
        frame[f"nearest_{place + 1}"] = each.names[each.nearest[:, place]]
        frame[f"distance_{place + 1}"] = each.nearest_distances[:, place]
    return frame


def distances(each: GroupsRun) -> pd.DataFrame:
    """The matrix, in the order of the heat map."""
    order = each.order
    names = each.names[order]
    return pd.DataFrame(each.between[order][:, order], index=pd.Index(names, name="group"), columns=names)


def bound(each: GroupsRun) -> pd.DataFrame:
    """A row a pair: its group, the size of both sets, the group where the bound is the tightest, and the sides."""
    columns = {
        "group": each.names[each.bound_of],
        "size": each.bound_size,
        "other": each.names[each.bound_other],
        "left": each.bound_left,
        "right": each.bound_right,
        "sharper": each.bound_sharper,
    }
    return pd.DataFrame(columns)


def _files(every: Sequence[GroupsRun], each: GroupsRun) -> list[File]:
    stem, matrix = f"groups-{each.card.method}", lambda: downloads.csv(distances(each), index=True)
    files: list[File] = [
        ("Figures", lambda: downloads.csv(figures(every)), "groups.csv", "A row a method, size and split"),
        ("Groups", lambda: downloads.csv(groups(each)), f"{stem}.csv", "A row a group, with its nearest groups"),
        ("Distances", matrix, f"{stem}-distances.csv", "The heat map's matrix"),
        ("Bound", lambda: downloads.csv(bound(each)), "groups-bound.csv", "A row a pair, both sides of the bound"),
        ("Run card", lambda: downloads.run_card(each.card), f"{stem}.json", "Method, parameters, figures"),
    ]
    return [file for file in files if len(each.between) or file[0] != "Distances"]
