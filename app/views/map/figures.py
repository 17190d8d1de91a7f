"""The small line below the map: how many points, how it was made, how far it and its model can be trusted."""

from collections.abc import Iterator

import streamlit as st

from app.kit import formats, progress, store, understanding
from app.kit.messages import escaped
from app.scatter import maps
from app.scatter.drawn import Drawn
from core.commands.mapping import unplaced
from core.methods import find
from core.runs.map import MapRun
from core.workspace import RunCard, Workspace


def show(workspace: Workspace, card: RunCard, drawn: Drawn) -> None:
    """One line of figures, each with its explanation; at its end, what is not on this map yet."""
    points = len(maps.drawn(workspace, card, "Both"))
    with st.container(key="figures", horizontal=True, vertical_alignment="center", gap="small"):
        for text, explanation in figures(card, len(drawn), points, space(workspace, card)):
            st.caption(text, help=explanation, width="content")
        if understood := understanding.figure(workspace, card.model):
            st.caption(understood[0], help=understood[1], width="content")
        missing = unplaced(workspace, card, points)
        if missing and find("core.maps", card.method).place:
            st.button(
                f"Place {formats.counted(missing, 'new point')} on this map",
                key="place",
                type="tertiary",
                icon=":material/add_location_alt:",
                on_click=_place,
                args=(workspace, card),
            )


def figures(card: RunCard, shown: int, points: int, space: str) -> Iterator[tuple[str, str]]:
    """Each figure with one line that says what it means."""
    part = "" if shown == points else f" of {points:,}"
    yield (
        f"**{shown:,}**{part} points",
        f"{formats.counted(card.items, 'item')} on this map; none was left out or sampled.",
    )
    stopped = ", stopped early" if MapRun.figures_of(card).partial else ""
    yield f"**{card.title}**, seed {card.seed}{stopped}", settings(card)
    yield from _trust(card)
    yield (
        space,
        "The space that the map was made from and neighbours are counted in: the model's embeddings.",
    )


def space(workspace: Workspace, card: RunCard) -> str:
    """`512 dimensions of pocket, images`; a reduced model's name tells how many there were."""
    model = escaped(store.model_title(workspace, card.model))
    count = dimension(workspace, card)
    size = f"{count:,} dimensions" if count else "deleted embeddings"
    return f"{size} of **{model}**, {maps.SPACES[card.space].lower()}"


def dimension(workspace: Workspace, card: RunCard) -> int:
    """Dimensions of the model's embeddings; 0 where they are gone."""
    return next((each.dimension for each in workspace.models() if each.model == card.model), 0)


def _trust(card: RunCard) -> Iterator[tuple[str, str]]:
    found = MapRun.figures_of(card)
    count = found.quality_neighbours
    sample = f" Measured on {found.quality_sample:,} points." if found.quality_sample else ""
    if found.trustworthiness is not None:
        yield (
            f"trustworthiness **{formats.figure(found.trustworthiness)}**",
            f"1 is best: the {count} nearest points on the map are near in the embedding space too.{sample}",
        )
    if found.neighbour_preservation is not None:
        yield (
            f"neighbours kept **{formats.percent(found.neighbour_preservation)}**",
            f"Of each point's {count} nearest in the embedding space, the share also nearest on the map.{sample}",
        )


def settings(card: RunCard) -> str:
    """Parameters and time, in one line."""
    listed = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in card.params.items() if name != "seed")
    return f"{listed or 'No parameters'}. Made in {formats.duration(card.seconds)}. Same seed, same map."


def _place(workspace: Workspace, card: RunCard) -> None:
    arguments = {"workspace": workspace.path, "run": card.id}
    progress.start(workspace, "place", arguments, f"Place new items on the {card.title} map")
