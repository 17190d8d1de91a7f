"""The Faces page: what changes if one factor changes?"""

import streamlit as st
from msgspec import convert

from app.kit import store
from app.kit.messages import escaped
from app.kit.page import Outcome, Page, Result
from app.kit.state import state
from app.views.faces import asking, latents, sources, studio, tools, trainings
from app.views.faces.face import chosen
from app.views.faces.studio import Beside
from core.jobs import Job, jobs
from core.runs.editor import EditorResult

WARM_AFTER = 5.0
"""Seconds in which the page has the cores for itself."""
PLAIN = (
    "Glasses, sex, race and the other factors are labels of a data set: of drawings whose parts a program chose by "
    "them. They say how that data set was made, and nothing about people."
)
LATENTS = "What each latent dimension stands for"
OWN = "The factors are labels of the pictures that this editor was trained on, and say nothing about people."


def show() -> None:
    """Whose face, its sliders, and what they do."""
    now = chosen()
    with st.container(key="faces-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Faces", anchor=False)
        tools.editors(now)
        with st.spinner("Loading the editor of faces …"):
            asking.describe(now.editor)
        place = sources.workspace(now.editor)
        source = sources.choose(place, now)
        with st.container(key="face-tools", horizontal=True, horizontal_alignment="right", gap="xsmall"):
            prompts, clip = tools.prompts(place, now.editor)
            if st.button("Latents", icon=":material/grid_on:", key="face-latents", help=LATENTS):
                latents.show(prompts, clip, now.editor, place.path if place and now.editor else None)
            tools.files(now)
    if now.face is None:
        now.show(sources.first(place, now))
    source(place, now)
    if now.face is not None:
        sources.strange(now.face)
        drawn = sources.face_map(place, clip, now.editor) if place else None
        studio.show(now, now.face, Beside(prompts, clip, place.path if place else None, drawn))
        if place and drawn is None:
            st.caption(f"{escaped(clip)} has not embedded these faces: once it has, edits are drawn on their map here.")
    trainings.draw(store.current())
    st.caption(OWN if now.editor else PLAIN)
    jobs().warm(after=WARM_AFTER)


def use(job: Job, result: Result) -> None:
    """The new editor is taken up."""
    if job.workspace == str(state().workspace):
        chosen().use(convert(result, EditorResult).model)


OUTCOME = Outcome(lambda result: convert(result, EditorResult).summary(), use)
PAGE = Page("Faces", ":material/face:", 7, show, {"faces train": OUTCOME})
