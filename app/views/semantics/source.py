"""What an analysis is given: which items, seen by which model, as images, captions or both."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from app.comparison.source import kept as rows_kept
from app.kit import formats, store
from app.kit.forms import kept
from core.inputs import MODALITIES
from core.workspace import Embedded, RunCard, Workspace

SPACES = {"images": "Images", "captions": "Captions", "both": "Image and caption averaged"}
EVERY, NOBODY = "All items", "Nothing"
UNTAGGED = "Tag items on the Map page: then an analysis can be of those, or of the others"
WIDTH = 200


@dataclass(frozen=True)
class Given:
    """model, space: as in a run card. tag: only the items that have it; exclude: not those that have that one."""

    model: str
    space: str | None = None
    tag: str | None = None
    exclude: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Of a command; without the space where there is no choice of it."""
        return {name: value for name, value in asdict(self).items() if name != "space" or value is not None}


def ask(workspace: Workspace, tab: str, spaces: bool = True, words: bool = True) -> Given:
    """One line of menus; call it inside a horizontal container. spaces: whether there is a choice of space.

    words: whether the analysis needs them, so that features, which lie where no words do, are left out.
    """
    embedded, titles = workspace.models(), store.models(workspace)
    if words:
        titles = {name: title for name, title in titles.items() if not store.is_wordless(workspace, name)}
    model = st.selectbox(
        "Model",
        list(titles),
        format_func=titles.__getitem__,
        **kept(_key(workspace, tab, "model"), next(iter(titles)), titles),
        width=WIDTH,
    )
    space = _space(workspace, tab, embedded, str(model)) if spaces else None
    known = store.tags(workspace)
    tag = _tag(workspace, tab, "Items", "tag", EVERY, known)
    exclude = _tag(workspace, tab, "Leave out", "exclude", NOBODY, [each for each in known if each != tag])
    return Given(str(model), space, tag, exclude)


def count(workspace: Workspace, given: Given) -> int:
    """Items that take part, at most: those embedded, or those that the tags leave."""
    wanted = MODALITIES[given.space or "both"]
    embedded = [each.count for each in workspace.models() if each.model == given.model and each.modality in wanted]
    left = int(rows_kept(workspace, given.tag, given.exclude).sum())
    return min(left, max(embedded, default=0))


def told(workspace: Workspace, card: RunCard) -> str:
    """`9,170 items, images, pocket, only “cats”`: what a result is of."""
    averaged = "images with their captions" if card.kind == "gap" else "image and caption averaged"
    space = {"images": "images", "captions": "captions", "both": averaged}.get(card.space, card.space)
    tags = (("only", card.metrics.get("tag")), ("without", card.metrics.get("exclude")))
    chosen = [f"{word} “{name}”" for word, name in tags if name]
    return ", ".join([formats.counted(card.items, "item"), space, store.model_title(workspace, card.model), *chosen])


def _space(workspace: Workspace, tab: str, embedded: Sequence[Embedded], model: str) -> str:
    there = {each.modality for each in embedded if each.model == model and each.count}
    options = [space for space in SPACES if there.issuperset(MODALITIES[space])]
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
