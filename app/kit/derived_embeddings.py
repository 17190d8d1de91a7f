"""Deleting a model that was made of another's embeddings, from whichever page shows it."""

import streamlit as st

from app.kit import formats, store
from app.kit.messages import escaped, plainly
from app.kit.rerun_guard import dialog
from core import reduced
from core.errors import BadInput
from core.features import behind, is_features
from core.jobs import jobs
from core.workspace import Workspace


@dialog("Delete these embeddings?")
def ask(workspace: Workspace, name: str) -> None:
    """Says what goes and what stays; a second press deletes."""
    rows = sum(each.count for each in workspace.models() if each.model == name)
    runs = sum(card.model == name for card in workspace.runs())
    made = f" {formats.counted(runs, 'map or run', 'maps and runs')} made of them stay." if runs else ""
    reducer, again = " and the reducer that made them", "The full embeddings stay, so that they can be made again."
    if is_features(name):
        reducer, again = "", f"The vectors of {escaped(behind(name))} stay; embedding again makes the features again."
    st.markdown(
        f"**{escaped(store.model_title(workspace, name))}**: {formats.counted(rows, 'embedding')}{reducer} will be "
        f"gone.{made} {again}"
    )
    if st.button("Delete them", key="delete-derived-sure", type="primary"):
        with plainly():
            delete(workspace, name)
            st.rerun()


def delete(workspace: Workspace, name: str) -> None:
    """Raises `BadInput` while a job works there, which may be writing them."""
    if any(job.active for job in jobs().list(workspace.path)):
        raise BadInput(f"a job still works on {workspace.name}: wait for it, or stop it first")
    reduced.delete(workspace, name)
