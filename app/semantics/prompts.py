"""The tab "Prompts": the cosines of items and words, and the classes that the words make."""

import streamlit as st

from app.semantics import prompt_form, results
from app.semantics.prompt_form import COMMAND, TAB
from core.workspace import RunCard, Workspace

KIND = "semantics"


def show(workspace: Workspace) -> None:
    """The form, and below it the result on screen."""
    cards = workspace.runs(KIND)
    busy = len(results.running(workspace, COMMAND))
    with st.expander("New prompts", icon=":material/add:", expanded=not cards, key=f"new-prompts-{len(cards) + busy}"):
        prompt_form.show(workspace)
    results.progress(workspace, COMMAND, "" if cards else "Write prompts, or ask one of those above.")
    results.chosen(workspace, TAB, cards, title)


def title(card: RunCard) -> str:
    """`8 prompts`"""
    return f"{card.metrics['prompts']:,} prompts"
