"""What a page tells of its jobs: what runs, what failed, what a method refused; it looks by itself for what is new."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from msgspec import convert
from streamlit.delta_generator import DeltaGenerator

from app.kit import formats, person
from app.kit.messages import escaped, message
from app.kit.rerun_guard import watch
from app.kit.state import state
from core.jobs import Job, jobs
from core.methods import RefusedMethod, discover
from core.workspace import RunCard, Workspace

POLL_SECONDS = 2.0
JOB_SECONDS = 0.5
"""Between two looks at how far a job is."""


@dataclass(frozen=True)
class Comparison:
    """What a page compares: by which command the methods of which package, kept as runs of which kind.

    line: what the page does while one runs. seen: what of the runs it shows; when that changes, it is drawn anew.
    """

    command: str
    package: str
    kind: str
    line: str
    seen: Callable[[Sequence[RunCard]], object]


def show(workspace: Workspace, what: Comparison, cards: Sequence[RunCard], otherwise: str | None = None) -> None:
    """While a comparison runs the page looks by itself for what is new; cards: those it shows.

    otherwise: what stands in the same line while nothing runs, so that nothing moves when it ends.
    """
    if line(workspace, what.command, otherwise or "", what.line):
        known = what.seen(cards)
        watch(lambda: what.seen(workspace.runs(what.kind)) != known, POLL_SECONDS)
    for job in _news(workspace, what.command):
        _refused(job, what.package)


def line(workspace: Workspace, command: str, otherwise: str = "", more: str = "Its result appears here.") -> bool:
    """One line while a job runs, and why the last one failed until that is dismissed; whether one runs.

    otherwise: when there is none. more: what the page does while one runs.
    """
    with st.container(key=f"{command}-progress"):
        active = running(workspace, command)
        if active:
            _tell(active, more)
        elif otherwise:
            st.caption(otherwise)
        failed(workspace, command)
    return bool(active)


def expander(workspace: Workspace, command: str, title: str, key: str, first: bool) -> DeltaGenerator:
    """A place for the form of a command; it closes by itself when a job starts.

    first: whether there is nothing to look at yet, so that the form is open.
    """
    known = of(workspace, command)
    unfolded = first and not any(job.active for job in known)
    return st.expander(title, icon=":material/add:", expanded=unfolded, key=f"{key}-{len(known)}")


def of(workspace: Workspace, command: str) -> list[Job]:
    """The jobs of a workspace by that command since the server began, the newest last."""
    return [job for job in jobs().list(workspace.path) if job.command == command]


def running(workspace: Workspace, command: str) -> list[Job]:
    """Those that wait or run."""
    return [job for job in of(workspace, command) if job.active]


def _tell(active: Sequence[Job], more: str) -> None:
    """One line while jobs wait or run; more: what the page does meanwhile."""
    named = f"“{escaped(active[0].title)}” is running."
    if len(active) > 1:
        named = f"{formats.counted(len(active), 'comparison')} are running."
    st.caption(f":blue[:material/hourglass_top:] {named} {more}")


def bar(job: Job) -> None:
    """How far a job is, and its status below."""
    st.progress(job.progress.share)
    st.caption(status(job))


def watched_bar(job: Job) -> None:
    """The same, which looks by itself for what is new."""
    st.fragment(bar, run_every=JOB_SECONDS)(job)


def status(job: Job) -> str:
    """`1,250 of 7,632 · 125 items/s · 51 s left`, `120 MB of 605 MB · 12 MB/s · 40 s left`, or why it waits."""
    now = job.progress
    if job.state == "waiting" or now.total is None:
        return now.message
    left = f"{formats.duration(job.eta)} left" if job.eta is not None else ""
    done, pace = formats.steps(now), formats.rate(now.metrics, now.unit or "items")
    return " · ".join(part for part in (now.message, done, pace, left) if part)


def outcome(job: Job, summary: str) -> str:
    """One line about a finished job; summary: of its result, in a few words."""
    if job.state == "failed":
        return f"{job.title}: {job.error}"
    if job.state == "stopped":
        return f"{job.title}: stopped, what was done is kept"
    return f"{job.title}: {summary} in {formats.duration(job.seconds)}" if summary else f"{job.title}: done"


def failed(workspace: Workspace, command: str) -> None:
    """Why the last one failed, until the person has dismissed it."""
    for job in _news(workspace, command):
        if job.state == "failed":
            st.error(message(f"{job.title}: {job.error}"), icon=":material/error:")


def _news(workspace: Workspace, command: str) -> list[Job]:
    """The last one, until the person has dismissed it."""
    return [job for job in of(workspace, command)[-1:] if job.id not in state().dismissed]


def _refused(job: Job, package: str) -> None:
    for each in convert((job.result or {}).get("refused", []), list[RefusedMethod]):
        method = discover(package).get(each.method)
        title = method.title if method else each.method
        st.caption(f":orange[:material/warning:] **{escaped(title)}** was left out: {escaped(each.reason)}")


def start(workspace: Workspace, command: str, arguments: Mapping[str, Any], title: str) -> Job:
    """Starts a job on the workspace, whose source is the workspace itself where the arguments name none.

    When it is done, the session that started it sees its result.
    """
    itself = {} if {"source", "workspace"} & set(arguments) else {"source": workspace.path}
    job = person.start(command, {**itself, **arguments}, title, workspace.path)
    state().expected.add(job.id)
    return job
