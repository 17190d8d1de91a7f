"""Whether a model understands the images of a workspace, as the pages tell it: one sentence, or a figure."""

import streamlit as st

from app.kit import progress, store
from app.kit.messages import escaped
from core.features import is_features
from core.reduced import full_model
from core.understanding import Understanding
from core.understanding.results import NOT_SHOWN
from core.understanding.words import details, figures, headline, percent, remedy
from core.workspace import Workspace

SOON = "Whether {model} understands the images is measured when they are embedded."
HERE = "Choose another model under “Add images and captions”."
"""The remedy on the Data page itself."""


def of(workspace: Workspace, model: str) -> Understanding | None:
    """Of the model, or of the one that a reduced model is made of; None while items are being embedded, where there
    are no images, where so many are that the command must measure it, and for features, which read no words."""
    if progress.running(workspace, "embed") or is_features(full_model(workspace, model)):
        return None
    found = store.understanding(workspace, full_model(workspace, model))
    return found if found and found.images else None


def sentence(workspace: Workspace, model: str, here: bool = False) -> None:
    """Draws one line with the figure and, where it is poor, what to do; `here`: on the page where that is done."""
    found = of(workspace, model)
    if found is None:
        if progress.running(workspace, "embed"):
            st.caption(SOON.format(model=escaped(model)))
        return
    do = HERE if here and found.poor else remedy(found)
    mark = ":orange[:material/warning:] " if found.poor else ""
    text = f"{mark}**{escaped(headline(found))}**: {escaped(figures(found))}. {do}"
    st.caption(text, help=escaped(details(found)))


def figure(workspace: Workspace, model: str) -> tuple[str, str] | None:
    """The same in a few words, `**hardly** understood: 0 %`, and all of it as explanation."""
    found = of(workspace, model)
    if found is None:
        return None
    mark = ":orange[:material/warning:] " if found.poor else ""
    return f"{mark}{_short(found)}", escaped(f"{headline(found)}: {figures(found)}. {remedy(found)}")


def _short(found: Understanding) -> str:
    if found.verdict == NOT_SHOWN:
        return "understanding not shown"
    share = f": {percent(found.match.image_to_text.share)}" if found.by == "captions" and found.match else ""
    return f"**{found.verdict}** understood{share}"
