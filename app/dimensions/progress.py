"""Comparisons that run: the curve grows with each dimension that is done; what a method refused is told."""

from collections.abc import Sequence

import streamlit as st

from app import amounts, comparisons
from app.dimensions.curves import KIND, PACKAGE, Curve
from app.plain import escaped
from core.jobs import Job
from core.workspace import RunCard, Workspace

COMMAND = "reduce"
POLL_SECONDS = 2.0


def show(workspace: Workspace, cards: Sequence[RunCard], otherwise: str) -> None:
    """While a comparison runs the page looks by itself for what is new; cards: those it shows.

    otherwise: what stands in the same line while nothing runs, so that nothing moves when it ends.
    """
    with st.container(key="reduce-progress"):
        active = running(workspace)
        if active:
            comparisons.running(active, "Each point appears here as it is found.")
            st.fragment(_watch, run_every=POLL_SECONDS)(workspace, grown(cards))
        else:
            st.caption(otherwise)
        comparisons.ended(comparisons.of(workspace, COMMAND), PACKAGE)


def running(workspace: Workspace) -> list[Job]:
    """Comparisons that wait or run."""
    return [job for job in comparisons.of(workspace, COMMAND) if job.active]


def started(workspace: Workspace) -> int:
    """How many comparisons there have been since the server began."""
    return len(comparisons.of(workspace, COMMAND))


def stopped(workspace: Workspace, found: Sequence[Curve]) -> None:
    """A line for each curve that has ended too soon; while a comparison runs, none is said to have."""
    for curve in [] if running(workspace) else found:
        if curve.card.metrics.get("partial"):
            wanted = len(curve.card.metrics.get("dims", curve.dims))
            line = f"stopped after {len(curve.dims)} of {amounts.counted(wanted, 'number')} of dimensions."
            st.caption(f":orange[:material/warning:] **{escaped(curve.title)}**: {line}")


def grown(cards: Sequence[RunCard]) -> dict[str, int]:
    """How many points each curve has."""
    return {card.id: len(card.metrics.get("curve", [])) for card in cards}


def _watch(workspace: Workspace, known: dict[str, int]) -> None:
    if grown(workspace.runs(KIND)) != known:
        st.rerun()
