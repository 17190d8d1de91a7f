"""What is in the workspace, in one row of figures, and whether the models understand it."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.kit import derived_embeddings, formats, store, understanding
from app.kit.items import Items
from app.kit.messages import escaped
from core.features import is_features
from core.reduced import reduced_models
from core.workspace import Embedded, Workspace

MODALITIES = {"image": "images", "text": "captions"}


def show(workspace: Workspace, items: Items) -> None:
    """Items, captions, labels, size, and which model has embedded how many; what was made of others can be deleted."""
    reduced = reduced_models(workspace)
    captioned = int((items.frame["caption"] != "").sum())
    with st.container(key="summary", horizontal=True, gap="medium"):
        _figure("Items", f"{len(items):,}")
        _figure("Captioned", f"{captioned:,}")
        _figure("Labels", f"{len(items.labels):,}")
        _figure("On disk", formats.size(occupied(Path(workspace.path))))
        for model, line in embedded(workspace.models()):
            with st.container(horizontal=True, vertical_alignment="bottom", width="content", gap="xxsmall"):
                _figure(f"Embedded by {escaped(store.model_title(workspace, model))}", line)
                if model in reduced or is_features(model):
                    _delete(workspace, model)
    for model in dict.fromkeys(each.model for each in workspace.models()):
        if model not in reduced:
            understanding.sentence(workspace, model, here=True)


def embedded(models: Sequence[Embedded]) -> list[tuple[str, str]]:
    """A model and how many images and captions it has embedded: `7,632 images, 7,632 captions`."""
    names = dict.fromkeys(each.model for each in models)
    return [
        (name, ", ".join(f"{each.count:,} {MODALITIES[each.modality]}" for each in models if each.model == name))
        for name in names
    ]


def occupied(folder: Path) -> int:
    """Bytes of all files under a folder; those that vanish meanwhile do not count."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _delete(workspace: Workspace, model: str) -> None:
    help = "Delete these embeddings, which were made of another model's"
    if st.button("", key=f"delete-{model}", icon=":material/delete:", type="tertiary", help=help):
        derived_embeddings.ask(workspace, model)


def _figure(label: str, value: str) -> None:
    with st.container(width="content", gap=None):
        st.caption(label)
        st.markdown(f"**{value}**")
