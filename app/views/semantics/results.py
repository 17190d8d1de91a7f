"""The results that were kept, which of them is on screen, and what the jobs that make them have brought."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from msgspec import convert

from app.kit import downloads
from app.kit.forms import kept
from app.kit.page import Outcome, Result
from core.jobs import Job
from core.runs import names
from core.runs.care import CareResult
from core.runs.direction import DirectionFigures, RemovalFigures, WithoutResult
from core.runs.gap import GapFigures
from core.runs.record import Saved
from core.runs.semantics import SemanticsResult
from core.workspace import RunCard, Workspace


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


def _shows(*tabs: str) -> Callable[[Job, Result], None]:
    """Puts a command's result on screen in these tabs."""

    def after(job: Job, result: Result) -> None:
        for tab in tabs:
            choose(Path(job.workspace).name, tab, convert(result, Saved).run)

    return after


def _shows_checks(job: Job, result: Result) -> None:
    for check, found in convert(result, CareResult).kinds.items():
        choose(Path(job.workspace).name, f"care-{check}", found.run)


def _summary(kind: type[Any]) -> Callable[[Result], str]:
    """What a command's result, read as that, says of itself."""
    return lambda result: convert(result, kind).summary()


OUTCOMES = {
    "semantics": Outcome(_summary(SemanticsResult), _shows("prompts", "components")),
    "direction": Outcome(_summary(DirectionFigures), _shows("directions")),
    "without": Outcome(_summary(WithoutResult)),
    "removal": Outcome(_summary(RemovalFigures)),
    "gap": Outcome(_summary(GapFigures), _shows("gap")),
    "names": Outcome(names.summary, _shows("names")),
    "care": Outcome(_summary(CareResult), _shows_checks),
}
