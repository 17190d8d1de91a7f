"""Groups beside each other: on the map of items, as a heat map of their distances, and the nearest of one."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from app.comparison.chart import clickable
from app.comparison.menus import menu
from app.kit import charts, formats, pictured, store
from app.kit.messages import escaped
from app.scatter import maps
from app.views.groups import places
from app.views.groups.cards import Card, Side, cards, follow, whole
from app.views.groups.heat import heat
from app.views.groups.styles import CONFIG
from core.groups.overview import MOST_SHOWN
from core.runs.groups import GroupsRun
from core.workspace import Workspace

GROUP, MAP_KEY = "groups-group", "groups-map"
NEXT = "groups-group-next"
"""A group chosen below the menu, which is drawn already: it comes on screen with the next run."""
NEAREST, MEMBERS = 8, 28


def show(workspace: Workspace, each: GroupsRun) -> None:
    """Map and heat map side by side, and below them the group on screen."""
    group = now(each)
    central = _central(workspace, each)
    with st.container(key="together", horizontal=True, gap="medium"):
        with st.container(key="together-map"):
            _map(workspace, each, group, central)
        with st.container(key="together-heat", width=470):
            _heat(workspace, each, group, central)
    with st.container(key="group-head", horizontal=True, vertical_alignment="bottom", gap="small"):
        _menu(each)
        pictured.to_the_map(workspace, str(each.names[group]), each.members(group), "group-on-map")
    with st.container(key="group-stage", horizontal=True, gap="medium"):
        with st.container(key="group-members"):
            _members(workspace, each, group)
        with st.container(key="group-nearest"):
            _nearest(workspace, each, group)


def now(each: GroupsRun) -> int:
    """The group on screen: the one chosen, else the largest."""
    name = st.session_state.pop(NEXT, None) or st.session_state.get(GROUP)
    rows = np.flatnonzero(each.names == name)
    group = int(rows[0]) if len(rows) else int(each.counts.argmax())
    st.session_state[GROUP] = str(each.names[group])
    return group


def choose(each: GroupsRun, group: int) -> None:
    st.session_state[GROUP] = str(each.names[group])


def nearest(each: GroupsRun, group: int) -> list[tuple[int, float]]:
    """The nearest other groups and their distances."""
    rows = each.nearest[group][:NEAREST].tolist()
    return list(zip(rows, each.nearest_distances[group][:NEAREST].tolist(), strict=True))


def _central(workspace: Workspace, each: GroupsRun) -> dict[int, bytes]:
    """The picture of each group's most central item."""
    if len(each.names) > MOST_SHOWN:
        return {}
    ids = each.ids[each.central].tolist()
    known = store.thumbnails(workspace, ids)
    return {group: known[id] for group, id in enumerate(ids) if known.get(id)}


def _map(workspace: Workspace, each: GroupsRun, group: int, central: dict[int, bytes]) -> None:
    st.markdown(
        "**Groups on the map of items**",
        help="A group stands at its most central item: the one whose own embedding, as a group of one, is nearest to "
        "the group's. The area of a circle grows with the number of items. Neighbours on a flat map may be far apart: "
        "the lines lead to the groups that are nearest by their embeddings.",
    )
    drawn = maps.points_of_run(workspace, each.card)
    if drawn is None:
        st.caption("There is no map of these items yet: draw one on the Map page, and the groups stand on it here.")
        return
    figure, config = places.figure(each, drawn, group, central), {**CONFIG, "scrollZoom": True}
    clickable(figure, MAP_KEY, lambda event: _clicked(each, event), "Groups on the map of items", config)
    missing = len(each.names) - len(places.Placed.of(each, drawn).known)
    left = f" {formats.counted(missing, 'group')} are not on this map." if missing else ""
    over = f" Of {len(drawn):,} items {places.ITEMS:,} are drawn." if len(drawn) > places.ITEMS else ""
    card = maps.of_run(workspace, each.card)
    colours = f"Orange: it and its items; blue: the {places.NEIGHBOURS} nearest."
    st.caption(f"Click a group. {colours} {maps.title(card) if card else ''}.{left}{over}")


def _heat(workspace: Workspace, each: GroupsRun, group: int, central: dict[int, bytes]) -> None:
    st.markdown(
        "**Distances between groups**",
        help="Euclidean, between the embeddings of whole groups by this method; rows and columns ordered by average "
        "linkage with optimal leaf order, so that like groups lie together.",
    )
    between = each.between
    if not len(between):
        st.caption(f"Of more than {MOST_SHOWN:,} groups only the nearest are kept: choose one below.")
        return
    order = each.order.tolist()
    clicked = heat(between, order, each.names.tolist(), central, group, "groups-heat")
    st.caption("Like groups lie together. Click a cell to see both groups; the orange cross is the group below.")
    if clicked:
        _both(workspace, each, *clicked)


def _both(workspace: Workspace, each: GroupsRun, first: int, second: int) -> None:
    """What a cell of the heat map stands for."""
    distance = float(each.between[first, second])
    pair = dict.fromkeys((first, second))
    sides = [Side(str(each.names[group]), tuple(each.members(group))) for group in pair]
    if len(sides) > 1:
        sides[1] = Side(sides[1].title, sides[1].ids, f"distance {distance:.3f}")
    whole(workspace, sides)


def _menu(each: GroupsRun) -> None:
    counts = sorted(zip(each.names.tolist(), each.counts.tolist(), strict=True), key=lambda pair: pair[0].casefold())
    titles = {name: f"{name} ({count:,})" for name, count in counts}
    menu("Group", titles, GROUP, width=320, persist_state="session")


def _members(workspace: Workspace, each: GroupsRun, group: int) -> None:
    ids = each.members(group)
    st.markdown(f"**{escaped(str(each.names[group]))}**, {formats.counted(len(ids), 'item')}, the most central first")
    shown = ids[:MEMBERS]
    pictured.shown(workspace, shown, "group-gallery", side=72)
    if len(ids) > MEMBERS:
        st.caption(f"The first {MEMBERS} of them.")


def _nearest(workspace: Workspace, each: GroupsRun, group: int) -> None:
    st.markdown("**Nearest groups**", help="By the distance of the heat map, whole groups")
    shown: Sequence[Card] = [
        Card(str(other), (Side(str(each.names[other]), tuple(each.members(other)), f"distance {distance:.3f}"),))
        for other, distance in nearest(each, group)
    ]
    clicked = cards(workspace, shown, "nearest-groups", wide=170)
    if clicked and clicked.item is None:
        st.session_state[NEXT] = str(each.names[int(clicked.card)])
        st.rerun()
    follow(workspace, clicked, shown)


def _clicked(each: GroupsRun, event: Mapping[str, Any]) -> None:
    if point := charts.clicked(event):
        choose(each, int(point[0]))
