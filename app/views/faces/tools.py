"""Beside the sliders: the words that faces are compared with, files to keep, another editor."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from app.kit import downloads, store
from app.views.faces import asking, trained
from app.views.faces.face import Chosen
from core.runs.editor import EditorRun
from core.workspace import Workspace

MOST_PROMPTS = 8
FILES = {
    "png": ("Picture", "The edited face, 512 pixels wide"),
    "gif": ("Slide as GIF", "One factor from end to end and back, the others as they are set"),
    "webp": ("Slide as WebP", "The same, smaller and with more colours"),
}


def prompts(place: Workspace | None, editor: str | None) -> tuple[tuple[str, ...], str]:
    """The texts that faces are compared with, and by which CLIP model."""
    with st.popover("Words", icon=":material/notes:", key="face-words", help="Texts that the face is compared with"):
        usual = "\n".join(asking.describe(editor)["prompts"])
        given = st.text_area(
            f"Texts to compare with, one a line, at most {MOST_PROMPTS}", usual, key="face-prompts", height=180
        )
        models = list(dict.fromkeys(["pocket", *(store.models(place) if place else ())]))
        model = st.selectbox(
            "CLIP model",
            models,
            key="face-clip",
            accept_new_options=True,
            help="Any model that the Data page could use; `pocket` knows drawings, not photographs",
        )
    lines = dict.fromkeys(line.strip() for line in given.splitlines() if line.strip())
    return tuple(lines)[:MOST_PROMPTS], str(model or "pocket")


def files(now: Chosen) -> None:
    """What can be taken along."""
    with st.popover("Save", icon=":material/download:", key="face-files", help="A picture, or a slide as a film"):
        slides = asking.describe(now.editor)["slides"]
        _take(now, slides[0], "png")
        number = st.selectbox(
            "A slide of", range(len(slides)), format_func=partial(_title, now, slides), key="slide-factor"
        )
        for kind in ("gif", "webp"):
            _take(now, slides[number], kind)


def _take(now: Chosen, slide: dict[str, Any], kind: str) -> None:
    title, help = FILES[kind]
    name = f"face.{kind}" if kind == "png" else f"{slide['factor']}.{kind}"
    make = partial(_file, now, slide, kind)
    downloads.button(title, make, name, help, key=f"take-face-{kind}", quiet=False, width="stretch")


def editors(now: Chosen) -> None:
    """The bundled editor and those trained in this workspace; nothing where there is but one."""
    workspace = store.current()
    known: dict[str | None, str] = {None: "Cartoon faces (bundled)", **own(workspace)}
    if now.editor not in known:
        now.use(None)
    if len(known) < 2:
        return
    files = list(known)
    chosen = st.selectbox(
        "Editor", files, index=files.index(now.editor), format_func=known.__getitem__, key="face-editor",
        label_visibility="collapsed", width=220, help="Who draws: the bundled editor, or one trained on your faces",
    )  # fmt: skip
    now.use(chosen)


def own(workspace: Workspace) -> dict[str | None, str]:
    """Files and titles of the editors that were trained in a workspace."""
    cards = reversed(workspace.runs(EditorRun.KIND))
    return {str(trained.file(workspace, card)): trained.title(card) for card in cards}


def _title(now: Chosen, slides: Sequence[dict[str, Any]], number: int) -> str:
    """`Glasses`; of a factor with many values `Race: black`."""
    each = slides[number]
    many = len(asking.describe(now.editor)["factors"][each["factor"]]) > 2
    return f"{each['factor'].capitalize()}: {each['value']}" if many else each["factor"].capitalize()


def _file(now: Chosen, slide: dict[str, Any], kind: str) -> bytes:
    if now.face is None:
        return b""
    return asking.file(now.face, now.settings, slide["factor"], slide["value"], kind, now.editor)
