"""Items as pictures: a click shows one large, a button takes them all to the map."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import streamlit as st

from app.kit import item_view, store
from app.kit.gallery import gallery, pictures
from app.kit.rerun_guard import dialog
from app.kit.state import state
from core.workspace import Workspace
from core.workspace.columns import safe_name


def shown(
    workspace: Workspace,
    ids: Sequence[str],
    key: str,
    notes: Mapping[str, str] | None = None,
    side: int = 84,
    layout: Literal["grid", "list", "strip"] = "grid",
) -> None:
    """Draws the items with a short figure on each; a click shows the item large."""
    items = store.items(workspace)
    drawn = pictures(ids, items.captions, store.thumbnails(workspace, ids), notes, items.several)
    if clicked := gallery(drawn, key, side=side, layout=layout):
        look(workspace, clicked)


@dialog("Item", width="medium")
def look(workspace: Workspace, id: str) -> None:
    """One item, large, and the way to it on the map."""
    items = store.items(workspace)
    left, right = st.columns([3, 2], gap="medium")
    if image := store.image(workspace, id):
        left.container(key="pictured").image(image, width="stretch", alt=items.captions.get(id, ""))
    with right:
        item_view.facts(items, id)
        if workspace.runs("map") and st.button("Show on the map", key="item-on-map", icon=":material/scatter_plot:"):
            state().focus = id
            st.switch_page(state().pages["map"])


def to_the_map(workspace: Workspace, title: str, ids: Iterable[str], key: str, scores: Sequence[float] = ()) -> None:
    """A button that lights the items on the Map page, where they can be tagged and exported."""
    mapped = bool(workspace.runs("map"))
    help = "Lights them there, to be tagged, left out or exported" if mapped else "There is no map yet"
    icon = ":material/scatter_plot:"
    if st.button("On the map", key=key, icon=icon, type="tertiary", disabled=not mapped, help=help):
        state().show(title, ids, "found", scores)
        st.switch_page(state().pages["map"])


def headed(
    workspace: Workspace,
    heading: str,
    ids: Sequence[str],
    key: str,
    notes: Mapping[str, str],
    title: str,
    most: int | None = None,
    side: int = 84,
) -> None:
    """A line that names the items, with the way to the map, where they have that title; and the first most of them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(heading, width="stretch")
        if ids:
            to_the_map(workspace, title, ids, f"{key}-on-map")
    shown(workspace, ids[:most], key, notes, side)


def by_column(workspace: Workspace, name: str, what: str, values: Mapping[str, str | float], key: str) -> None:
    """A button that writes a column and colours the map by it. what: the values are, for the explanation."""
    column, mapped = safe_name(name), bool(workspace.runs("map"))
    help = f"Writes {what} as the column “{column}”, by which the map is coloured"
    if st.button("Colour the map", key=key, icon=":material/palette:", disabled=not mapped, help=help):
        workspace.set_column(column, dict(values))
        st.session_state["colour"] = column
        st.switch_page(state().pages["map"])
