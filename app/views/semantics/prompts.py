"""The tab "Prompts": the cosines of items and words, and the classes that the words make."""

import streamlit as st

from app.kit import formats, progress, store, understanding
from app.kit.messages import plainly
from app.views.semantics import matrix, prompt_form, results, source, zero_shot
from app.views.semantics.prompt_form import COMMAND, TAB
from app.views.semantics.prompt_found import Found, brief
from core.workspace import RunCard, Workspace

KIND = "semantics"


def show(workspace: Workspace) -> None:
    """The form, and below it the result on screen."""
    cards = workspace.runs(KIND)
    understanding.sentence(workspace, cards[-1].model if cards else next(iter(store.models(workspace))))
    with progress.expander(workspace, COMMAND, "New prompts", f"new-prompts-{workspace.name}", first=not cards):
        prompt_form.show(workspace)
    progress.line(workspace, COMMAND, "" if cards else "Write prompts and press Compare, or ask one of those above.")
    card = results.chosen(workspace, TAB, cards, title)
    if card is None:
        return
    found = Found.of(workspace, card)
    st.caption(told(workspace, card))
    with plainly():
        matrix.show(workspace, found)
        if found.zero_shot:
            zero_shot.show(workspace, found)


def title(card: RunCard) -> str:
    """`8 prompts: a happy face, a sad face, … · accuracy 67 %`"""
    counted = formats.counted(int(card.metrics["prompts"]), "prompt")
    named = card.metrics.get("named")
    accuracy = card.metrics.get("accuracy")
    parts = [f"{counted}: {brief(named, 40)}" if named else counted]
    return " · ".join(parts + ([f"accuracy {formats.percent(accuracy)}"] if accuracy is not None else []))


def told(workspace: Workspace, card: RunCard) -> str:
    """What the result is of, its templates, and what was not read to its end."""
    templates = card.params.get("templates") or []
    ensemble = f" Each prompt in {formats.counted(len(templates), 'template')}." if len(templates) > 1 else ""
    ensemble = f" Template: “{templates[0]}”." if len(templates) == 1 else ensemble
    cut = int(card.metrics.get("truncated") or 0)
    long = (
        f" :orange[:material/warning:] {formats.counted(cut, 'text')} longer than the model reads: cut." if cut else ""
    )
    return f"{source.told(workspace, card)}.{ensemble}{long}"
