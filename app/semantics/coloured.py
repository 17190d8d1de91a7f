"""The workspace's map in the colours of a result: a number or a group for each item."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import pictured
from app.mapping import maps
from app.mapping.drawn import Drawn
from app.scatter import Colour, Picked, scatter
from app.views.map import pictured as with_thumbnails
from core.workspace import RunCard, Workspace

WITHOUT = "There is no map of these items yet: draw one on the Map page, and it takes these colours."
CLICKED = "semantics-clicked"


def mapped(workspace: Workspace, card: RunCard) -> RunCard | None:
    """The newest map of the result's model, else the newest; None where there is none."""
    cards = workspace.runs("map")
    model = [each for each in cards if each.model == card.model]
    space = [each for each in model if each.space == card.space]
    return next(reversed(space or model or cards), None)


def points(workspace: Workspace, card: RunCard) -> Drawn | None:
    """Those of the map that are of the result's space, else all; None without a map."""
    chosen = mapped(workspace, card)
    return maps.points(workspace, chosen, card.space) if chosen else None


def show(workspace: Workspace, card: RunCard, drawn: Drawn, colour: Colour, key: str) -> None:
    """Draws it; a point that is clicked shows its item."""
    picked = scatter(with_thumbnails(workspace, drawn.points), colour=colour, key=key)
    chosen = mapped(workspace, card)
    if chosen:
        st.caption(f"The map: {maps.title(chosen)}. Click a point to see its item.")
    follow(workspace, drawn.ids, picked, key)


def follow(workspace: Workspace, ids: NDArray[np.str_], picked: Picked, key: str) -> None:
    """A point that was clicked just now shows its item; ids: (N,) of the points; key: of the map."""
    before, st.session_state[f"{CLICKED}-{key}"] = st.session_state.get(f"{CLICKED}-{key}"), picked.clicked
    if picked.clicked is not None and picked.clicked != before:
        pictured.look(workspace, str(ids[picked.clicked]))
