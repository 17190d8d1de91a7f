"""The Groups page: how do sets compare?"""

from collections.abc import Callable, Sequence

import streamlit as st

from app.comparison import selector
from app.comparison.menus import menu
from app.kit import empty, progress, store
from app.kit.forms import kept
from app.kit.page import Outcome, Page
from app.views.groups import actions, form, retrieval, runs, theorem, together
from app.views.groups.runs import SELECTOR, Input, title
from core.jobs import jobs
from core.runs import groups
from core.runs.groups import GroupsRun
from core.workspace import Workspace

WARM_AFTER = 5.0
"""Seconds in which the page has the cores for itself."""
NOTHING = {
    "soon": "Groups can be compared when that is done.",
    "then": "groups can be compared.",
    "first": "Bring images or captions with labels first; then see how groups of them compare.",
}
"""What a workspace without embeddings is told."""
REPRESENTS, TOGETHER, BOUND = "Does it represent the group?", "Group map", "The bound"
ONE: dict[str, Callable[[Workspace, GroupsRun], None]] = {TOGETHER: together.show, BOUND: theorem.show}
"""Views of one method."""
VIEWS = (REPRESENTS, TOGETHER, BOUND)
FIRST = (
    "Choose what to group by, press Compare: each half of a group is searched for with the other half, and groups "
    "appear on the map."
)


def show() -> None:
    """The form, and one of three questions about the comparison on screen."""
    workspace = store.current()
    if not workspace.models():
        empty.unembedded(workspace, "workspaces", "No groups yet", **NOTHING)
        return
    cards = workspace.runs(runs.KIND)
    known = SELECTOR.inputs(cards)
    with st.container(key="groups-head"):
        with st.container(key="groups-title", horizontal=True, vertical_alignment="center"):
            st.title("Groups", anchor=False, width="content")
            view = _view() if known else None
            given = _chosen(workspace, known) if known else None
        with progress.expander(workspace, runs.COMMAND, "New comparison", "new-groups", first=not cards):
            form.show(workspace, store.items(workspace))
    progress.show(workspace, runs.COMPARISON, cards, "" if known else FIRST)
    if given and (every := runs.found(workspace, cards, given)):
        _compared(workspace, every, str(view))
    jobs().warm(after=WARM_AFTER)


def _chosen(workspace: Workspace, known: Sequence[Input]) -> Input:
    return selector.choose(
        workspace,
        known,
        "Comparison",
        f"groups-given-{workspace.name}",
        label_visibility="collapsed",
        width=440,
        help="Only methods on the same groups and splits can be compared",
    )


def _view() -> str:
    options = {"required": True, "label_visibility": "collapsed", **kept("groups-view", REPRESENTS, VIEWS)}
    return str(st.segmented_control("Question", VIEWS, **options))


def _compared(workspace: Workspace, every: Sequence[GroupsRun], view: str) -> None:
    with st.container(key="groups-bar", horizontal=True, vertical_alignment="center", gap="small"):
        measure = retrieval.measure() if view == REPRESENTS else ""
        each = _method(every) if view == TOGETHER else retrieval.on_screen(every)
        actions.show(workspace, every, each)
    if view in ONE:
        ONE[view](workspace, each)
    else:
        retrieval.show(workspace, every, measure)


def _method(every: Sequence[GroupsRun]) -> GroupsRun:
    """Whose distances and places are shown."""
    titles = {each.card.id: title(each) for each in every}
    line = retrieval.on_screen(every).card.id
    help = "By whose embeddings groups are compared here, fitted on all of them"
    looks = {"index": list(titles).index(line), "label_visibility": "collapsed", "width": 230}
    id = menu("Method", titles, f"groups-method-{line}", help=help, **looks)
    return next(each for each in every if each.card.id == id)


PAGE = Page("Groups", ":material/workspaces:", 6, show, {runs.COMMAND: Outcome(groups.summary)})
