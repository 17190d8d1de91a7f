"""A workspace's maps as pages draw them: their points and pictures, kept until the workspace changes."""

import os
from dataclasses import replace
from pathlib import Path

import streamlit as st

from app.kit import formats, store
from app.kit.rerun_guard import watch
from app.kit.state import state
from app.scatter.drawn import Drawn
from app.scatter.points import Points
from app.scatter.sprites import Sprites, prepare
from core.inputs import MAP
from core.machine import scratch
from core.runs.map import MapRun
from core.workspace import RunCard, Workspace

SPACES = {"both": "Images and captions", "images": "Images", "captions": "Captions"}
PARTS = {"both": "Both", "images": "Images", "captions": "Captions"}
"""The parts of a map by their spaces."""
SHEETS = "sheets"
"""The folder in a workspace that holds the map's small pictures."""
POLL_SECONDS = 1.0


@st.cache_resource(
    show_spinner=False,
    max_entries=2 * store.VERSIONS,
    hash_funcs={**store.UNTIL_CHANGED, RunCard: lambda card: card.id},
)
def drawn(workspace: Workspace, card: RunCard, part: str) -> Drawn:
    """A map's points, all of them or those of one part."""
    return Drawn.of(MapRun.load(workspace, card.id), store.items(workspace), part)


def points(workspace: Workspace, card: RunCard, space: str) -> Drawn:
    """Those of a map that are of a space; all of them where it has none of those, or the space is another."""
    found = drawn(workspace, card, PARTS.get(space, "Both"))
    return found if len(found) else drawn(workspace, card, "Both")


def sprites(workspace: Workspace) -> Sprites | None:
    """Every item's thumbnail on sheets for the map; None while they are being made aside."""
    ids = store.items(workspace).ids
    known = _sprites(workspace.path)
    if known.get(ids) is None:
        known.clear()
        place = workspace.path if os.access(workspace.path, os.W_OK) else scratch()  # a read-only one is looked at, too
        known[ids] = prepare(ids, workspace.thumbnails, Path(place) / SHEETS)
    return known[ids]


def with_thumbnails(workspace: Workspace, points: Points) -> Points:
    """The points with their thumbnails; where those are still being made, the page looks again by itself."""
    found = sprites(workspace)
    if found is None:
        watch(lambda: sprites(workspace) is not None, POLL_SECONDS)
    return replace(points, sprites=found)


def title(card: RunCard) -> str:
    """`t-SNE, images and captions, seed 0`."""
    return f"{card.title}, {SPACES[card.space].lower()}, seed {card.seed}"


def bring_on_screen(workspace: str, run: str, placed: int = 0) -> None:
    """A map that a job has made is the one on screen, with the items that it put on it lit; workspace: its path."""
    if workspace != str(state().workspace):
        return
    state().forget()
    state().run = run
    if placed:
        ids = MapRun.load(store.opened(workspace), run).ids[-placed:].tolist()
        state().show(formats.counted(len(set(ids)), "new item"), ids, "fresh")


def of_run(workspace: Workspace, card: RunCard) -> RunCard | None:
    """The map that a run was made from, else the newest of its model and space, of its model, of all; None without."""
    cards = workspace.runs("map")
    model = [each for each in cards if each.model == card.model]
    own = [each for each in cards if card.space == MAP + each.id]
    return next(reversed(own or [each for each in model if each.space == card.space] or model or cards), None)


def points_of_run(workspace: Workspace, card: RunCard) -> Drawn | None:
    """The points of that map that are of the run's space, else all of them; None where there is no map."""
    chosen = of_run(workspace, card)
    return points(workspace, chosen, card.space) if chosen else None


@st.cache_resource(show_spinner=False, max_entries=store.VERSIONS)
def _sprites(path: str) -> dict[tuple[str, ...], Sprites | None]:
    return {}
