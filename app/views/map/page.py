"""The Map page: how do the images and captions lie?"""

import numpy as np
import streamlit as st
from msgspec import convert
from numpy.typing import NDArray

from app.kit import formats, store
from app.kit.empty import bring, middle, say
from app.kit.names import COLUMN
from app.kit.page import Outcome, Page, Result
from app.kit.state import state
from app.scatter import Colour, Label, Picked, colours, scatter, select
from app.scatter import maps as of_workspace
from app.scatter.drawn import Drawn
from app.views.map import bar, drawer, figures, maps
from core.jobs import Job, jobs
from core.runs.map import MapResult
from core.workspace import Workspace

KEY = "map"
WARM_AFTER = 5.0
"""Seconds in which the first frame has the cores for itself."""


def show() -> None:
    """One line of controls, the map with its drawer, one line of figures."""
    workspace = store.current()
    cards = workspace.runs("map")
    if not cards:
        without_a_map(workspace)
        return
    card, items = maps.chosen(cards), store.items(workspace)
    view = bar.show(workspace, cards, card, items)
    drawn = of_workspace.drawn(workspace, card, view.part)
    with st.container(key="stage", horizontal=True, gap="xsmall"):
        with st.container(key="canvas"):
            points = of_workspace.with_thumbnails(workspace, drawn.points)
            if state().clear_map:
                select(KEY, points, np.zeros(0, int))
                state().clear_map = False
            colour = colours.colour(view.colour, items, drawn)
            labels = named(view.colour, colour, drawn)
            picked = scatter(points, colour=colour, hits=lit(drawn), labels=labels, focus=focus(drawn), key=KEY)
        notice(picked, drawn)
        if state().group or state().focus:
            with st.container(key="drawer", width=340):
                drawer.show(workspace, card, items, drawn)
    figures.show(workspace, card, drawn)
    jobs().warm(after=WARM_AFTER)


def without_a_map(workspace: Workspace) -> None:
    """One line about why there is no map, and the button that helps."""
    with middle():
        running = [job for job in jobs().list(workspace.path) if job.active]
        if running:
            say("hourglass_top", "The map is on its way", f"{running[0].title} is running; the map appears here.")
        elif not workspace.models():
            _nothing(workspace.count())
        else:
            say("scatter_plot", "No map yet", "The items are embedded; choose how to draw them.")
            if st.button("New map", key="new-map", type="primary", icon=":material/add:"):
                maps.new(workspace)


def _nothing(count: int) -> None:
    if count:
        say("memory", "Nothing to map yet", f"{formats.counted(count, 'item')} wait to be embedded by a model.")
    else:
        say("add_photo_alternate", "Nothing to map yet", "Bring images or captions first; then they are mapped.")
    bring(count)


def named(column: str | None, colour: Colour | None, drawn: Drawn) -> list[Label]:
    """The names of a column of names, at the middles of their groups."""
    if column is None or colour is None or colour.codes is None or not column.startswith(COLUMN):
        return []
    known = {code: name for code, name in enumerate(colour.names) if name != colours.NOTHING}
    return colours.labels(drawn, colour.codes, known)


def lit(drawn: Drawn) -> NDArray[np.bool_] | None:
    """The rows that a search found or a job just placed; a lasso shows itself."""
    group = state().group
    return drawn.rows(group.ids) if group and group.origin != "selected" else None


def focus(drawn: Drawn) -> int | None:
    """The row of the item looked at, its image where it has one."""
    rows = np.flatnonzero(drawn.ids == state().focus)
    return int(rows[0]) if len(rows) else None


def notice(picked: Picked, drawn: Drawn) -> None:
    """A new lasso fills the drawer, a new click shows the item; what was picked before changes nothing."""
    key, now = drawn.points.key, state()
    before, now.selection = now.selection, (key, picked.selection.tobytes())
    if now.selection != before and len(picked.selection):
        now.show("Selection", drawn.items(picked.selection), "selected")
    elif before[1] and not len(picked.selection) and before[0] == key and now.group and now.group.origin == "selected":
        now.forget()
    clicked, now.clicked = now.clicked, (key, picked.clicked)
    if now.clicked != clicked and picked.clicked is not None:
        now.focus = str(drawn.ids[picked.clicked])


def on_screen(job: Job, result: Result) -> None:
    """The map comes on screen, with what was put on it lit."""
    found = convert(result, MapResult)
    of_workspace.bring_on_screen(job.workspace, str(found.run), found.placed or 0)


OUTCOME = Outcome(lambda result: convert(result, MapResult).summary(), on_screen)
PAGE = Page("Map", ":material/scatter_plot:", 2, show, {"map": OUTCOME, "place": OUTCOME}, is_first=True)
