"""The job tray: what runs, how far it is, how to stop it; on every page."""

from collections.abc import Sequence

import streamlit as st

from app.kit import progress
from app.kit.messages import escaped, message
from app.kit.person import own_jobs
from app.kit.progress import JOB_SECONDS
from app.kit.rerun_guard import watch
from app.kit.state import state
from app.shell import pages, report
from core.jobs import Job, jobs

SHOWN = 3
ENDED = {"done": ("check_circle", "green"), "stopped": ("stop_circle", "gray"), "failed": ("error", "red")}


def show() -> None:
    """The tray; it looks again by itself only while something runs. The page drawn after it knows what has ended."""
    ran = _runs()
    _news()
    runs = ran or _runs()  # what ended between the two is seen when it looks again
    st.fragment(_tray, run_every=JOB_SECONDS if runs else None)()
    if runs:
        watch(_news, JOB_SECONDS)


def outcome(job: Job) -> str:
    """One line about a finished job, with what a page makes of its result."""
    return progress.outcome(job, pages.summary(job) if job.state == "done" else "")


def _runs() -> bool:
    return any(job.active for job in own_jobs())


def _news() -> bool:
    """Whether jobs have ended since the last look; what comes after them is started."""
    ended = [job for job in own_jobs() if not job.active]
    if news := state().notice(job.id for job in ended):
        pages.go_on(ended)
    return news


def _tray() -> None:
    known = own_jobs()
    for job in known:
        if job.active:
            _active(job)
    _finished([job for job in known if not job.active and job.id not in state().dismissed][-SHOWN:])


def _active(job: Job) -> None:
    with st.container(key=f"job-{job.id}", gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{escaped(job.title)}**", width="stretch")
            st.button(
                "Stop",
                key=f"stop-{job.id}",
                on_click=_stop,
                args=(job.id,),
                type="tertiary",
                icon=":material/stop_circle:",
                disabled=job.stopping,
                help="What is done so far is kept",
            )
        progress.bar(job)


def _stop(id: str) -> None:
    if any(job.id == id for job in own_jobs()):
        jobs().stop(id)


def _finished(ended: Sequence[Job]) -> None:
    for job in reversed(ended):
        icon, colour = ENDED[job.state]
        st.caption(f":{colour}[:material/{icon}:] {message(outcome(job))}")
    if ended:
        every = {job.id for job in own_jobs() if not job.active}
        with st.container(horizontal=True, gap="xsmall"):
            st.button("Clear", key="clear-jobs", type="tertiary", on_click=state().dismissed.update, args=(every,))
            if any(job.state == "failed" for job in ended):
                report.offer("report-job")
