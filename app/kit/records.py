"""Kept results as the pages read them, each once."""

from typing import Any, TypeVar

import streamlit as st

from app.kit import store
from core.runs.record import Record
from core.workspace import RunCard, Workspace

Kept = TypeVar("Kept", bound=Record[Any])
READ = 128
"""Records that are held."""


def read(workspace: Workspace, kind: type[Kept], card: RunCard) -> Kept:
    """The record of a card; read anew where the card has changed, as that of a run that grows."""
    return _read(workspace.path, card.to_json(), card.id, kind)


@st.cache_resource(show_spinner=False, max_entries=READ)
def _read(path: str, card: str, id: str, _kind: type[Kept]) -> Kept:
    return _kind.load(store.opened(path), id)
