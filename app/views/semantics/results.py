"""The results that were kept, which of them is on screen, and what the jobs that make them have brought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from msgspec import convert
from numpy.typing import NDArray

from app.kit import downloads, pictured, progress, store
from app.kit.forms import kept
from app.kit.messages import said
from app.kit.page import Outcome, Result
from app.kit.person import may_change
from app.scatter import Colour, Picked, maps, scatter
from app.scatter.drawn import Drawn
from core.jobs import Job
from core.results import Strings
from core.runs.care import CareResult
from core.runs.direction import DirectionResult, RemovalResult, WithoutResult
from core.runs.gap import GapResult
from core.runs.names import NamesResult
from core.runs.record import Saved
from core.runs.semantics import SemanticsResult
from core.workspace import RunCard, Workspace

WITHOUT_MAP = "There is no map of these items yet: draw one on the Map page, and it takes these colours."


@dataclass(frozen=True)
class Form:
    """What a tab asks. command: that its button starts; title: of its fold; show: draws it.

    first: what stands below while there is no result.
    """

    command: str
    title: str
    show: Callable[[Workspace], None]
    first: str

    def place(self, workspace: Workspace, cards: Sequence[RunCard]) -> None:
        """Draws the fold, and below it what runs. cards: of the results that there are."""
        key = f"{self.title.lower().replace(' ', '-')}-{workspace.name}"
        with progress.expander(workspace, self.command, self.title, key, first=not cards):
            self.show(workspace)
        progress.line(workspace, self.command, "" if cards else self.first)


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
        what, file = "How it was made: model, parameters, versions, and its figures", f"{card.kind}-{card.id}.json"
        downloads.button("Run card", partial(downloads.run_card, card), file, what, key=f"{tab}-card")
        with st.popover("", icon=":material/delete:", key=f"{tab}-delete", help="Delete this result"):
            st.caption("A result that is deleted is gone; columns and models that were made from it stay.")
            delete: dict[str, Any] = {
                "key": f"{tab}-delete-now",
                "disabled": not may_change(True),
                "on_click": said(workspace.delete_run),
                "args": (card.id,),
            }
            st.button("Delete it", icon=":material/delete:", **delete)
    return card


def at(card: RunCard) -> str:
    """`11-22 21:40 UTC`"""
    return f"{card.created[5:16].replace('T', ' ')} UTC"


def key(workspace: str, tab: str) -> str:
    """Of the tab's menu in the session, for a workspace by its name."""
    return f"{tab}-result-{workspace}"


def beside_items(workspace: Workspace, frame: pd.DataFrame) -> pd.DataFrame:
    """A row an item, by its `id`: the same, and what else is known of the item."""
    known = store.items(workspace).frame.reindex(frame["id"]).reset_index(drop=True)
    return pd.concat([frame, known], axis=1)


def by_item(ids: Strings, values: NDArray[Any]) -> dict[str, Any]:
    """Values (N,) by the ids of their items."""
    return dict(zip(ids.tolist(), values.tolist(), strict=True))


def coloured_map(workspace: Workspace, card: RunCard, drawn: Drawn, colour: Colour, key: str) -> None:
    """The workspace's map in the colours of a result; a point that is clicked shows its item."""
    picked = scatter(maps.with_thumbnails(workspace, drawn.points), colour=colour, key=key)
    if chosen := maps.of_run(workspace, card):
        st.caption(f"The map: {maps.title(chosen)}. Click a point to see its item.")
    look_at_clicked(workspace, drawn.ids, picked, key)


def look_at_clicked(workspace: Workspace, ids: Strings, picked: Picked, key: str) -> None:
    """A point that was clicked just now shows its item; ids: (N,) of the points; key: of the map."""
    clicked = f"semantics-clicked-{key}"
    before, st.session_state[clicked] = st.session_state.get(clicked), picked.clicked
    if picked.clicked is not None and picked.clicked != before:
        pictured.look(workspace, str(ids[picked.clicked]))


def _shows(*tabs: str) -> Callable[[Job, Result], None]:
    """Puts a command's result on screen in these tabs."""

    def after(job: Job, result: Result) -> None:
        for tab in tabs:
            _choose(job, tab, convert(result, Saved).run)

    return after


def _shows_checks(job: Job, result: Result) -> None:
    for check, found in convert(result, CareResult).kinds.items():
        _choose(job, f"care-{check}", found.run)


def _choose(job: Job, tab: str, run: str | None) -> None:
    st.session_state[key(Path(job.workspace).name, tab)] = run


def _summary(kind: type[Any]) -> Callable[[Result], str]:
    """What a command's result, read as that, says of itself."""
    return lambda result: convert(result, kind).summary()


OUTCOMES = {
    "semantics": Outcome(_summary(SemanticsResult), _shows("prompts", "components")),
    "direction": Outcome(_summary(DirectionResult), _shows("directions")),
    "without": Outcome(_summary(WithoutResult)),
    "removal": Outcome(_summary(RemovalResult)),
    "gap": Outcome(_summary(GapResult), _shows("gap")),
    "names": Outcome(_summary(NamesResult), _shows("names")),
    "care": Outcome(_summary(CareResult), _shows_checks),
}
