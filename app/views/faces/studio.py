"""The face with its sliders: one component, so that a slider's move is answered in the browser itself.

With each face, and whenever a slider has come to rest, the browser gets a strip of pictures for every slider, all
others as they are set: what a slider does next is there before anybody moves it.
"""

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from msgspec import convert

from app.kit.messages import plainly
from app.kit.publish import fingerprint, publisher
from app.kit.streamlit_internals import component_of_files
from app.views.faces import asking
from app.views.faces.face import Chosen, Face, Settings
from app.views.faces.sources import DrawnMap

FOLDER = Path(__file__).parent / "component"
KEY = "faces-studio"
ASKED, SETTLED = "asked", "settled"
"""What the component tells: the sliders as they are now, and those that all pictures are there for."""


@dataclass(frozen=True)
class Beside:
    """What an edit is compared with. workspace: whose map its path is drawn on; drawn: that map's points."""

    prompts: tuple[str, ...]
    clip: str
    workspace: str | None
    drawn: DrawnMap | None


@dataclass(frozen=True)
class Sliders:
    """What the component tells: where they are. face: its key."""

    face: str
    settings: Settings


@st.fragment
def show(now: Chosen, face: Face, beside: Beside) -> None:
    """The sliders as they were moved last; figures follow once nothing moves."""
    asked = _settings(ASKED, face)
    now.settings = now.settings if asked is None else asked
    with plainly():
        data = sliders(now.editor) | _pictures(face, now)
        data |= {"ground": beside.drawn and asdict(beside.drawn), "prompts": beside.prompts}
        data["measured"] = _measured(face, now, beside) if _settings(SETTLED, face) == now.settings else None
        component_of_files("studio", FOLDER)(
            key=KEY, data=data, height="content", on_asked_change=lambda: None, on_settled_change=lambda: None
        )


def sliders(editor: str | None) -> dict[str, Any]:
    """A row a factor: its values, and the slider of each."""
    known = asking.describe(editor)
    numbers: dict[str, dict[str, int]] = {factor: {} for factor in known.factors}
    for number, each in enumerate(known.slides):
        numbers[each.factor][each.value] = number
    rows = [{"factor": factor, "values": values, "slides": numbers[factor]} for factor, values in known.factors.items()]
    return {"side": known.side, "positions": known.positions, "rows": rows}


def _settings(name: str, face: Face) -> Settings | None:
    """Those that the component has told last; None where they are of another face."""
    told = st.session_state.get(KEY, {}).get(name)
    last = convert(told, Sliders) if told else None
    return last.settings if last and last.face == face.key else None


def _pictures(face: Face, now: Chosen) -> dict[str, Any]:
    found = asking.slide(face, now.settings, now.editor)
    sheet = publisher().address(fingerprint(found.sheet), lambda: b64decode(found.sheet), "image/jpeg")
    original = face.picture and b64encode(face.picture).decode()
    return {**found.to_dict(), "sheet": sheet, "face": face.key, "settings": now.settings, "original": original}


def _measured(face: Face, now: Chosen, beside: Beside) -> dict[str, Any]:
    found = asking.measure(face, now.settings, beside.prompts, beside.clip, beside.workspace, now.editor)
    return {**found.to_dict(), "face": face.key, "settings": now.settings}
