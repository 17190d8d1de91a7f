"""Pairs that broke and pairs that were won, as pictures and captions, with what was found instead of the partner."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.comparison.menus import page
from app.kit import formats, item_view, store
from app.kit.gallery import gallery, pictures
from app.kit.items import Items
from app.kit.messages import escaped
from app.kit.rerun_guard import dialog
from app.views.dimensions.changes import PARTS, Changes, changes, places
from app.views.dimensions.matches import Cell, Match, matches
from app.views.dimensions.measure import Measure, tries
from core.runs.reduction import ReductionRun
from core.workspace import Workspace

GIVEN = {"i2t": "image", "t2i": "caption"}
"""What is sought with each way."""
PAGE = 6
SIDES = {
    "lost": ("Broken", "right with all dimensions, wrong now", "first now"),
    "won": ("Won", "wrong with all dimensions, right now", "first before"),
}
"""Of each its title, its meaning, and when what was found instead comes first."""

SEVERAL = " An image is right when any of its captions comes first; each caption asks for its image by itself."
UNKNOWN = " This curve is of an earlier version: compare again to see what came first."


def show(workspace: Workspace, items: Items, curve: ReductionRun, dimension: int, by: Measure) -> None:
    """Broken pairs on the left, won ones on the right; a click shows the pair large."""
    found = changes(curve, dimension, by)
    with st.container(key="changes", horizontal=True, gap="medium"):
        for side in SIDES:
            with st.container(key=f"changes-{side}"):
                clicked = _side(workspace, items, found, side, f"{curve.card.id}-{dimension}-{by.way}-{by.depth}")
            if clicked:
                _look(workspace, items, curve, dimension, clicked)
    sought = " or ".join(PARTS[way] for way in by.ways)
    several = "" if curve.asks.all() else SEVERAL
    unknown = "" if curve.knows_others else UNKNOWN
    st.caption(
        f"Of {found.tries:,} matches looked for; a pair is shown once, with its largest change. A card: what was "
        f"sought with; its own {sought} and the place of that among all held out, before and now; what came first "
        f"instead. Click a card for more.{several}{unknown}"
    )


def _side(workspace: Workspace, items: Items, found: Changes, side: str, of: str) -> str | None:
    title, meaning, _ = SIDES[side]
    table, tries = getattr(found, side), getattr(found, f"{side}_tries")
    st.markdown(f"**{title}: {tries:,}** :gray[{meaning}]")
    if table.empty:
        st.caption("None.")
        return None
    place_of_gallery = st.container(key=f"{side}-gallery")
    seen = page(table, PAGE, f"{side}-page-{of}")
    with place_of_gallery:
        return matches(cards(workspace, items, seen, side), f"{side}-pictures")


def cards(workspace: Workspace, items: Items, rows: pd.DataFrame, side: str) -> list[Match]:
    """One a row: the item as it sought, its own partner, and what came first instead where the run says."""
    ids = [id for id in dict.fromkeys([*rows["id"], *rows["instead"]]) if id]
    drawn = store.thumbnails(workspace, ids)
    return [_card(row, side, items, drawn) for row in rows.itertuples()]


def _card(row: Any, side: str, items: Items, drawn: Mapping[str, bytes]) -> Match:
    """The caption that sought, or all of those that were sought for the image; the nearest other."""
    given, sought = GIVEN[row.way], PARTS[row.way]
    mine = " / ".join(items.captions_of(row.id)) if sought == "caption" else items.caption(row.caption)
    own = f"own: {formats.ordinal(row.before)} → {formats.ordinal(row.after)}"
    cells = [(given, mine, row.id, given), (own, mine, row.id, sought)]
    if row.instead:
        cells.append((SIDES[side][2], items.caption(row.instead), row.instead, sought))
    shown = (Cell(title, said, drawn.get(id) if part == "image" else None) for title, said, id, part in cells)
    return Match(row.id, tuple(shown))


@dialog("Pair")
def _look(workspace: Workspace, items: Items, curve: ReductionRun, dimension: int, id: str) -> None:
    """One pair, large, where each looked for the other, and what came first instead."""
    item_view.large(workspace, items, id)
    for way, of in places(curve, dimension, id).groupby("way", sort=False):
        count = tries(curve, Measure("i2t")) if PARTS[str(way)] == "image" else curve.held_out.shape[1]
        st.caption(sentence(str(way), of, count, dimension))
        _instead(workspace, items, of, str(way), dimension)


def sentence(way: str, of: pd.DataFrame, count: int, dimension: int) -> str:
    """A direction in a line: `The caption, sought for the image: 1st of 944; in 64 dimensions 4th.`"""
    before, after = (", ".join(_places(of[name].tolist())) for name in ("before", "after"))
    number = of["split"].nunique() if "split" in of else len(of)
    splits = f", in the {number} splits that held it out" if number > 1 else ""
    now = f"in {dimension:,} dimensions **{after}**"
    return f"The {PARTS[way]}, sought for the {GIVEN[way]}: **{before}** of {count:,}; {now}{splits}."


def first(of: pd.DataFrame, rank: str) -> list[str]:
    """What came first in the splits in which the partner did not; rank: "before" or "after"."""
    wrong = of.loc[of[rank] > 0, f"other_{rank}"]
    return [id for id in dict.fromkeys(wrong) if id]


def _instead(workspace: Workspace, items: Items, of: pd.DataFrame, way: str, dimension: int) -> None:
    for rank, where in (("before", "With all dimensions"), ("after", f"In {dimension:,} dimensions")):
        ids = first(of, rank)
        if not ids:
            continue
        begin = f"{where} another {PARTS[way]} came first:"
        if PARTS[way] == "caption":
            said = (escaped(items.caption(id)) for id in ids)
            st.caption(f"{begin} {', '.join(f'“{each}”' for each in said)}.")
        else:
            st.caption(begin)
            gallery(pictures(ids, items.captions, store.thumbnails(workspace, ids)), f"first-{rank}", side=72)


def _places(ranks: list[int]) -> list[str]:
    """A place a split, one where all are the same."""
    return [formats.ordinal(rank) for rank in (ranks if len(set(ranks)) > 1 else ranks[:1])]
