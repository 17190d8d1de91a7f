"""The workspace's map in the colours of a result: a number or a group for each item."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit import pictured
from app.scatter import Colour, Picked, maps, scatter
from app.scatter.drawn import Drawn
from core.workspace import RunCard, Workspace

WITHOUT = "There is no map of these items yet: draw one on the Map page, and it takes these colours."
CLICKED = "semantics-clicked"


def show(workspace: Workspace, card: RunCard, drawn: Drawn, colour: Colour, key: str) -> None:
    """Draws it; a point that is clicked shows its item."""
    picked = scatter(maps.with_thumbnails(workspace, drawn.points), colour=colour, key=key)
    chosen = maps.of_run(workspace, card)
    if chosen:
        st.caption(f"The map: {maps.title(chosen)}. Click a point to see its item.")
    follow(workspace, drawn.ids, picked, key)


def follow(workspace: Workspace, ids: NDArray[np.str_], picked: Picked, key: str) -> None:
    """A point that was clicked just now shows its item; ids: (N,) of the points; key: of the map."""
    before, st.session_state[f"{CLICKED}-{key}"] = st.session_state.get(f"{CLICKED}-{key}"), picked.clicked
    if picked.clicked is not None and picked.clicked != before:
        pictured.look(workspace, str(ids[picked.clicked]))
