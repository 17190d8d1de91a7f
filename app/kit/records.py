"""Kept results as the pages read them, each once."""

from typing import Any, TypeVar

import streamlit as st

from app.kit import store
from core.errors import MissingData
from core.results import Floats, Strings, places
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


def vectors(workspace: Workspace, card: RunCard, ids: Strings, model: str | None = None) -> Floats:
    """The items of a run (N,) in its space, as its model or another has them: (N, D) unit rows, in their order.

    Raises `MissingData` where some are no longer embedded.
    """
    return _vectors(workspace.path, workspace.version, model or card.model, card.space, card.id, ids)


@st.cache_resource(show_spinner="Reading the embeddings …", max_entries=4)
def _vectors(path: str, version: int, model: str, space: str, run: str, _ids: Strings) -> Floats:
    from core.commands.items import item_rows

    rows = item_rows(path, space, model)
    found = places(_ids, rows.ids)
    if gone := int((found < 0).sum()):
        raise MissingData(f"{gone:,} of the result's items are no longer embedded by {model}: make it again")
    return rows.vectors if len(_ids) == len(rows) and (_ids == rows.ids).all() else rows.vectors[found]
