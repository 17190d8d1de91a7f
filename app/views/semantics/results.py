"""The results that were kept, which of them is on screen, and what the jobs that make them have brought."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import streamlit as st
from msgspec import convert

from app.kit import downloads
from app.kit.forms import kept
from app.kit.page import Outcome, Result
from core.jobs import Job
from core.runs import names
from core.runs.care import CareResult
from core.runs.direction import DirectionResult, RemovalResult, WithoutResult
from core.runs.gap import GapResult
from core.runs.semantics import SemanticsResult
from core.workspace import RunCard, Workspace


class CommandResult(Protocol):
    """What a page reads of a command's result: the run, and what came of it in a few words."""

    @property
    def run(self) -> str: ...

    def summary(self) -> str: ...


def chosen(workspace: Workspace, tab: str, cards: Sequence[RunCard], title: Callable[[RunCard], str]) -> RunCard | None:
    """A menu of the results, the newest first, with their run cards and a way to delete one; None where there is none.

    title: what tells one result from the others; the time is added.
    """
    if not cards:
        return None
    known = {card.id: card for card in reversed(cards)}
    draft = kept(key(workspace.name, tab), next(iter(known)), known)
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
        downloads.button(
            "Run card",
            partial(downloads.run_card, card),
            f"{card.kind}-{card.id}.json",
            "How it was made: model, parameters, versions, and its figures",
            key=f"{tab}-card",
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


def key(workspace: str, tab: str) -> str:
    """Of the tab's menu in the session, for a workspace by its name."""
    return f"{tab}-result-{workspace}"


def choose(workspace: str, tab: str, run: str) -> None:
    """Puts a result on screen, from a callback or before the menu is drawn."""
    st.session_state[key(workspace, tab)] = run


def _of(kind: type[CommandResult], *tabs: str) -> Outcome:
    """A command's result in a few words; once it is there, it is on screen in these tabs. kind: how it is read."""

    def after(job: Job, result: Result) -> None:
        for tab in tabs:
            choose(Path(job.workspace).name, tab, convert(result, kind).run)

    return Outcome(lambda result: convert(result, kind).summary(), after)


def _checked(job: Job, result: Result) -> None:
    for check, found in convert(result, CareResult).kinds.items():
        choose(Path(job.workspace).name, f"care-{check}", found.run)


def _named(job: Job, result: Result) -> None:
    choose(Path(job.workspace).name, "names", result["run"])


OUTCOMES = {
    "semantics": _of(SemanticsResult, "prompts", "components"),
    "direction": _of(DirectionResult, "directions"),
    "without": _of(WithoutResult),
    "removal": _of(RemovalResult),
    "gap": _of(GapResult, "gap"),
    "names": Outcome(names.summary, _named),
    "care": Outcome(lambda result: convert(result, CareResult).summary(), _checked),
}
