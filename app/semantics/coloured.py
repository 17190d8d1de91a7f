"""The workspace's map in the colours of a result: a number or a group for each item."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app import store
from app.mapping import maps
from app.mapping.drawn import Drawn
from app.scatter import Colour, scatter
from app.semantics import pictured
from app.views.map import pictured as with_thumbnails
from core.workspace import RunCard, Workspace

PARTS = {"images": "Images", "captions": "Captions", "both": "Both"}
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
    if chosen is None:
        return None
    drawn = store.drawn(workspace, chosen, PARTS.get(card.space, "Both"))
    return drawn if len(drawn) else store.drawn(workspace, chosen, "Both")


def of_items(drawn: Drawn, ids: NDArray[np.str_], values: NDArray[Any], without: Any) -> NDArray[Any]:
    """A result's value for each point, and `without` for points of items that took no part: (N,)."""
    places = pd.Index(ids).get_indexer(drawn.ids)
    return np.where(places < 0, without, values[places])


def show(workspace: Workspace, card: RunCard, drawn: Drawn, colour: Colour, key: str) -> None:
    """Draws it; a point that is clicked shows its item."""
    picked = scatter(with_thumbnails(workspace, drawn.points), colour=colour, key=key)
    chosen = mapped(workspace, card)
    if chosen:
        st.caption(f"The map: {maps.title(chosen)}. Click a point to see its item.")
    before, st.session_state[f"{CLICKED}-{key}"] = st.session_state.get(f"{CLICKED}-{key}"), picked.clicked
    if picked.clicked is not None and picked.clicked != before:
        pictured.look(workspace, str(drawn.ids[picked.clicked]))
