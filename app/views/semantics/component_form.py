"""The form of a correlation: the prompts of the other tab, what their cosines are compared with, and how."""

import streamlit as st

from app.kit import forms, store
from app.kit.forms import kept
from app.views.semantics import prompt_form, source
from core.semantics.correlation import CORRECTIONS, METHODS
from core.workspace import Workspace

TAB = "components"
KINDS = {"components": "Principal components", "dimensions": "The embedding's own dimensions"}
TITLES = {"pearson": "Pearson's r", "spearman": "Spearman's rank correlation"}
CORRECTED = {
    "bh": "Benjamini–Hochberg",
    "holm": "Holm",
    "none": "None",
}
"""How a correction is called."""


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    with st.container(key="components-words", horizontal=True, gap="medium"):
        words = prompt_form.typed(workspace, height=140)
    with st.container(key="components-how", horizontal=True, vertical_alignment="bottom", gap="small"):
        how = {"against": _against(workspace), **_test()}
    with st.container(key="components-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, prompt_form.TAB)
    ready, told = words.prompts is not None, prompt_form.told(workspace, words, given)
    if forms.start("Correlate", "start-components", ready, told) and words.prompts:
        prompt_form.start(workspace, words.prompts, words.templates, given, **how)
        st.rerun()


def _against(workspace: Workspace) -> str:
    titles = {**KINDS, **store.models(workspace)}
    help = "Prompts' cosines are correlated with each of these numbers of an item; a model may be a reduced one"
    draft = kept(f"{TAB}-against-{workspace.name}", "components", titles)
    return str(
        st.selectbox("Correlate with", list(titles), format_func=titles.__getitem__, help=help, width=280, **draft)
    )


def _test() -> dict[str, str]:
    method = st.selectbox(
        "Coefficient",
        list(METHODS),
        format_func=TITLES.__getitem__,
        width=source.WIDTH,
        help="Spearman's is Pearson's of the ranks: it sees any rising or falling relation",
        **kept(f"{TAB}-method", "pearson"),
    )
    correction = st.selectbox(
        "Multiple testing",
        list(CORRECTIONS),
        format_func=CORRECTED.__getitem__,
        width=source.WIDTH,
        help="Benjamini–Hochberg: of those called significant, 5 % are expected to be false. Holm: even one false one "
        "is that improbable.",
        **kept(f"{TAB}-correction", "bh"),
    )
    return {"method": str(method), "correction": str(correction)}
