"""What single groups found: a group with what came first for it, those that went wrong before the others."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app.comparison.menus import menu, page, switch
from app.kit import formats
from app.views.groups.cards import Card, Side, cards, follow
from app.views.groups.runs import MEAN, title
from core.runs.groups import Answers, GroupsRun
from core.workspace import Workspace

PAGE = 8
WAYS = {"wrong": "Wrong", "right": "Right", "won": "Right, where the mean is wrong", "lost": "Wrong, where it is right"}
LACKING = "This comparison was made by an earlier version: compare again to see what single groups found."


def show(workspace: Workspace, every: Sequence[GroupsRun], line: str, size: int) -> None:
    """Cards of a method at a size; what went farthest wrong first."""
    each = next(one for one in every if one.card.id == line)
    with st.container(key="searched-head", horizontal=True, vertical_alignment="bottom", gap="small"):
        _menus(every, each)
        made = each.answers.get(size)
        ways = sorted_ways(every, each, made, size) if made else {}
        way = _way(ways, each) if ways else None
    if made is None:
        st.caption(LACKING)
        return
    if way is None:
        return
    rows = ways[way]
    place = st.container(key="searched-cards")
    seen = page(rows, PAGE, f"searched-page-{line}-{size}-{way}")
    with place:
        if not len(rows):
            st.caption("None.")
        shown = [card(each, made, row) for row in seen]
        follow(workspace, cards(workspace, shown, "searched", wide=280), shown)
    st.caption(
        f"{title(each)}, groups of {formats.counted(size, 'item')}: {int(made.right.sum()):,} of "
        f"{len(made.right):,} right in the first cut of the first split. Left: what was searched with; right: what "
        "came first. Click a picture for the item, a card for both groups whole."
    )


def sorted_ways(every: Sequence[GroupsRun], each: GroupsRun, made: Answers, size: int) -> dict[str, np.ndarray]:
    """Rows of the queries by how they went, the farthest from right first."""
    plain = next((one for one in every if one.card.method == MEAN), None)
    mean = plain.answers.get(size) if plain and plain is not each else None
    order = np.argsort(-made.place, kind="stable")
    right = made.right[order]
    found = {"wrong": order[~right], "right": order[right]}
    if mean is not None:
        other = mean.right[order]
        found |= {"won": order[right & ~other], "lost": order[~right & other]}
    return found


def card(each: GroupsRun, made: Answers, row: int) -> Card:
    """What was searched with, and what came first for it."""
    given, got = made.queries[row], made.gallery[made.nearest[row]]
    right = bool(made.right[row])
    note = "" if right else f"the first right one is {formats.ordinal(int(made.place[row]))}"
    asked = Side(each.name_of(given[0]), tuple(each.ids[given].tolist()))
    answer = Side(each.name_of(got[0]), tuple(each.ids[got].tolist()), note, "right" if right else "wrong")
    return Card(str(row), (asked, answer))


def _menus(every: Sequence[GroupsRun], each: GroupsRun) -> None:
    """The choice of the figures, without the mouse's aim."""
    titles = {one.card.id: title(one) for one in every}
    menu("What single groups found by", titles, "groups-line", width=250)
    sizes = {size: f"{size:,}" for size in each.sizes_asked}
    menu("Items in a group", sizes, "groups-size", width=130, persist_state="session")


def _way(ways: dict[str, np.ndarray], each: GroupsRun) -> str:
    titles = {way: f"{WAYS[way]}: {len(rows):,}" for way, rows in ways.items()}
    return switch("Which", titles, f"searched-way-{each.card.method == MEAN}", "wrong")
