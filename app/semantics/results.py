"""What was found: jobs that run, the results that were kept, and which of them is on screen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from app import comparisons, follow_up
from app.clustering.keep import card_json
from app.plain import escaped
from app.semantics import on_screen
from app.semantics.drafts import kept
from app.state import state
from core.jobs import Job, jobs
from core.workspace import RunCard, Workspace


def start(workspace: Workspace, command: str, arguments: Mapping[str, Any], title: str) -> Job:
    """Starts a job on the workspace; when it is done, the session that started it sees its result."""
    job = jobs().start(command, {"source": workspace.path, **arguments}, title, workspace.path)
    follow_up.expect(job)
    return job


def running(workspace: Workspace, command: str) -> list[Job]:
    """Jobs of that command that wait or run."""
    return [job for job in comparisons.of(workspace, command) if job.active]


def started(workspace: Workspace, command: str) -> int:
    """How many jobs of that command there have been since the server began."""
    return len(comparisons.of(workspace, command))


def progress(workspace: Workspace, command: str, otherwise: str = "") -> None:
    """One line while a job runs, and why the last one failed until that is dismissed; otherwise: when there is none."""
    with st.container(key=f"{command}-progress"):
        active = running(workspace, command)
        if active:
            comparisons.running(active, "Its result appears here.")
        elif otherwise:
            st.caption(otherwise)
        for job in comparisons.of(workspace, command)[-1:]:
            if job.state == "failed" and job.id not in state().dismissed:
                st.error(escaped(f"{job.title}: {job.error}"), icon=":material/error:")


def chosen(workspace: Workspace, tab: str, cards: Sequence[RunCard], title: Callable[[RunCard], str]) -> RunCard | None:
    """A menu of the results, the newest first, with their run cards and a way to delete one; None where there is none.

    title: what tells one result from the others; the time is added.
    """
    if not cards:
        return None
    known = {card.id: card for card in reversed(cards)}
    draft = kept(on_screen.key(workspace.name, tab), next(iter(known)), known)
    with st.container(key=f"{tab}-results", horizontal=True, vertical_alignment="center", gap="xsmall"):
        id = st.selectbox(
            "Result",
            list(known),
            format_func=lambda id: f"{title(known[id])} · {at(known[id])}",
            label_visibility="collapsed",
            width=520,
            **draft,
            help="Every result is kept in the workspace; here you come back to it",
        )
        card = known[str(id)]
        st.download_button(
            "Run card",
            lambda: card_json(card),
            f"{card.kind}-{card.id}.json",
            "application/json",
            on_click="ignore",
            key=f"{tab}-card",
            type="tertiary",
            icon=":material/download:",
            help="How it was made: model, parameters, versions, and its figures",
        )
        with st.popover("", icon=":material/delete:", key=f"{tab}-delete", help="Delete this result"):
            st.caption("A result that is deleted is gone; columns and models that were made from it stay.")
            st.button(
                "Delete it",
                key=f"{tab}-delete-now",
                icon=":material/delete:",
                on_click=workspace.delete_run,
                args=(card.id,),
            )
    return card


def at(card: RunCard) -> str:
    """`11-22 21:40 UTC`"""
    return f"{card.created[5:16].replace('T', ' ')} UTC"
