"""The arrays of a result, kept as long as the process lives."""

import streamlit as st
from numpy.typing import NDArray

from app.kit import store
from core.workspace import RunCard, Workspace


def arrays(workspace: Workspace, card: RunCard) -> dict[str, NDArray]:
    """Of a run, which never changes."""
    return _arrays(workspace.path, card.id)


@st.cache_resource(show_spinner=False, max_entries=12)
def _arrays(path: str, run: str) -> dict[str, NDArray]:
    return dict(store.opened(path).run(run).arrays)
