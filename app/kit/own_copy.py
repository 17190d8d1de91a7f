"""A bundled set stays as it came: what would change it goes into a copy, which is offered."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.kit import store
from app.kit.messages import escaped, said
from app.kit.person import log, person
from app.kit.rerun_guard import dialog
from app.kit.state import state
from core.access import rights
from core.errors import BadInput
from core.workspace import Workspace, copy

Change = Callable[[Workspace], None]


def change(workspace: Workspace, action: Change) -> None:
    """Changes the workspace; of a bundled set a copy is offered, in which the action is then done."""
    if workspace.is_bundled:
        ask(workspace, action)
    else:
        action(workspace)
        st.rerun()


@dialog("Make a copy")
def ask(workspace: Workspace, action: Change | None = None) -> None:
    """Asks for a name, then goes to the copy; action: what is done there first."""
    if workspace.is_bundled:
        st.markdown(
            f"**{escaped(store.title(workspace.name))}** is a bundled set and stays as it came. A copy is yours."
        )
    st.caption("It holds all items, embeddings, maps and results, and opens at once.")
    name = st.text_input("Name of the copy", _free(f"my {workspace.name}"), key="copy-name", max_chars=60).strip()
    made: dict[str, object] = {"on_click": said(_copy), "args": (workspace, name, action)}
    pressed = st.button("Make the copy", key="copy-sure", type="primary", disabled=not name, **made)  # type: ignore[arg-type]
    if pressed and state().workspace != Path(workspace.path):
        st.rerun()


def may_make() -> bool:
    """Whether this person may make workspaces."""
    try:
        rights.check_make(person())
    except BadInput:
        return False
    return True


def _copy(workspace: Workspace, name: str, action: Change | None) -> None:
    who = person()
    rights.check_make(who)
    made = copy(workspace, name)
    if not who.is_alone:
        rights.own(made.path, who.name)
        log("copy", made.path)
    state().open(Path(made.path))
    if action:
        action(made)


def _free(name: str) -> str:
    """The name, or with a number after it."""
    known = store.names()
    return next(
        each for each in (name, *(f"{name} {number}" for number in range(2, len(known) + 3))) if each not in known
    )
