"""The workspace picker of the side bar, and the small form that makes a workspace."""

from pathlib import Path

import streamlit as st

from app.kit import store
from app.kit.messages import message
from app.kit.person import log, may_change, person
from app.kit.rerun_guard import dialog
from app.kit.state import state
from core.access import rights
from core.errors import BadInput, ClipscapeError
from core.workspace import create_named, home, open_named

REFUSAL, UNREADABLE = "clipscape-refusal", "clipscape-unreadable"
"""Why the last new workspace could not be made, and why one that was chosen could not be opened."""


def show() -> None:
    """The open workspace, the others, and a plus sign for a new one."""
    known = store.names()
    who = person()
    may_make = who.is_alone or who.role != "look"
    with st.container(key="picker", horizontal=True, vertical_alignment="center", gap="xsmall"):
        if known:
            current = store.chosen().name
            st.selectbox(
                "Workspace",
                known,
                index=known.index(current) if current in known else None,
                key=f"workspace-{current}",
                on_change=_open,
                args=(current,),
                format_func=store.title,
                label_visibility="collapsed",
                help="Workspace",
            )
        if may_make and st.button(
            "New workspace" if not known else "", key="new-workspace", icon=":material/add:", help="New workspace"
        ):
            new()
    if known and not may_change():
        st.caption(":material/visibility: To look at: you cannot change this workspace")
    if known and (damaged := store.damaged(store.current())):
        st.warning(message(damaged), icon=":material/healing:")
    if refusal := st.session_state.pop(UNREADABLE, ""):
        st.error(message(refusal), icon=":material/error:")


@dialog("New workspace")
def new() -> None:
    """Asks for a name and opens an empty workspace."""
    name = st.text_input("Name", key="new-name", placeholder="e.g. my holiday pictures", max_chars=60)
    given = name.strip()
    if st.button("Create", key="create", type="primary", disabled=not given, on_click=_create, args=(given,)):
        if refusal := st.session_state[REFUSAL]:
            st.error(message(refusal), icon=":material/error:")
        else:
            st.rerun()


def _create(name: str) -> None:
    """A callback, which no click elsewhere in the same moment overtakes."""
    st.session_state[REFUSAL] = ""
    try:
        who = person()
        rights.check_make(who)
        made = Path(create_named(name).path)
        if not who.is_alone:
            rights.own(made, who.name)
            log("create", str(made))
        state().open(made)
    except BadInput as error:
        st.session_state[REFUSAL] = str(error)


def _open(before: str) -> None:
    """What was chosen in the box on screen, which is that of the workspace of before.

    While a job runs the browser may still send the box of a workspace that has been left: that is nobody's choice.
    """
    if store.chosen().name != before:
        return
    try:
        name = st.session_state[f"workspace-{before}"]
        rights.check_see(person(), home() / name)
        state().open(Path(open_named(name).path))
    except ClipscapeError as error:
        st.session_state[f"workspace-{before}"] = before  # the box says what is open
        st.session_state[UNREADABLE] = str(error)
