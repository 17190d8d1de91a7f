"""Pictures of the pairs that broke and of those that were won, with their captions."""

import pandas as pd
import streamlit as st

from app import store
from app.dimensions.changes import PARTS, Changes, changes, place, places
from app.dimensions.curves import Curve, Measure
from app.gallery import gallery, pictures
from app.items import Items
from app.mapping import item
from core.workspace import Workspace

PAGE = 8
SIDES = {
    "lost": ("Broken", "right with all dimensions, wrong now"),
    "won": ("Won", "wrong with all dimensions, right now"),
}


def show(workspace: Workspace, items: Items, curve: Curve, dimension: int, by: Measure) -> None:
    """Broken pairs on the left, won ones on the right; a click shows the pair large."""
    found = changes(curve, dimension, by)
    with st.container(key="changes", horizontal=True, gap="medium"):
        for side in SIDES:
            with st.container(key=f"changes-{side}"):
                clicked = _side(workspace, items, found, side, f"{curve.card.id}-{dimension}-{by.way}-{by.depth}")
            if clicked:
                _look(workspace, items, curve, dimension, clicked)
    st.caption(
        f"Of {found.tries:,} matches looked for; a pair is shown once. On each picture: the place at which its own "
        f"{_sought(by)} was found among all that were held out, with all dimensions and now; of several, the largest "
        "change. Click a picture for more."
    )


def _side(workspace: Workspace, items: Items, found: Changes, side: str, of: str) -> str | None:
    title, meaning = SIDES[side]
    table, tries = getattr(found, side), getattr(found, f"{side}_tries")
    st.markdown(f"**{title}: {tries:,}** :gray[{meaning}]")
    count = -(-len(table) // PAGE)
    if not count:
        st.caption("None.")
        return None
    place_of_gallery = st.container(key=f"{side}-gallery")
    page = st.pagination(count, key=f"{side}-page-{of}", max_visible_pages=5) if count > 1 else 1
    with place_of_gallery:
        return _gallery(workspace, items, table.iloc[(page - 1) * PAGE : page * PAGE], side)


def _gallery(workspace: Workspace, items: Items, rows: pd.DataFrame, side: str) -> str | None:
    ids = rows["id"].tolist()
    shown = pictures(ids, items.captions, store.thumbnails(workspace, list(dict.fromkeys(ids))))
    notes = [f"{place(before)} → {place(after)}" for before, after in zip(rows["before"], rows["after"], strict=True)]
    marked = [type(each)(each.id, each.thumbnail, each.caption, note) for each, note in zip(shown, notes, strict=True)]
    return gallery(marked, f"{side}-pictures", side=104)


def _sought(by: Measure) -> str:
    return " or ".join(PARTS[way] for way in by.ways)


@st.dialog("Pair")
def _look(workspace: Workspace, items: Items, curve: Curve, dimension: int, id: str) -> None:
    """One pair, large, and where each looked for the other."""
    item.large(workspace, items, id)
    for line in told(curve, dimension, id):
        st.caption(line)


def told(curve: Curve, dimension: int, id: str) -> list[str]:
    """A line a direction: `The caption, sought for the image, was found 1st of 944; in 64 dimensions 4th.`"""
    count = curve.held_out.shape[1]
    return [_told(way, of, count, dimension) for way, of in places(curve, dimension, id).groupby("way", sort=False)]


def _told(way: str, of: pd.DataFrame, count: int, dimension: int) -> str:
    sought, other = PARTS[way], PARTS["t2i" if way == "i2t" else "i2t"]
    before, after = (", ".join(_places(of[name].tolist())) for name in ("before", "after"))
    splits = f", in the {len(of)} splits that held it out" if len(of) > 1 else ""
    now = f"in {dimension:,} dimensions **{after}**"
    return f"The {sought}, sought for the {other}: **{before}** of {count:,}; {now}{splits}."


def _places(ranks: list[int]) -> list[str]:
    """A place a split, one where all are the same."""
    return [place(rank) for rank in (ranks if len(set(ranks)) > 1 else ranks[:1])]
