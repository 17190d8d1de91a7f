"""What a comparison is given: which items, and in which space their groups are sought."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.comparison.form import WIDTH
from app.comparison.menus import menu
from app.kit import store
from app.scatter import maps
from core.inputs import MAP, MAP_WARNING, MODALITIES
from core.workspace import Embedded, RunCard, Workspace

SPACES = {"images": "Images", "captions": "Captions", "both": "Image and caption averaged"}
"""A space is one of these, or a map's points: `MAP` and the map's id."""


@dataclass(frozen=True)
class Source:
    """model, space: as in a run card. tag: only the items that have it; exclude: not those that have that one."""

    model: str
    space: str
    tag: str | None = None
    exclude: str | None = None


def ask(workspace: Workspace) -> Source:
    """One line of menus; the two-dimensional map is the last space, and comes with a warning."""
    with st.container(key="cluster-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        tag, exclude = chosen(store.tags(workspace), "cluster", "items")
        models, titles = workspace.models(), store.models(workspace)
        model = menu("Model", titles, "cluster-model", width=WIDTH)
        drawn = [card for card in workspace.runs("map") if card.model == model]
        space = st.selectbox(
            "Space",
            [*spaces(models, str(model)), *([MAP] if drawn else [])],
            format_func=_SPACES.__getitem__,
            key="cluster-space",
            width=WIDTH,
            help="In which the groups are sought: the model's embeddings in all their dimensions, or a map of them. "
            "Several captions of an item are averaged, so that it is in one group",
        )
        if space == MAP:
            space = MAP + _map(drawn)
    if str(space).startswith(MAP):
        st.caption(f":orange[:material/warning:] {FLAT}")
    return Source(str(model), str(space), tag, exclude)


def chosen(known: Sequence[str], key: str, noun: str) -> tuple[str | None, str | None]:
    """The tag to keep to and the one to leave out; without tags the menus say how to make some. noun: what has them."""
    without = None if known else "Tag items on the Map page: then a comparison can be of those, or of the others"
    tag = st.selectbox(
        noun.capitalize(),
        ["", *known],
        format_func=lambda tag: f"Only {tag!r}" if tag else f"All {noun}",
        key=f"{key}-tag",
        width=WIDTH,
        disabled=not known,
        help=without or "All, or those with a tag",
    )
    exclude = st.selectbox(
        "Leave out",
        ["", *(each for each in known if each != tag)],
        format_func=lambda tag: repr(tag) if tag else "Nothing",
        key=f"{key}-exclude",
        width=WIDTH,
        disabled=not known,
        help=without or f"{noun.capitalize()} with this tag take no part",
    )
    return tag or None, exclude or None


def kept(workspace: Workspace, tag: str | None, exclude: str | None) -> NDArray[np.bool_]:
    """Which items a choice leaves: (N,) bool."""
    mask = np.ones(workspace.count(), dtype=bool)
    if tag is not None:
        mask &= store.tagged(workspace, tag)
    if exclude is not None:
        mask &= ~store.tagged(workspace, exclude)
    return mask


def chosen_by(tag: str | None, exclude: str | None) -> list[str]:
    """How items were chosen, in words: `["only “cats”", "without “blurred”"]`; None or "": by no such tag."""
    return [f"{word} “{name}”" for word, name in (("only", tag), ("without", exclude)) if name]


def spaces(models: Sequence[Embedded], model: str) -> list[str]:
    """What a model has embedded can be clustered: images, captions, or both averaged."""
    modalities = {each.modality for each in models if each.model == model and each.count}
    return [space for space, needed in MODALITIES.items() if modalities.issuperset(needed)]


def space_name(space: str) -> str:
    """As a person reads it."""
    return "Points of a two-dimensional map" if space.startswith(MAP) else SPACES.get(space, space)


def pairs(models: Sequence[Embedded]) -> dict[str, int]:
    """Model → how many pairs it can have embedded at most: the fewer of its images and its captions."""
    counts: dict[str, dict[str, int]] = {}
    for each in models:
        counts.setdefault(each.model, {})[each.modality] = each.count
    found = {model: min(of.get("image", 0), of.get("text", 0)) for model, of in counts.items()}
    return {model: count for model, count in found.items() if count}


FLAT = f"{MAP_WARNING.capitalize()}."
_SPACES = SPACES | {MAP: "A map, in two dimensions"}


def _map(drawn: Sequence[RunCard]) -> str:
    titles = {card.id: maps.title(card) for card in reversed(drawn)}
    return menu("Map", titles, "cluster-map", width=WIDTH)
