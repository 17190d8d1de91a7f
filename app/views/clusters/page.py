"""The Clusters page: what groups form, how many, and which method finds them best?"""

import streamlit as st

from app.comparison import selector
from app.kit import empty, progress, store
from app.kit.items import Items
from app.kit.page import Outcome, Page
from app.views.clusters import form, leaderboard, pair, run, runs
from app.views.clusters.runs import SELECTOR, Input
from core.jobs import jobs
from core.runs.clustering import ClusteringRun, summary
from core.workspace import RunCard, Workspace

WARM_AFTER = 5.0
"""Seconds in which the page has the cores for itself."""
NOTHING = {
    "soon": "Clusters can be sought when that is done.",
    "then": "groups can be sought.",
    "first": "Bring images or captions first; then look for groups in them.",
}
"""What a workspace without embeddings is told."""


def show() -> None:
    """The form, the leaderboard, and below it the line or the two lines that were chosen."""
    workspace = store.current()
    if not workspace.models():
        icon = "memory" if workspace.count() else "bubble_chart"
        empty.unembedded(workspace, icon, "Nothing to cluster yet", **NOTHING)
        return
    items, cards = store.items(workspace), workspace.runs(ClusteringRun.KIND)
    with st.container(key="clusters-head"):
        st.title("Clusters", anchor=False)
        with progress.expander(workspace, runs.COMMAND, "New comparison", "new-comparison", first=not cards):
            form.show(workspace, items)
    progress.show(workspace, runs.COMPARISON, cards)
    if cards:
        _compared(workspace, items, cards)
    else:
        st.caption("Choose methods, press Compare: a table shows which finds the groups best, and what they hold.")
    jobs().warm(after=WARM_AFTER)


def _compared(workspace: Workspace, items: Items, cards: list[RunCard]) -> None:
    found = runs.entries(workspace, cards, _input(workspace, cards))
    shown, ticked = leaderboard.show(found)
    if len(ticked) > 1:
        pair.show(workspace, *ticked[:2])
    run.show(workspace, items, shown)


def _input(workspace: Workspace, cards: list[RunCard]) -> Input:
    """Only runs of the same vectors are compared; where there are several, a person chooses."""
    known = SELECTOR.inputs(cards)
    if len(known) == 1:
        st.caption(known[0].title(workspace))
        return known[0]
    return selector.choose(workspace, known, "Runs of", key="given")


PAGE = Page("Clusters", ":material/bubble_chart:", 3, show, {runs.COMMAND: Outcome(summary)})
