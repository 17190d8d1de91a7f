"""What the page asks the worker that keeps the editor; the same question twice is answered from memory."""

from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import streamlit as st

from app.views.faces.face import Face, Settings
from core.faces.kinds import bundled_file
from core.jobs import ask

PATIENCE = 120
"""Seconds that a first question may take: it loads the editor, and perhaps a CLIP model."""
KEPT = 64
"""Answers of each kind."""


def describe(editor: str | None) -> dict[str, Any]:
    """The sliders of an editor, see `core.commands.faces.describe`."""
    return _describe(editor, _stamp(editor))


def read(data: bytes, title: str, editor: str | None, item: str | None = None) -> Face:
    """The face in a picture's bytes; raises `BadPicture`."""
    with NamedTemporaryFile(suffix=Path(title).suffix) as file:
        file.write(data)
        file.flush()
        found = _ask("read", image=file.name, model=editor)
    return Face(title, found["codes"], b64decode(found["picture"]), found["error"], found["usual_error"], item)


def slide(face: Face, settings: Settings, editor: str | None) -> dict[str, Any]:
    """A face with its sliders set, and a strip of pictures for each slider."""
    return _slide(face.codes, settings, editor, _stamp(editor))


def measure(
    face: Face, settings: Settings, prompts: Sequence[str], clip: str, workspace: str | None, editor: str | None
) -> dict[str, Any]:
    """What the edit did."""
    return _measure(face.codes, settings, tuple(prompts), clip, workspace, editor, _stamp(editor))


def meaning(prompts: Sequence[str], clip: str, editor: str | None, source: str | None) -> dict[str, Any]:
    """Which codes move with which words, of the bundled people or of a workspace's faces."""
    return _meaning(tuple(prompts), clip, editor, source, _stamp(editor))


def mixed(face: Face, other: Face, factors: Sequence[str], editor: str | None) -> Face:
    """Some factors of another face, the rest of this one."""
    found = _ask("mix", codes=face.codes, other=other.codes, factors=list(factors), model=editor)
    return _made(found, f"{face.title}, with {' and '.join(factors) or 'nothing'} of {other.title}")


def drawn(values: dict[str, str], count: int, seed: int, editor: str | None) -> list[Face]:
    """People who never were."""
    found = _ask("draw", values=values, count=count, seed=seed, model=editor)["faces"]
    return [_made(each, f"new face {seed}.{number}") for number, each in enumerate(found, 1)]


def file(face: Face, settings: Settings, factor: str, value: str, kind: str, editor: str | None) -> bytes:
    """The edited face as PNG, or the slide of one factor as GIF or WebP."""
    more = {"factor": factor, "value": value, "kind": kind, "model": editor}
    return b64decode(_ask("export", codes=face.codes, settings=settings, **more)["file"])


def octets(text: str) -> bytes:
    """What travelled in base64."""
    return b64decode(text)


def places(workspace: str, clip: str, version: int) -> dict[str, Any]:
    """The map that an edit's path is drawn on."""
    return _places(workspace, clip, version)


@st.cache_data(show_spinner=False, max_entries=8)
def _describe(editor: str | None, stamp: int) -> dict[str, Any]:
    return _ask("describe", model=editor)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _slide(codes: str, settings: Settings, editor: str | None, stamp: int) -> dict[str, Any]:
    return _ask("slide", codes=codes, settings=settings, model=editor)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _measure(
    codes: str,
    settings: Settings,
    prompts: tuple[str, ...],
    clip: str,
    workspace: str | None,
    editor: str | None,
    stamp: int,
) -> dict[str, Any]:
    more = {"clip": clip, "workspace": workspace, "model": editor}
    return _ask("measure", codes=codes, settings=settings, prompts=list(prompts), **more)


@st.cache_data(show_spinner=False, max_entries=8)
def _meaning(prompts: tuple[str, ...], clip: str, editor: str | None, source: str | None, stamp: int) -> dict[str, Any]:
    return _ask("meaning", prompts=list(prompts) or None, clip=clip, model=editor, source=source)


@st.cache_data(show_spinner=False, max_entries=4)
def _places(workspace: str, clip: str, version: int) -> dict[str, Any]:
    return _ask("map", workspace=workspace, clip=clip)


def _ask(question: str, **arguments: Any) -> dict[str, Any]:
    return ask(f"faces {question}", arguments, PATIENCE)


def _made(found: dict[str, str], title: str) -> Face:
    return Face(title, found["codes"], b64decode(found["picture"]))


def _stamp(editor: str | None) -> int:
    """When the editor's file was written: answers of an earlier one are none of it."""
    path = Path(editor) if editor else bundled_file("faces")
    return path.stat().st_mtime_ns if path.exists() else 0
