"""Beside the sliders: the words that faces are compared with, files to keep, another editor."""

from functools import partial

import streamlit as st

from app.kit import downloads, store
from app.views.faces import asking, trainings
from app.views.faces.face import Chosen
from core.faces.results import Slider
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
        usual = "\n".join(asking.describe(editor).prompts)
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
        known = asking.describe(now.editor)

        def title(slide: Slider) -> str:
            """`Glasses`; of a factor with many values `Race: black`."""
            many = len(known.factors[slide.factor]) > 2
            return f"{slide.factor.capitalize()}: {slide.value}" if many else slide.factor.capitalize()

        _take(now, known.slides[0], "png")
        slide = st.selectbox("A slide of", known.slides, format_func=title, key="slide-factor")
        for kind in ("gif", "webp"):
            _take(now, slide, kind)


def _take(now: Chosen, slide: Slider, kind: str) -> None:
    title, help = FILES[kind]
    name = f"face.{kind}" if kind == "png" else f"{slide.factor}.{kind}"
    make = partial(_file, now, slide, kind)
    downloads.button(title, make, name, help, key=f"take-face-{kind}", quiet=False, width="stretch")


def _file(now: Chosen, slide: Slider, kind: str) -> bytes:
    return asking.file(now.face, now.settings, slide, kind, now.editor) if now.face else b""


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
    return {str(trainings.file(workspace, card)): trainings.title(card) for card in cards}
