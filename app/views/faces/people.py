"""The faces that come along, or those of the workspace that an own editor was trained on."""

from typing import Any

import numpy as np
import streamlit as st

from app.kit import store
from app.kit.charts import OKABE_ITO
from app.kit.gallery import gallery, pictures
from app.kit.publish import fingerprint, publisher
from app.views.faces import asking
from app.views.faces.face import Chosen, Face
from core.errors import MissingData
from core.workspace import Workspace, open_named

SET = "faces"
CHANGED, SAME = "changed", "nothing"
"""The bundled set's column that tells a person as drawn from the versions with one factor changed."""
SHOWN = 18
ELSE = 255
"""Stands for a value that the editor does not know."""


def workspace(editor: str | None) -> Workspace | None:
    """Where faces to edit lie: the bundled set, or for an own editor the workspace on screen."""
    if editor:
        return store.current()
    return store.opened(open_named(SET).path) if SET in store.names() else None


def ids(place: Workspace) -> list[str]:
    """Every face of a workspace once, without its changed versions."""
    frame = store.items(place).frame
    same = frame[CHANGED] == SAME if CHANGED in frame else np.ones(len(frame), bool)
    pictured = set(place.pictured())
    return [id for id in frame.index[same] if id in pictured]


def some(place: Workspace, seed: int) -> list[str]:
    """A few of them by chance."""
    every = ids(place)
    return np.random.default_rng(seed).permutation(np.array(every, object))[:SHOWN].tolist()


def load(place: Workspace, id: str, editor: str | None) -> Face:
    """One of them as the editor sees it. Raises `MissingData` where it is gone."""
    data = store.image(place, id)
    if data is None:
        raise MissingData(f"the picture of {id} is gone: choose another face")
    return asking.read(data, store.items(place).captions.get(id) or id, editor, id)


def strip(place: Workspace, shown: list[str], key: str, current: str | None) -> str | None:
    """A row of faces; the id of the one just clicked."""
    captions = store.items(place).captions
    found = pictures(shown, captions, store.thumbnails(place, shown))
    return gallery(found, key, chosen=current, side=58, layout="strip")


def show(place: Workspace, now: Chosen) -> None:
    """The row to choose from, and two ways to be surprised."""
    with st.container(key="people", horizontal=True, vertical_alignment="center", gap="xsmall"):
        shown = some(place, now.seed)
        clicked = strip(place, shown, "people-strip", now.face.item if now.face else None)
        if st.button("", key="any-face", icon=":material/casino:", help="One of them by chance"):
            clicked = str(np.random.default_rng().choice(ids(place)))
        if st.button("", key="other-faces", icon=":material/refresh:", help="Others to choose from"):
            now.seed += 1
            st.rerun()
    if clicked:
        now.show(load(place, clicked, now.editor))
        st.rerun()  # the row above shows whom


def ground(place: Workspace, clip: str, editor: str | None) -> dict[str, Any] | None:
    """The map of a workspace's faces for the browser; None where the CLIP model has embedded none of them.

    One file: xy (N, 2) float32, then for each factor the place of each face's value, uint8.
    """
    found = asking.places(place.path, clip, place.version)
    if found["title"] is None:
        return None
    factors = asking.describe(editor)["factors"]
    frame = store.items(place).frame.reindex(found["ids"])
    codes = [_codes(frame, factor, values) for factor, values in factors.items()]
    packed = asking.octets(found["xy"]) + b"".join(code.tobytes() for code in codes)
    name = fingerprint(packed)
    return {
        "title": found["title"],
        "key": name,
        "count": len(found["ids"]),
        "source": publisher().address(name, lambda: packed),
        "colours": list(OKABE_ITO),
    }


def _codes(frame: Any, factor: str, values: list[str]) -> np.ndarray:
    if factor not in frame:
        return np.full(len(frame), ELSE, np.uint8)
    places = {value: place for place, value in enumerate(values)}
    return frame[factor].map(places).fillna(ELSE).to_numpy(np.uint8)
