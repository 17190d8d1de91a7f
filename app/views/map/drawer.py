"""The drawer at the right of the map: what was selected or found, or one item with its neighbours."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import downloads, formats, item_view, own_copy, store
from app.kit.gallery import gallery, pictures
from app.kit.items import Items
from app.kit.messages import escaped
from app.kit.state import Group, state
from app.scatter.drawn import NAMES, Drawn
from app.views.map import drawer
from core.tags import TAG
from core.workspace import RunCard, Workspace
from core.workspace.captions import caption_id

PAGE = 60
"""Thumbnails a page of the gallery."""


def show(workspace: Workspace, card: RunCard, items: Items, drawn: Drawn) -> None:
    """One item if one was clicked, else the group that was selected, found or placed last."""
    focus, group = state().focus, state().group
    if focus is not None and focus in items.captions:
        item_view.show(workspace, card.model, items, focus)
    elif group:
        _group(workspace, items, drawn, group)


def _group(workspace: Workspace, items: Items, drawn: Drawn, group: Group) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="drawer-title"):
        st.markdown(f"**{escaped(group.title)}**", width="stretch")
        st.button("Clear", key="clear", icon=":material/close:", type="tertiary", on_click=clear)
    st.caption(counted(group))
    _tag(workspace, group)
    _export(drawn, items, group)
    _pages(workspace, items, group)


def clear() -> None:
    """Closes the drawer; the map forgets its lasso and the search box its words."""
    state().forget()
    state().clear_map = True
    st.session_state["words"] = ""


def counted(group: Group) -> str:
    """`60 items, cosine similarity 0.312 to 0.221`."""
    scores = group.scores
    range = f", cosine similarity {formats.figure(scores[0])} to {formats.figure(scores[-1])}" if scores else ""
    return formats.counted(len(group.ids), "item") + range


def _pages(workspace: Workspace, items: Items, group: Group) -> None:
    count = -(-len(group.ids) // PAGE)
    place = st.container(key="found")
    page = st.pagination(count, key=f"drawer-page-{count}", max_visible_pages=5) if count > 1 else 1
    ids = group.ids[(page - 1) * PAGE : page * PAGE]
    notes = {id: f"{score:.3f}" for id, score in group.scored.items()}
    with place:
        shown = pictures(ids, items.captions, store.thumbnails(workspace, ids), notes, items.several)
        clicked = gallery(shown, "drawer-gallery", side=84)
    if clicked:
        state().focus = clicked
        st.rerun()


def _tag(workspace: Workspace, group: Group) -> None:
    with st.form("tag", border=False, clear_on_submit=True), st.container(horizontal=True, gap="xsmall"):
        value = st.text_input("Tag", key="tag-value", placeholder="Tag them, e.g. cats", label_visibility="collapsed")
        if st.form_submit_button("Tag", icon=":material/label:", key="save-tag") and value.strip():
            own_copy.change(workspace, partial(_tagged, group, value.strip()))


def _tagged(group: Group, value: str, workspace: Workspace) -> None:
    """Writes the tag; in a copy that has just been opened, the items stay in the drawer."""
    workspace.set_column(TAG, dict.fromkeys(group.ids, value))
    state().group = group
    st.toast(f"{formats.counted(len(group.ids), 'item')} tagged “{escaped(value)}” in the column “{TAG}”")


def _export(drawn: Drawn, items: Items, group: Group) -> None:
    rows = np.flatnonzero(drawn.rows(group.ids))
    table = partial(drawer.table, drawn, items, rows, group)
    with st.container(horizontal=True, gap="xsmall", key="export"):
        for title, write in (("CSV", downloads.csv), ("Parquet", downloads.parquet)):
            kind, help = title.lower(), "Ids, captions, labels, columns and places on the map"
            make = partial(_written, write, table)
            downloads.button(title, make, f"selection.{kind}", help, key=f"export-{kind}", quiet=False, width="stretch")


def _written(write: Callable[[pd.DataFrame], bytes], table: Callable[[], pd.DataFrame]) -> bytes:
    return write(table())


def table(drawn: Drawn, items: Items, rows: NDArray[np.integer], group: Group) -> pd.DataFrame:
    """One row a point: id, image or caption, place on the map, caption, label, columns, the group's title, score.

    Of an item with several captions, a point of a caption has its own, that of the image the first.
    """
    ids = drawn.ids[rows]
    xy = drawn.points.xy[rows]
    kinds = [NAMES[each] for each in drawn.modality[rows]]
    places = pd.DataFrame({"id": ids, "point": kinds, "x": xy[:, 0], "y": xy[:, 1], "selection": group.title})
    known = items.frame.reindex(ids).reset_index(drop=True)
    known["caption"] = [
        items.caption(caption_id(*each)) for each in zip(ids.tolist(), drawn.caption[rows], strict=True)
    ]
    scores = pd.DataFrame({"score": [group.scored.get(id) for id in ids]}) if group.scores else pd.DataFrame()
    return pd.concat([places, known, scores], axis=1)
