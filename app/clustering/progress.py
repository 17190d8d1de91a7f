"""Comparisons that run: the table fills as their runs end; what a method refused is told."""

import streamlit as st

from app import comparisons
from app.clustering.runs import KIND, PACKAGE
from core.workspace import Workspace

POLL_SECONDS = 2.0


def show(workspace: Workspace, known: int) -> None:
    """While a comparison runs the page looks for new runs by itself; known: how many it shows."""
    mine = comparisons.of(workspace, "cluster")
    active = [job for job in mine if job.active]
    if active:
        comparisons.running(active, "Each run appears here as it ends.")
        st.fragment(_watch, run_every=POLL_SECONDS)(workspace, known)
    comparisons.ended(mine, PACKAGE)


def _watch(workspace: Workspace, known: int) -> None:
    if len(workspace.runs(KIND)) != known:
        st.rerun()
