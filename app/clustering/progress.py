"""Comparisons that run: the table fills as their runs end; what a method refused is told."""

import streamlit as st

from app import amounts
from app.clustering.runs import KIND, PACKAGE
from app.plain import escaped
from app.state import state
from core.jobs import Job, jobs
from core.methods import discover
from core.workspace import Workspace

POLL_SECONDS = 2.0


def show(workspace: Workspace, known: int) -> None:
    """While a comparison runs the page looks for new runs by itself; known: how many it shows."""
    mine = [job for job in jobs().list(workspace.path) if job.command == "cluster"]
    active = [job for job in mine if job.active]
    if active:
        st.caption(f":blue[:material/hourglass_top:] {_running(active)} Each run appears here as it ends.")
        st.fragment(_watch, run_every=POLL_SECONDS)(workspace, known)
    for job in mine[-1:]:
        if job.id not in state().dismissed:
            _refused(job)
        if job.state == "failed" and job.id not in state().dismissed:
            st.error(escaped(f"{job.title}: {job.error}"), icon=":material/error:")


def _watch(workspace: Workspace, known: int) -> None:
    if len(workspace.runs(KIND)) != known:
        st.rerun()


def _running(active: list[Job]) -> str:
    if len(active) > 1:
        return f"{amounts.counted(len(active), 'comparison')} are running."
    return f"“{escaped(active[0].title)}” is running."


def _refused(job: Job) -> None:
    for each in (job.result or {}).get("refused", []):
        method = discover(PACKAGE).get(each["method"])
        title = method.title if method else each["method"]
        st.caption(f":orange[:material/warning:] **{escaped(title)}** was left out: {escaped(each['reason'])}")
