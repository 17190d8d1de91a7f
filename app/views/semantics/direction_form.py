"""The form of a concept's direction: between two prompts, by a label, or between two groups of items."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from app.comparison.source import Source
from app.kit import formats, forms, progress, store
from app.kit.forms import choice, kept
from app.kit.messages import escaped, plainly
from app.kit.state import state
from app.views.semantics import examples, source
from app.views.semantics.examples import DirectionExample
from core.commands.items import in_words
from core.errors import BadInput
from core.workspace import Workspace

COMMAND, TAB = "direction", "directions"
WAYS = {"prompts": "Two prompts", "label": "A label", "items": "Two groups of items"}
FITS = {"means": "Difference of the means", "logistic": "Logistic regression", "lda": "Linear discriminant"}
SELECTED, REST = "(the Map's selection)", "(all others)"
"""Groups beside the tags."""
MISSING = {
    "prompts": "Write both sides: where to, and where from.",
    "label": "No column groups these items: bring labels, or take two prompts.",
    "items": "Tag items on the Map page, or select some there: then a direction can lead to them.",
}


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    _examples(workspace)
    way = forms.switch("Between", WAYS, _key(workspace, "way"))
    with st.container(key=f"{TAB}-{way}", horizontal=True, vertical_alignment="bottom", gap="small"):
        arguments = {"prompts": _prompts, "label": _label, "items": _groups}[way](workspace)
    with st.container(key=f"{TAB}-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, TAB)
    ready = f"Lays {formats.counted(source.count(workspace, given), 'item')} along it."
    if forms.start("Find the direction", "start-direction", bool(arguments), ready if arguments else MISSING[way]):
        with plainly():
            start(workspace, _resolved(workspace, arguments), given)
            st.rerun()


def start(workspace: Workspace, arguments: Mapping[str, Any], given: Source) -> None:
    """Starts the job."""
    progress.start(workspace, COMMAND, {**arguments, **asdict(given)}, f"Direction {_named(arguments)}")


def _examples(workspace: Workspace) -> None:
    """What fits the workspace, to be asked with one click."""
    with st.container(key=f"{TAB}-examples", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("Ask at once:", width="content")
        for number, example in enumerate(examples.directions(workspace.name)):
            if st.button(escaped(example.title), key=f"{TAB}-example-{number}", icon=":material/bolt:"):
                _fill(workspace, example)
                start(workspace, _of(example), source.usual(workspace))
                st.rerun()


def _of(example: DirectionExample) -> dict[str, Any]:
    if example.label:
        return {"label": example.label, "value": example.value}
    return {"towards": [example.towards], "away": [example.away]}


def _fill(workspace: Workspace, example: DirectionExample) -> None:
    held: dict[str, str | None] = {"way": "prompts", "towards": example.towards, "away": example.away}
    if example.label:
        held |= {"way": "label", "label": example.label, f"value-{example.label}": example.value}
    for name, value in held.items():
        if value:
            st.session_state[_key(workspace, name)] = value


def _prompts(workspace: Workspace) -> dict[str, Any]:
    first = next((each for each in examples.directions(workspace.name) if each.towards), DirectionExample(""))
    look: dict[str, Any] = {"help": "Several prompts, one for each comma, are averaged", "width": 300}
    away = st.text_input("From", **look, **kept(_key(workspace, "away"), first.away))
    towards = st.text_input("Towards", **look, **kept(_key(workspace, "towards"), first.towards))
    help = "Each prompt is put in the place of {}; empty: as it is"
    look = {"placeholder": "a photo of a {}", "help": help, "width": source.WIDTH}
    template = st.text_input("Template", **look, **kept(_key(workspace, "template"), "")).strip()
    sides = {name: _split(text) for name, text in (("towards", towards), ("away", away))}
    return {**sides, "templates": [template] if template else []} if all(sides.values()) else {}


def _label(workspace: Workspace) -> dict[str, Any]:
    items = store.items(workspace)
    columns = [name for name in items.grouping if items.kind(name) != "number"]
    if not columns:
        return {}
    label = choice("Column", source.readable(columns), _key(workspace, "label"))
    words = items.frame[label].map(in_words)
    values = words[words != ""].value_counts().index.tolist()
    if not values:
        return {}
    help = "The direction goes from the items with other values to those with this one"
    value = choice("Towards", values, _key(workspace, f"value-{label}"), help)
    return {"label": label, "value": value, "fit": _fit(workspace)}


def _groups(workspace: Workspace) -> dict[str, Any]:
    first = [*([SELECTED] if state().group else []), *store.tags(workspace)]
    if not first:
        return {}
    towards = choice("Towards", first, _key(workspace, "group"), width=240)
    away = choice("From", [REST, *(each for each in first if each != towards)], _key(workspace, "other"), width=240)
    return {"items": towards, "against": away, "fit": _fit(workspace)}


def _fit(workspace: Workspace) -> str:
    help = "How the two groups are told apart; the AUC is of items held out of the fit"
    return choice("Fit", FITS, _key(workspace, "fit"), help, 240)


def _resolved(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """With ids in the place of a group's name; raises `BadInput` for one without items."""
    if "items" not in arguments:
        return arguments
    members, others = _members(workspace, arguments["items"]), _members(workspace, arguments["against"])
    return arguments | {"items": members, "against": others}


def _members(workspace: Workspace, group: str) -> list[str] | None:
    if group == REST:
        return None
    if group == SELECTED:
        if (chosen := state().group) is None:
            raise BadInput("nothing is selected on the Map page any more: draw a lasso there, or choose a tag")
        return list(chosen.ids)
    ids = store.items(workspace).ids
    return [id for id, member in zip(ids, store.tagged(workspace, group).tolist(), strict=True) if member]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _named(arguments: Mapping[str, Any]) -> str:
    if "towards" in arguments:
        return f"from {', '.join(arguments['away'])} to {', '.join(arguments['towards'])}"
    if "label" in arguments:
        return f"of {arguments['label']} {arguments['value']}"
    return f"to {formats.counted(len(arguments['items']), 'item')}"


def _key(workspace: Workspace, name: str) -> str:
    return f"{TAB}-{name}-{workspace.name}"
