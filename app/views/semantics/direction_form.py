"""The form of a concept's direction: between two prompts, by a label, or between two groups of items."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from app.comparison.source import Source
from app.kit import formats, forms, progress, store
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.kit.state import state
from app.views.semantics import examples, source
from app.views.semantics.examples import Way
from core.commands.items import in_words
from core.errors import BadInput
from core.workspace import Workspace

COMMAND, TAB = "direction", "directions"
WAYS = {"prompts": "Two prompts", "label": "A label", "items": "Two groups of items"}
FITS = {"means": "Difference of the means", "logistic": "Logistic regression", "lda": "Linear discriminant"}
SELECTED, REST = "(the Map's selection)", "(all others)"
"""Groups beside the tags."""
FIT_HELP = "How the two groups are told apart; the AUC is of items held out of the fit"


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    _tried(workspace)
    draft = kept(_key(workspace, "way"), "prompts", WAYS)
    way = st.segmented_control(
        "Between", list(WAYS), required=True, format_func=WAYS.__getitem__, label_visibility="collapsed", **draft
    )
    with st.container(key=f"{TAB}-{way}", horizontal=True, vertical_alignment="bottom", gap="small"):
        asked = {"prompts": _prompts, "label": _label, "items": _groups}[str(way)](workspace)
    with st.container(key=f"{TAB}-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, TAB)
    told = f"Lays {formats.counted(source.count(workspace, given), 'item')} along it."
    if forms.start("Find the direction", "start-direction", bool(asked), told if asked else MISSING[str(way)]):
        with plainly():
            start(workspace, _resolved(workspace, asked), given)
            st.rerun()


MISSING = {
    "prompts": "Write both sides: where to, and where from.",
    "label": "No column groups these items: bring labels, or take two prompts.",
    "items": "Tag items on the Map page, or select some there: then a direction can lead to them.",
}


def start(workspace: Workspace, asked: Mapping[str, Any], given: Source) -> None:
    """Starts the job."""
    progress.start(workspace, COMMAND, {**asked, **asdict(given)}, f"Direction {_named(asked)}")


def _tried(workspace: Workspace) -> None:
    """What fits the workspace, to be asked with one click."""
    with st.container(key=f"{TAB}-examples", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("Ask at once:", width="content")
        for number, way in enumerate(examples.directions(workspace.name)):
            if st.button(escaped(way.title), key=f"{TAB}-example-{number}", icon=":material/bolt:"):
                _fill(workspace, way)
                start(workspace, _of(way), source.usual(workspace))
                st.rerun()


def _of(way: Way) -> dict[str, Any]:
    if way.label:
        return {"label": way.label, "value": way.value}
    return {"towards": [way.towards], "away": [way.away]}


def _fill(workspace: Workspace, way: Way) -> None:
    held: dict[str, str | None] = {"way": "label" if way.label else "prompts", "towards": way.towards, "away": way.away}
    held |= {"label": way.label, f"value-{way.label}": way.value} if way.label else {}
    for name, value in held.items():
        if value:
            st.session_state[_key(workspace, name)] = value


def _prompts(workspace: Workspace) -> dict[str, Any]:
    first = next((way for way in examples.directions(workspace.name) if way.towards), Way(""))
    help = "Several prompts, one for each comma, are averaged"
    away = st.text_input("From", help=help, width=300, **kept(_key(workspace, "away"), first.away))
    towards = st.text_input("Towards", help=help, width=300, **kept(_key(workspace, "towards"), first.towards))
    templates = st.text_input(
        "Template",
        placeholder="a photo of a {}",
        help="Each prompt is put in the place of {}; empty: as it is",
        width=source.WIDTH,
        **kept(_key(workspace, "template"), ""),
    )
    sides = {name: _split(text) for name, text in (("towards", towards), ("away", away))}
    return {**sides, "templates": [templates.strip()] if templates.strip() else []} if all(sides.values()) else {}


def _label(workspace: Workspace) -> dict[str, Any]:
    items = store.items(workspace)
    columns = [name for name in items.grouping if items.kind(name) != "number"]
    if not columns:
        return {}
    draft = kept(_key(workspace, "label"), columns[0], columns)
    label = st.selectbox(
        "Column", columns, format_func=lambda name: name.replace("_", " "), width=source.WIDTH, **draft
    )
    values = _values(workspace, str(label))
    if not values:
        return {}
    help = "The direction goes from the items with other values to those with this one"
    draft = kept(_key(workspace, f"value-{label}"), values[0], values)
    value = st.selectbox("Towards", values, help=help, width=source.WIDTH, **draft)
    return {"label": label, "value": value, "fit": _fit(workspace)}


def _values(workspace: Workspace, column: str) -> list[str]:
    """Every value as text, the most frequent first."""
    found = store.items(workspace).frame[column].map(in_words)
    return found[found != ""].value_counts().index.tolist()


def _groups(workspace: Workspace) -> dict[str, Any]:
    first = [*([SELECTED] if state().group else []), *store.tags(workspace)]
    if not first:
        return {}
    towards = st.selectbox("Towards", first, width=240, **kept(_key(workspace, "group"), first[0], first))
    others = [REST, *(each for each in first if each != towards)]
    away = st.selectbox("From", others, width=240, **kept(_key(workspace, "other"), REST, others))
    return {"items": towards, "against": away, "fit": _fit(workspace)}


def _fit(workspace: Workspace) -> str:
    draft = kept(_key(workspace, "fit"), "means", FITS)
    found = st.selectbox("Fit", list(FITS), format_func=FITS.__getitem__, help=FIT_HELP, width=240, **draft)
    return str(found)


def _resolved(workspace: Workspace, asked: dict[str, Any]) -> dict[str, Any]:
    """With ids in the place of a group's name; raises `BadInput` for one without items."""
    if "items" not in asked:
        return asked
    members, others = _members(workspace, asked["items"]), _members(workspace, asked["against"])
    return asked | {"items": members, "against": others}


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


def _named(asked: Mapping[str, Any]) -> str:
    if "towards" in asked:
        return f"from {', '.join(asked['away'])} to {', '.join(asked['towards'])}"
    if "label" in asked:
        return f"of {asked['label']} {asked['value']}"
    return f"to {formats.counted(len(asked['items']), 'item')}"


def _key(workspace: Workspace, name: str) -> str:
    return f"{TAB}-{name}-{workspace.name}"
