"""The form of data quality: which checks, of which items; one job does all."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

import streamlit as st

from app.kit import formats, forms, method_picker, progress
from app.kit.forms import kept
from app.kit.messages import plainly
from app.kit.method_picker import Choice
from app.views.semantics import names_form, source
from core.inputs import MODALITIES
from core.methods import Method, discover
from core.workspace import Workspace

COMMAND, TAB = "care", "care"
PACKAGE = "core.care"
ORDER = ("duplicates", "mismatches", "labels", "outliers")
SPACES = {"images": "Images", "captions": "Captions"}


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    methods = {name: discover(PACKAGE)[name] for name in ORDER}
    with st.container(key="care-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, TAB, choice=False, words=False)
        space = _space(workspace, given.model)
        label = _label(workspace)
    able = [name for name in methods if _able(workspace, name, given.model, label)]
    chosen = st.pills(
        "Look for",
        able,
        selection_mode="multi",
        format_func=lambda name: methods[name].title,
        **kept(f"{TAB}-kinds-{workspace.name}-{len(able)}", able),
    )
    params = _parameters([methods[name] for name in able if name in chosen])
    told = f"{formats.counted(source.count(workspace, given), 'item')}; nothing is changed or left out by it."
    if forms.start("Check", "start-care", bool(chosen), told):
        with plainly():
            for name in chosen:
                methods[name].make_params(_of(methods[name], params))
            which = replace(given, space=space)
            asked = {"kinds": list(chosen), "params": params, "label": label, **asdict(which)}
            titles = formats.listed([methods[name].title.lower() for name in chosen])
            progress.start(workspace, COMMAND, asked, f"Look for {titles}")
            st.rerun()


def _space(workspace: Workspace, model: str) -> str:
    options = [space for space in SPACES if _embedded(workspace, model, space)]
    draft = kept(f"{TAB}-space-{workspace.name}", options[0], options)
    help = (
        "In which near-duplicates and outliers are looked for, with all of the model's dimensions; several captions of "
        "an item are averaged"
    )
    return str(st.selectbox("Among", options, format_func=SPACES.__getitem__, width=140, help=help, **draft))


def _embedded(workspace: Workspace, model: str, space: str) -> bool:
    return any(each.model == model and each.modality in MODALITIES[space] for each in workspace.models())


def _label(workspace: Workspace) -> str | None:
    known = names_form.columns(workspace)
    return st.selectbox(
        "Labels to doubt",
        known,
        placeholder="no labels here",
        disabled=not known,
        format_func=lambda name: name.replace("_", " "),
        width=source.WIDTH,
        help="The column that says what each item is",
        **kept(f"{TAB}-label-{workspace.name}", known[0] if known else None, known),
    )


def _able(workspace: Workspace, kind: str, model: str, label: str | None) -> bool:
    """Whether the workspace has what a check needs."""
    if kind == "labels":
        return label is not None
    return kind != "mismatches" or all(_embedded(workspace, model, space) for space in SPACES)


def _parameters(methods: list[Method]) -> dict[str, Any]:
    """What was changed of the checks' settings; those of one name are set together, as k."""
    changed: dict[str, Any] = {}
    for method, place in method_picker.tabs(methods, "care"):
        own = [each for each in fields(method.params) if each.name not in ("seed", *changed)]
        with place:
            st.caption(method.summary)
            values = {each.name: forms.widget(each, f"care-{method.name}") for each in own}
        changed |= Choice(method, values).changed
    return changed


def _of(method: Method, params: Mapping[str, Any]) -> dict[str, Any]:
    own = {each.name for each in fields(method.params)}
    return {name: value for name, value in params.items() if name in own}
