"""Which map is on screen, new maps, and new items on an old one."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.kit import formats, forms, progress, store
from app.kit.messages import plainly, said
from app.kit.person import may_change
from app.kit.rerun_guard import dialog
from app.kit.state import state
from app.scatter.maps import SPACES, title
from core.inputs import MODALITIES
from core.methods import Method, discover
from core.runs.map import MapRun
from core.workspace import Embedded, RunCard, Workspace

GAPS = {"keep": "Keep it, as the model has it", "centre": "Close it: centre each on its mean"}


def chosen(cards: Sequence[RunCard]) -> RunCard:
    """The map that the person chose, else the newest."""
    return next((card for card in cards if card.id == state().run), cards[-1])


def show(workspace: Workspace, cards: Sequence[RunCard], card: RunCard) -> None:
    """The menu of maps, and beside it the button for a new one."""
    with st.popover("Maps", icon=":material/layers:", key="maps", help="Other maps of these items"):
        ids = [each.id for each in reversed(cards)]
        known = {each.id: each for each in cards}
        st.radio(
            "Map on screen",
            ids,
            index=ids.index(card.id),
            format_func=lambda id: title(known[id]),
            captions=[made(workspace, known[id]) for id in ids],
            key=f"run-{card.id}",
            on_change=_choose,
            args=(f"run-{card.id}",),
        )
        st.button(
            "Delete this map",
            key="delete-map",
            type="tertiary",
            icon=":material/delete:",
            disabled=not may_change(True) or len(ids) < 2,
            on_click=said(_delete),
            args=(workspace, card.id),
        )
    if may_change() and st.button("", key="new-map", icon=":material/add:", help="New map"):
        new(workspace)


def made(workspace: Workspace, card: RunCard) -> str:
    """`pocket · 2026-11-22 03:29 UTC · 10 points placed later`."""
    placed = MapRun.figures_of(card).placed
    later = f"{formats.counted(placed, 'point')} placed later" if placed else ""
    time = f"{card.created[:16].replace('T', ' ')} UTC" if card.created else ""
    return " · ".join(part for part in (store.model_title(workspace, card.model), time, later) if part)


@dialog("New map")
def new(workspace: Workspace) -> None:
    """Method, space and parameters; the map is made by a job."""
    methods = discover("core.maps")
    name = st.segmented_control(
        "Method",
        list(methods),
        format_func=lambda name: methods[name].title,
        required=True,
        default="tsne" if "tsne" in methods else next(iter(methods)),
        key="method",
    )
    st.caption(methods[name].summary)
    models, titles = workspace.models(), store.models(workspace)
    left, right = st.columns(2)
    model = str(left.selectbox("Model", list(titles), format_func=titles.__getitem__, key="map-model"))
    space: str = right.selectbox(
        "Points", spaces(models, model), format_func=lambda space: SPACES[space], key="map-space"
    )
    gap = st.selectbox(
        "Gap between images and captions",
        list(GAPS),
        format_func=lambda gap: GAPS[gap],
        key="map-gap",
        disabled=space != "both",
        help="Models put images and captions into different corners of the space",
    )
    values = forms.parameters(methods[name], "map")
    if st.button("Make the map", key="make-map", type="primary"):
        with plainly():
            make(workspace, methods[name], model, space, values, {"gap": gap} if space == "both" else {})
            st.rerun()


def make(
    workspace: Workspace, method: Method, model: str, space: str, values: Mapping[str, Any], more: Mapping[str, Any]
) -> None:
    """Starts the job; wrong parameters raise `BadParameter` here already."""
    method.make_params(values)
    seed = values.get("seed", 0)
    params = {name: value for name, value in values.items() if name != "seed"} | dict(more)
    arguments = {"method": method.name, "space": space, "params": params, "seed": seed, "model": model}
    progress.start(workspace, "map", arguments, f"{method.title} map")


def spaces(models: Sequence[Embedded], model: str) -> list[str]:
    """What a model has embedded can be mapped: both, images or captions."""
    modalities = {each.modality for each in models if each.model == model and each.count}
    return [space for space in SPACES if modalities.issuperset(MODALITIES[space])]


def _choose(key: str) -> None:
    state().run = st.session_state[key]


def _delete(workspace: Workspace, id: str) -> None:
    workspace.delete_run(id)
    state().run = None
