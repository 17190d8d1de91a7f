"""What the page asks the worker that keeps the editor; the same question twice is answered from memory."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import streamlit as st
from msgspec import convert

from app.kit import person
from app.views.faces.face import Face, Settings
from core.faces import results
from core.faces.options import bundled_file

PATIENCE = 120
"""Seconds that a first question may take: it loads the editor, and perhaps a CLIP model."""
KEPT = 128
"""Answers."""
Answer = TypeVar("Answer")


def describe(editor: str | None) -> results.Description:
    """The sliders of an editor."""
    return _ask(results.Description, "describe", model=editor)


def read(data: bytes, title: str, editor: str | None, item: str | None = None) -> Face:
    """The face in a picture's bytes; raises `BadPicture`."""
    with NamedTemporaryFile(suffix=Path(title).suffix) as file:
        file.write(data)
        file.flush()
        found = _ask_anew(results.ReadFace, "read", image=file.name, model=editor)
    return Face(title, found.codes, b64decode(found.picture), found.error, found.usual_error, item)


def slide(face: Face, settings: Settings, editor: str | None) -> results.Strips:
    """A face with its sliders set, and a strip of pictures for each slider."""
    return _ask(results.Strips, "slide", codes=face.latents, settings=settings, model=editor)


def measure(
    face: Face, settings: Settings, prompts: Sequence[str], clip: str, workspace: str | None, editor: str | None
) -> results.MeasuredEdit:
    """What the edit did."""
    by = {"prompts": list(prompts), "clip": clip, "workspace": workspace}
    return _ask(results.MeasuredEdit, "measure", codes=face.latents, settings=settings, model=editor, **by)


def meaning(prompts: Sequence[str], clip: str, editor: str | None, source: str | None) -> results.MeaningResult:
    """Which latent dimensions move with which words, of the bundled people or of a workspace's faces."""
    by = {"prompts": list(prompts) or None, "clip": clip, "source": source}
    return _ask(results.MeaningResult, "meaning", model=editor, **by)


def face_map(workspace: str, clip: str, version: int) -> results.MapResult:
    """The map that an edit's path is drawn on; version: of the workspace."""
    return convert(_answer("map", {"workspace": workspace, "clip": clip}, version), results.MapResult)


def mixed(face: Face, other: Face, factors: Sequence[str], editor: str | None) -> Face:
    """Some factors of another face, the rest of this one."""
    found = _ask(results.Face, "mix", codes=face.latents, other=other.latents, factors=list(factors), model=editor)
    return _made(found, f"{face.title}, with {' and '.join(factors) or 'nothing'} of {other.title}")


def drawn(values: Mapping[str, str], count: int, seed: int, editor: str | None) -> list[Face]:
    """People who never were."""
    found = _ask_anew(results.Faces, "draw", values=values, count=count, seed=seed, model=editor)
    return [_made(each, f"new face {seed}.{number}") for number, each in enumerate(found.faces, 1)]


def file(face: Face, settings: Settings, slider: results.Slider, kind: str, editor: str | None) -> bytes:
    """The edited face as PNG, or the slide of one factor as GIF or WebP."""
    which = {"factor": slider.factor, "value": slider.value, "kind": kind}
    found = _ask_anew(results.FaceFile, "export", codes=face.latents, settings=settings, model=editor, **which)
    return b64decode(found.file)


def _ask(kind: type[Answer], question: str, /, model: str | None, **arguments: Any) -> Answer:
    """Answers of an editor are none of the one that is later written to its file."""
    path = Path(model) if model else bundled_file("faces")
    written = path.stat().st_mtime_ns if path.exists() else 0
    return convert(_answer(question, {**arguments, "model": model}, written), kind)


def _ask_anew(kind: type[Answer], question: str, /, **arguments: Any) -> Answer:
    return convert(person.ask(f"faces {question}", arguments, PATIENCE), kind)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _answer(question: str, arguments: Mapping[str, Any], version: int) -> dict[str, Any]:
    return person.ask(f"faces {question}", arguments, PATIENCE)


def _made(found: results.Face, title: str) -> Face:
    return Face(title, found.codes, b64decode(found.picture))
