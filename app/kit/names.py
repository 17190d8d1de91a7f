"""Names of groups as the pages show them: those of the newest run that named the same groups."""

import json
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.kit import store
from core.inputs import RUN
from core.workspace import RunCard, Workspace

KIND, COMMAND = "names", "names"
COLUMN = "names of"
"""How a column of names begins: on the map, these stand at the middles of their groups."""


@dataclass(frozen=True)
class Named:
    """A group with its name, its phrases and the captions nearest to it, as the command tells them."""

    group: str
    items: int
    name: str | None
    phrases: list[dict[str, Any]]
    captions: list[dict[str, Any]]


def newest(workspace: Workspace, by: str) -> RunCard | None:
    """The run that named these groups last: "run:ID", or a column's name."""
    return next((card for card in reversed(workspace.runs(KIND)) if card.metrics.get("by") == by), None)


def of_clustering(workspace: Workspace, run: str) -> dict[int, str]:
    """The names of a clustering's clusters by their numbers, 0, 1, …; empty where nobody has named them."""
    card = newest(workspace, RUN + run)
    known = card.metrics["names"] if card else {}
    return {int(group.removeprefix("cluster ")): name for group, name in known.items()}


def read(workspace: Workspace, card: RunCard) -> list[Named]:
    """Every group of a run, in the order of their numbers or names."""
    return _read(workspace.path, card.id)


@st.cache_resource(show_spinner=False, max_entries=24)
def _read(path: str, run: str) -> list[Named]:
    told = json.loads(str(store.opened(path).run(run).arrays["told"][0]))
    return [Named(**each) for each in told]
