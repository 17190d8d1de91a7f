"""One item, large: picture, captions, columns, nearest images and nearest captions."""

from html import escape
from typing import Literal

import numpy as np
import streamlit as st

from app.kit import formats, store
from app.kit.gallery import gallery, pictures
from app.kit.items import Items
from app.kit.messages import escaped
from app.kit.state import state
from core.results import Embeddings, Floats
from core.search import Hits, search
from core.workspace import Workspace
from core.workspace.captions import item_of

NEAREST = {"image": ("Nearest images", 8), "text": ("Nearest captions", 6)}
LAYOUTS: dict[str, Literal["grid", "list"]] = {"image": "grid", "text": "list"}
ALIKE = 20
"""So many captions may say the same."""


def show(workspace: Workspace, model: str, items: Items, id: str) -> None:
    """Draws the item, with a way back to the group it was chosen from."""
    _title()
    large(workspace, items, id)
    for modality, (title, _) in NEAREST.items():
        hits = neighbours(workspace, model, modality, items, id)
        if len(hits.ids):
            st.markdown(f"**{title}**", help="Cosine similarity of the embeddings; 1 is the same direction")
            _neighbours(workspace, items, modality, hits)


def large(workspace: Workspace, items: Items, id: str) -> None:
    """The picture, the captions, and what else is known of the item."""
    if image := store.image(workspace, id):
        with st.container(key="large"):
            st.image(image, width="stretch", alt=items.captions.get(id, ""))
    facts(items, id)


def facts(items: Items, id: str) -> None:
    """All captions of the item, and its label and further columns as a small table."""
    captions = [escaped(caption) for caption in items.captions_of(id)]
    listed = "\n".join(f"{number}. {caption}" for number, caption in enumerate(captions, 1))
    st.markdown(listed if len(captions) > 1 else "".join(captions) or ":gray[No caption]")
    rows = (
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(formats.shown(_plain(value)))}</dd>"
        for name, value in items.described(id).items()
    )
    if table := "".join(rows):
        st.html(f"<dl class='facts'>{table}</dl>")


def neighbours(workspace: Workspace, model: str, modality: str, items: Items, id: str) -> Hits:
    """The nearest images or captions to an item, by its own image where that is embedded, else by its caption.

    Of captions that say the same, one is given; ids are those of captions.
    """
    among, count = store.embeddings(workspace, model, modality), NEAREST[modality][1]
    own = (_row(store.embeddings(workspace, model, kind), id) for kind in NEAREST)
    query = next((row for row in own if row is not None), None)
    if query is None or not len(among):
        return Hits(np.empty(0, np.str_), np.empty(0, np.float32))
    hits = search(among, query, ALIKE * count)
    others = {
        each if modality == "image" else items.caption(each): row
        for row, each in reversed(list(enumerate(hits.ids.tolist())))
        if item_of(each) != id
    }
    rows = sorted(others.values())[:count]
    return Hits(hits.ids[rows], hits.scores[rows])


def _title() -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="drawer-title"
    ):
        if group := state().group:
            st.button(escaped(group.title), key="back", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
        else:
            st.markdown("**Item**", width="content")
        st.button("Close", key="clear", icon=":material/close:", type="tertiary", on_click=_leave)


def _leave() -> None:
    state().focus = None


def _plain(value: object) -> str:
    return formats.figure(value) if isinstance(value, float) else str(value)


def _row(embeddings: Embeddings, id: str) -> Floats | None:
    rows = np.flatnonzero(embeddings.ids == id)
    return embeddings.vectors[rows[0]] if len(rows) else None


def _neighbours(workspace: Workspace, items: Items, modality: str, hits: Hits) -> None:
    ids = hits.ids.tolist()
    notes = {each: f"{score:.3f}" for each, score in zip(ids, hits.scores, strict=True)}
    thumbnails = store.thumbnails(workspace, ids) if modality == "image" else {}
    captions = {each: items.caption(each) for each in ids}
    shown, layout = pictures(ids, captions, thumbnails, notes), LAYOUTS[modality]
    clicked = gallery(shown, f"nearest-{modality}", side=72, layout=layout)
    if clicked:
        state().focus = item_of(clicked)
        st.rerun()
