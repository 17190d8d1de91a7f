"""The vectors that a result was found with, in its items' order."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import store
from core.errors import MissingData
from core.results import Floats
from core.workspace import RunCard, Workspace


def vectors(workspace: Workspace, card: RunCard) -> Floats:
    """(N, D) unit rows; raises `MissingData` where some items are no longer embedded."""
    return _vectors(workspace.path, workspace.version, card.model, card.space, card.id)


def arrays(workspace: Workspace, card: RunCard) -> dict[str, NDArray]:
    """Of a run, which never changes."""
    return _arrays(workspace.path, card.id)


@st.cache_resource(show_spinner="Reading the embeddings …", max_entries=3)
def _vectors(path: str, version: int, model: str, space: str, run: str) -> Floats:
    from core.commands.items import item_rows

    rows, ids = item_rows(path, space, model), store.opened(path).run(run).arrays["ids"]
    places = pd.Index(rows.ids).get_indexer(ids)
    if gone := int((places < 0).sum()):
        raise MissingData(f"{gone:,} of the result's items are no longer embedded by {model}: ask again")
    whole = len(places) == len(rows) and bool((places == np.arange(len(places))).all())
    return rows.vectors if whole else rows.vectors[places]


@st.cache_resource(show_spinner=False, max_entries=12)
def _arrays(path: str, run: str) -> dict[str, NDArray]:
    return dict(store.opened(path).run(run).arrays)
