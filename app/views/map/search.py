"""Search with words or with a picture: the hits light up on the map and fill the drawer."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import streamlit as st
from msgspec import convert
from streamlit.delta_generator import DeltaGenerator

from app.kit import person
from app.kit.messages import plainly
from app.kit.state import state
from core.commands.searching import SearchResult
from core.workspace import Workspace

TOP = 60
"""Hits that light up."""
PATIENCE = 120
"""Seconds that a first question may take: it loads the model."""


def by_words(workspace: Workspace, model: str, place: DeltaGenerator) -> None:
    """The search box; an empty one ends the search. `place`: where to say that it takes time, or what is wrong."""
    words = st.text_input(
        "Search",
        key="words",
        type="search",
        placeholder="Search with words, e.g. red fruit",
        label_visibility="collapsed",
        persist_state="session",
    ).strip()
    question = (workspace.path, model, words)
    if question == state().searched:
        return
    state().searched = question
    if words:
        _find(f"“{words}”", workspace, {"text": words, "model": model}, place)
    elif (group := state().group) and group.origin == "found":
        state().forget()


def by_picture(workspace: Workspace, model: str, place: DeltaGenerator) -> None:
    """A small button that takes a picture."""
    with st.popover("Picture", icon=":material/image_search:", key="picture", help="Search with a picture"):
        given = st.file_uploader("A picture to search with", type=["image"], key="sample")
    if given is None or given.file_id == state().sample:
        return
    state().sample = given.file_id
    with NamedTemporaryFile(suffix=Path(given.name).suffix) as file:
        file.write(given.getbuffer())
        file.flush()
        _find(given.name, workspace, {"image": file.name, "model": model}, place)


def _find(title: str, workspace: Workspace, question: dict[str, Any], place: DeltaGenerator) -> None:
    with place, plainly(), st.spinner("Searching …"):
        answer = person.ask("search", {"workspace": workspace.path, "top": TOP, **question}, PATIENCE)
        hits = convert(answer, SearchResult).hits
        state().show(title, [hit.id for hit in hits], "found", [hit.score for hit in hits])
