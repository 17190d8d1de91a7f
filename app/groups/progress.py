"""Comparisons that run: the table fills as each method ends; what a method refused is told."""

from collections.abc import Sequence

import streamlit as st

from app import comparisons
from app.groups.runs import KIND, PACKAGE
from core.jobs import Job
from core.workspace import RunCard, Workspace

COMMAND = "groups"
POLL_SECONDS = 2.0


def show(workspace: Workspace, cards: Sequence[RunCard], otherwise: str) -> None:
    """While a comparison runs the page looks by itself for what is new; cards: those it shows.

    otherwise: what stands in the same line while nothing runs, so that nothing moves when it ends.
    """
    with st.container(key="groups-progress"):
        active = running(workspace)
        if active:
            comparisons.running(active, "Each method appears here when it is done, the mean first.")
            st.fragment(_watch, run_every=POLL_SECONDS)(workspace, [card.id for card in cards])
        else:
            st.caption(otherwise)
        comparisons.ended(comparisons.of(workspace, COMMAND), PACKAGE)


def running(workspace: Workspace) -> list[Job]:
    """Comparisons that wait or run."""
    return [job for job in comparisons.of(workspace, COMMAND) if job.active]


def started(workspace: Workspace) -> int:
    """How many comparisons there have been since the server began."""
    return len(comparisons.of(workspace, COMMAND))


def _watch(workspace: Workspace, known: list[str]) -> None:
    if [card.id for card in workspace.runs(KIND)] != known:
        st.rerun()
