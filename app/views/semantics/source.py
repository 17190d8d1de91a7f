"""What an analysis is given: which items, seen by which model, as images, captions or both."""

from collections.abc import Sequence

import streamlit as st

from app.comparison.source import SPACES, Source, chosen_by, spaces
from app.comparison.source import kept as rows_left
from app.kit import formats, store
from app.kit.forms import kept
from core.inputs import MODALITIES
from core.runs.gap import GapRun
from core.runs.record import Chosen
from core.workspace import RunCard, Workspace

EVERY, NOBODY = "All items", "Nothing"
UNTAGGED = "Tag items on the Map page: then an analysis can be of those, or of the others"
WIDTH = 200


def usual(workspace: Workspace) -> Source:
    """What the menus offer first: a model that reads words, and its images, or captions where it has no images."""
    model = next(iter(_models(workspace, words=True)))
    return Source(model, spaces(workspace.models(), model)[0])


def ask(workspace: Workspace, tab: str, choice: bool = True, words: bool = True) -> Source:
    """One line of menus; call it inside a horizontal container. choice: whether there is one of the space, else both.

    words: whether the analysis needs them, so that features, which lie where no words do, are left out.
    """
    titles = _models(workspace, words)
    model = st.selectbox(
        "Model",
        list(titles),
        format_func=titles.__getitem__,
        **kept(_key(workspace, tab, "model"), next(iter(titles)), titles),
        width=WIDTH,
    )
    space = _space(workspace, tab, str(model)) if choice else "both"
    known = store.tags(workspace)
    tag = _tag(workspace, tab, "Items", "tag", EVERY, known)
    exclude = _tag(workspace, tab, "Leave out", "exclude", NOBODY, [each for each in known if each != tag])
    return Source(str(model), space, tag, exclude)


def count(workspace: Workspace, given: Source) -> int:
    """Items that take part, at most: those embedded, or those that the tags leave."""
    wanted = MODALITIES[given.space]
    embedded = [each.count for each in workspace.models() if each.model == given.model and each.modality in wanted]
    left = int(rows_left(workspace, given.tag, given.exclude).sum())
    return min(left, max(embedded, default=0))


def told(workspace: Workspace, card: RunCard, figures: Chosen) -> str:
    """`9,170 items, images, pocket, only “cats”`: what a result is of."""
    averaged = "images with their captions" if card.kind == GapRun.KIND else "image and caption averaged"
    space = {"images": "images", "captions": "captions", "both": averaged}.get(card.space, card.space)
    about = (formats.counted(card.items, "item"), space, store.model_title(workspace, card.model))
    return ", ".join([*about, *chosen_by(figures.tag, figures.exclude)])


def _models(workspace: Workspace, words: bool) -> dict[str, str]:
    titles = store.models(workspace)
    return {name: title for name, title in titles.items() if not (words and store.is_wordless(workspace, name))}


def _space(workspace: Workspace, tab: str, model: str) -> str:
    options = spaces(workspace.models(), model)
    draft = kept(_key(workspace, tab, "space"), options[0], options)
    help = "In which the items are compared, with all of the model's dimensions; several captions of one are averaged"
    return str(st.selectbox("Space", options, format_func=SPACES.__getitem__, width=WIDTH, help=help, **draft))


def _tag(workspace: Workspace, tab: str, title: str, name: str, nothing: str, known: Sequence[str]) -> str | None:
    options = ["", *known]
    found = st.selectbox(
        title,
        options,
        format_func=lambda tag: repr(tag) if tag else nothing,
        **kept(_key(workspace, tab, name), "", options),
        width=WIDTH,
        disabled=not known,
        help=UNTAGGED if not known else "All, or those with a tag" if name == "tag" else "These take no part",
    )
    return str(found) or None


def _key(workspace: Workspace, tab: str, name: str) -> str:
    return f"{tab}-{name}-{workspace.name}"
