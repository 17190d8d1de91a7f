"""What the pages that compare methods tell of their jobs: which run, which failed, what a method refused."""

from collections.abc import Sequence

import streamlit as st

from app import amounts
from app.plain import escaped
from app.state import state
from core.jobs import Job, jobs
from core.methods import discover
from core.workspace import Workspace


def of(workspace: Workspace, command: str) -> list[Job]:
    """The comparisons of a workspace by that command, the newest last."""
    return [job for job in jobs().list(workspace.path) if job.command == command]


def running(active: Sequence[Job], more: str) -> None:
    """One line while comparisons wait or run; more: what the page does meanwhile."""
    named = f"“{escaped(active[0].title)}” is running."
    if len(active) > 1:
        named = f"{amounts.counted(len(active), 'comparison')} are running."
    st.caption(f":blue[:material/hourglass_top:] {named} {more}")


def ended(comparisons: Sequence[Job], package: str) -> None:
    """What the last one refused or why it failed, until the person has dismissed it."""
    for job in comparisons[-1:]:
        if job.id not in state().dismissed:
            _refused(job, package)
            if job.state == "failed":
                st.error(escaped(f"{job.title}: {job.error}"), icon=":material/error:")


def _refused(job: Job, package: str) -> None:
    for each in (job.result or {}).get("refused", []):
        method = discover(package).get(each["method"])
        title = method.title if method else each["method"]
        st.caption(f":orange[:material/warning:] **{escaped(title)}** was left out: {escaped(each['reason'])}")
