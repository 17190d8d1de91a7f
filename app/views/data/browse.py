"""The items, page by page: thumbnails or a table, narrowed by words and label."""

from typing import Any

import pandas as pd
import streamlit as st

from app.kit import formats, forms, pictured, store
from app.kit.empty import say
from app.kit.gallery import data_url
from app.kit.items import Items
from core.workspace import Workspace

PAGE = {"Gallery": 60, "Table": 100}
EVERY = "Every label"


def show(workspace: Workspace, items: Items) -> None:
    """A line of filters and one page of what matches."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="filters"):
        words = st.text_input(
            "Filter",
            key="filter",
            type="search",
            placeholder="Filter by caption, label, column",
            label_visibility="collapsed",
        )
        label = st.selectbox("Label", [EVERY, *items.labels], key="label", label_visibility="collapsed", width=180)
        kind = forms.switch("View", list(PAGE), "view")
    found = items.matching(words, None if label == EVERY else label)
    if not len(found):
        st.info(
            "No item has these words: try fewer, or search by meaning on the Map page.", icon=":material/search_off:"
        )
        return
    _page(workspace, items, found, kind)


def empty() -> None:
    """What to do in a workspace without items."""
    with st.container(key="empty", horizontal_alignment="center"):
        line = "Drop images on the right, or give a folder; with captions, if there are any."
        say("add_photo_alternate", "No items yet", line)


def _page(workspace: Workspace, items: Items, found: pd.Index, kind: str) -> None:
    size = PAGE[kind]
    count = -(-len(found) // size)
    place = st.container(key="items")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        page = st.pagination(count, key=f"page-{kind}-{count}") if count > 1 else 1
        st.caption(
            f"{(page - 1) * size + 1:,} to {min(page * size, len(found)):,} of {formats.counted(len(found), 'item')}",
            width="content",
        )
    ids = found[(page - 1) * size : page * size].tolist()
    with place:
        if kind == "Table":
            _table(workspace, items, ids)
        else:
            pictured.shown(workspace, ids, "browse", side=104)


def _table(workspace: Workspace, items: Items, ids: list[str]) -> None:
    thumbnails = store.thumbnails(workspace, ids)
    frame = items.frame.loc[ids].reset_index(drop=True)
    frame["caption"] = [formats.shown(" / ".join(items.captions_of(id))) for id in ids]
    frame.insert(0, "image", [data_url(image) if (image := thumbnails.get(id)) else None for id in ids])
    columns: dict[str, Any] = {"image": st.column_config.ImageColumn("Image", width=56)}
    columns |= {name: name.replace("_", " ").capitalize() for name in frame.columns[1:]}
    st.dataframe(frame, hide_index=True, column_config=columns, row_height=48, height=560, key="table")
