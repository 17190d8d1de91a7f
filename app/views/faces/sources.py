"""Whose face: one that comes along, one that never was, one of two others, one's own picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from app.kit import formats, store
from app.kit.charts import OKABE_ITO
from app.kit.gallery import Picture, gallery, pictures
from app.kit.messages import escaped, plainly
from app.kit.publish import fingerprint, publisher
from app.views.faces import asking
from app.views.faces.face import Chosen, Face
from core.errors import MissingData
from core.workspace import Workspace, open_named

SET = "faces"
CHANGED, SAME = "changed", "nothing"
"""The bundled set's column that tells a person as drawn from the versions with one factor changed."""
SHOWN, MADE = 18, 16
"""Faces to choose from; new faces drawn at once."""
SIDE = 58
"""Pixels of a face to choose from."""
UNKNOWN = 255
"""Stands for a value that the editor does not know."""


def choose(place: Workspace | None, now: Chosen) -> Callable[[Workspace | None, Chosen], None]:
    """The line of sources; what shows the chosen one."""
    known = {} if place is None else {"Workspace" if now.editor else "Bundled": there}
    ways = {**known, "New": new, "Mix": mix, "Upload": upload}
    name = st.segmented_control(
        "Whose face",
        list(ways),
        default=next(iter(ways)),
        required=True,
        key=f"whose-{next(iter(ways)).lower()}",
        label_visibility="collapsed",
    )
    return ways[str(name)]


def first(place: Workspace | None, now: Chosen) -> Face:
    """Where nobody has chosen yet: the first of the row, or a new one where there is none."""
    if place is not None and (shown := some(place, now.seed)):
        return load(place, shown[0], now.editor)
    return asking.drawn({}, 1, now.seed, now.editor)[0]


def strange(face: Face) -> None:
    """Says of a picture that is no face that it is none; the sliders work all the same."""
    if face.strange:
        st.warning(
            f"{escaped(face.title)} does not look like the faces that this editor knows: the error of its "
            f"reconstruction is {formats.figure(face.error)}, that of 99 in 100 held-out faces below "
            f"{formats.figure(face.usual or 0)}. What you edit is the nearest face that it can draw.",
            icon=":material/face:",
        )


# the faces of a workspace


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
    return np.random.default_rng(seed).permutation(np.array(ids(place), object))[:SHOWN].tolist()


def load(place: Workspace, id: str, editor: str | None) -> Face:
    """One of them as the editor sees it. Raises `MissingData` where it is gone."""
    data = store.image(place, id)
    if data is None:
        raise MissingData(f"the picture of {id} is gone: choose another face")
    return asking.read(data, store.items(place).captions.get(id) or id, editor, id)


def strip(place: Workspace, now: Chosen, key: str, current: Face | None) -> str | None:
    """A row of faces; the id of the one just clicked."""
    shown = some(place, now.seed)
    found = pictures(shown, store.items(place).captions, store.thumbnails(place, shown))
    return gallery(found, key, chosen=current.item if current else None, side=SIDE, layout="strip")


def there(place: Workspace | None, now: Chosen) -> None:
    """The row to choose from, and two ways to be surprised."""
    if place is None:
        return
    with st.container(key="people", horizontal=True, vertical_alignment="center", gap="xsmall"):
        clicked = strip(place, now, "people-strip", now.face)
        if st.button("", key="any-face", icon=":material/casino:", help="One of them by chance"):
            clicked = str(np.random.default_rng().choice(ids(place)))
        if st.button("", key="other-faces", icon=":material/refresh:", help="Others to choose from"):
            now.seed += 1
            st.rerun()
    if clicked:
        now.show(load(place, clicked, now.editor))
        st.rerun()  # the row above shows whom


@dataclass(frozen=True)
class DrawnMap:
    """The map of a workspace's faces for the browser. key: another for another map. count: points.

    source: address of one file: xy (N, 2) float32, then for each factor the place of each face's value, uint8.
    """

    title: str
    key: str
    count: int
    source: str
    colours: Sequence[str] = OKABE_ITO


def face_map(place: Workspace, clip: str, editor: str | None) -> DrawnMap | None:
    """None where the CLIP model has embedded none of the faces."""
    found = asking.face_map(place.path, clip, place.version)
    if found.title is None:
        return None
    frame = store.items(place).frame.reindex(found.ids)
    values = asking.describe(editor).factors.items()
    data = asking.b64decode(found.xy) + b"".join(_places(frame, *each).tobytes() for each in values)
    name = fingerprint(data)
    return DrawnMap(found.title, name, len(found.ids), publisher().address(name, lambda: data))


def _places(frame: pd.DataFrame, factor: str, values: Sequence[str]) -> np.ndarray:
    """Where each row's value stands among those of its factor."""
    if factor not in frame:
        return np.full(len(frame), UNKNOWN, np.uint8)
    return pd.Categorical(frame[factor], values).codes.astype(np.uint8)  # -1, of another value, becomes 255


# faces that never were, and one's own


def new(place: Workspace | None, now: Chosen) -> None:
    """People who never were, with the factors that one wants."""
    with st.container(key="new-factors", horizontal=True, vertical_alignment="center", gap="xsmall"):
        wanted = {factor: _wish(factor, values) for factor, values in asking.describe(now.editor).factors.items()}
        if st.button("Draw", key="draw-faces", type="primary", icon=":material/casino:") or not now.made:
            values = {factor: value for factor, value in wanted.items() if value is not None}
            seed = int(np.random.default_rng().integers(2**31))
            now.made = tuple(asking.drawn(values, MADE, seed, now.editor))
    shown = [Picture(each.key, each.picture, each.title) for each in now.made]
    clicked = gallery(shown, "made-strip", chosen=now.face.key if now.face else None, side=SIDE, layout="strip")
    for each in now.made:
        if each.key == clicked:
            now.show(each)
            st.rerun()


def _wish(factor: str, values: Sequence[str]) -> str | None:
    return st.selectbox(
        factor,
        values,
        index=None,
        format_func=lambda value: f"{factor.capitalize()}: {value}",
        placeholder=factor.capitalize(),
        label_visibility="collapsed",
        key=f"new-{factor}",
        width=132,
    )


def mix(place: Workspace | None, now: Chosen) -> None:
    """The face on screen with some factors of another one."""
    if place is None:
        st.caption("There are no other faces to mix with: the bundled set is missing.")
        return
    if clicked := strip(place, now, "mix-strip", now.other):
        now.other = load(place, clicked, now.editor)
        st.rerun()
    if now.face is None or now.other is None:
        st.caption("Choose the face that some factors are taken from; all else stays as it is on the face below.")
        return
    with st.container(key="mix", horizontal=True, vertical_alignment="center", gap="small"):
        tiles = st.container(horizontal=True, gap="small", width="content")
        factors = list(asking.describe(now.editor).factors)
        taken = st.pills(
            "Taken from the other",
            factors,
            selection_mode="multi",
            default=factors[:1],
            format_func=str.capitalize,
            key="mixed",
        )
        mixed = asking.mixed(now.face, now.other, taken, now.editor)
        for face, title in ((now.face, "this face"), (now.other, "the other"), (mixed, "mixed")):
            tiles.image(face.picture or b"", title, width=SIDE)
        if st.button("Edit the mixed face", key="use-mixed", icon=":material/tune:"):
            now.show(mixed)
            st.rerun()


def upload(place: Workspace | None, now: Chosen) -> None:
    """One's own picture, of any size; its middle square is taken."""
    given = st.file_uploader("A picture of a face", type=["image"], key="own-face", label_visibility="collapsed")
    if given is None:
        known = "The editor knows its own faces best." if now.editor else "The bundled editor knows cartoon faces only."
        st.caption(f"{known} The middle square of a picture is taken. It stays on this machine.")
    elif given.file_id != now.uploaded:
        now.uploaded = given.file_id
        with plainly():
            now.show(asking.read(given.getvalue(), given.name, now.editor))
