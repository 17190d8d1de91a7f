"""The tab "Prompts": the cosines of items and words, and the classes that the words make."""

import streamlit as st

from app.kit import formats, progress, store, understanding
from app.kit.messages import plainly
from app.views.semantics import matrix, prompt_form, results, source, zero_shot
from app.views.semantics.prompt_form import COMMAND, TAB
from app.views.semantics.prompt_found import Compared, brief
from core.runs.semantics import SemanticsRun
from core.workspace import RunCard, Workspace


def show(workspace: Workspace) -> None:
    """The form, and below it the result on screen."""
    cards = workspace.runs(SemanticsRun.KIND)
    understanding.sentence(workspace, cards[-1].model if cards else next(iter(store.models(workspace))))
    with progress.expander(workspace, COMMAND, "New prompts", f"new-prompts-{workspace.name}", first=not cards):
        prompt_form.show(workspace)
    progress.line(workspace, COMMAND, "" if cards else "Write prompts and press Compare, or ask one of those above.")
    card = results.chosen(workspace, TAB, cards, title)
    if card is None:
        return
    found = Compared.of(workspace, card)
    st.caption(told(workspace, found.run))
    with plainly():
        matrix.show(workspace, found)
        if found.run.has_classes:
            zero_shot.show(workspace, found.run)


def title(card: RunCard) -> str:
    """`8 prompts: a happy face, a sad face, … · accuracy 67 %`"""
    figures = SemanticsRun.figures_of(card)
    counted = formats.counted(figures.prompts, "prompt")
    parts = [f"{counted}: {brief(figures.named, 40)}" if figures.named else counted]
    if figures.accuracy is not None:
        parts.append(f"accuracy {formats.percent(figures.accuracy)}")
    return " · ".join(parts)


def told(workspace: Workspace, run: SemanticsRun) -> str:
    """What the result is of, its templates, and what was not read to its end."""
    templates = run.card.params.get("templates") or []
    ensemble = f" Each prompt in {formats.counted(len(templates), 'template')}." if len(templates) > 1 else ""
    ensemble = f" Template: “{templates[0]}”." if len(templates) == 1 else ensemble
    cut = run.figures.truncated
    long = (
        f" :orange[:material/warning:] {formats.counted(cut, 'text')} longer than the model reads: cut." if cut else ""
    )
    return f"{source.told(workspace, run.card, run.figures)}.{ensemble}{long}"
