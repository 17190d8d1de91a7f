"""Whose face: one that comes along, one that never was, one of two others, one's own picture."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from app.kit import formats
from app.kit.gallery import Picture, gallery
from app.kit.messages import escaped, plainly
from app.views.faces import asking, people
from app.views.faces.face import Chosen, Face
from core.workspace import Workspace

MADE = 16
"""New faces drawn at once."""
SIDE = 58
"""Pixels of a face to choose from."""


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


def there(place: Workspace | None, now: Chosen) -> None:
    """The faces there are."""
    if place is not None:
        people.show(place, now)


def new(place: Workspace | None, now: Chosen) -> None:
    """People who never were, with the factors that one wants."""
    factors = asking.describe(now.editor)["factors"]
    with st.container(key="new-factors", horizontal=True, vertical_alignment="center", gap="xsmall"):
        wanted = {factor: _wish(factor, values) for factor, values in factors.items()}
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
    current = now.other.item if now.other else None
    if clicked := people.strip(place, people.some(place, now.seed), "mix-strip", current):
        now.other = people.load(place, clicked, now.editor)
        st.rerun()
    if now.face is None or now.other is None:
        st.caption("Choose the face that some factors are taken from; all else stays as it is on the face below.")
        return
    with st.container(key="mix", horizontal=True, vertical_alignment="center", gap="small"):
        tiles = st.container(horizontal=True, gap="small", width="content")
        mixed = asking.mixed(now.face, now.other, _taken(now), now.editor)
        for face, title in ((now.face, "this face"), (now.other, "the other"), (mixed, "mixed")):
            tiles.image(face.picture or b"", title, width=SIDE)
        if st.button("Edit the mixed face", key="use-mixed", icon=":material/tune:"):
            now.show(mixed)
            st.rerun()


def _taken(now: Chosen) -> list[str]:
    factors = list(asking.describe(now.editor)["factors"])
    return st.pills(
        "Taken from the other",
        factors,
        selection_mode="multi",
        default=factors[:1],
        format_func=str.capitalize,
        key="mixed",
    )


def upload(place: Workspace | None, now: Chosen) -> None:
    """One's own picture, of any size; its middle square is taken."""
    given = st.file_uploader("A picture of a face", type=["image"], key="own-face", label_visibility="collapsed")
    if given is None:
        st.caption(f"{_kind(now)} The middle square of a picture is taken. It stays on this machine.")
    elif given.file_id != now.uploaded:
        now.uploaded = given.file_id
        with plainly():
            now.show(asking.read(given.getvalue(), given.name, now.editor))


def strange(face: Face) -> None:
    """Says of a picture that is no face that it is none; the sliders work all the same."""
    if face.strange:
        st.warning(
            f"{escaped(face.title)} does not look like the faces that this editor knows: the error of its "
            f"reconstruction is {formats.figure(face.error)}, that of 99 in 100 held-out faces below "
            f"{formats.figure(face.usual or 0)}. What you edit is the nearest face that it can draw.",
            icon=":material/face:",
        )


def _kind(now: Chosen) -> str:
    return "The editor knows its own faces best." if now.editor else "The bundled editor knows cartoon faces only."


def first(place: Workspace | None, now: Chosen) -> Face:
    """Where nobody has chosen yet: the first of the row, or a new one where there is none."""
    if place is not None and (shown := people.some(place, now.seed)):
        return people.load(place, shown[0], now.editor)
    return asking.drawn({}, 1, now.seed, now.editor)[0]
