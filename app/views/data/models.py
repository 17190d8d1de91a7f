"""Which model embeds: the bundled one, one from the hub, or weights on this machine."""

from collections.abc import Sequence

import streamlit as st

from app.kit import person
from app.kit.messages import plainly
from app.views.data import hub_models
from core.encoders.catalogue import BUNDLED as BUNDLED_MODELS
from core.encoders.catalogue import DEFAULT
from core.encoders.kept import kept

BUNDLED, HUB, LOCAL = "Bundled", "From the hub", "My weights"
ABOUT = {
    DEFAULT: "The bundled model **pocket-2** reads sentences and understands everyday photographs and drawings; it is "
    "small, so a model from the hub understands far more.",
    "pocket": "**pocket**, which came along before, understands drawings, icons and emoji only. **pocket-2** reads "
    "photographs and sentences too: choose it here and embed again; what pocket has embedded stays.",
}


def choose(used: list[str]) -> str | None:
    """Draws the choice and returns the model's name; None while something is still to be given.

    used: models that have embedded items of this workspace; the first is the default.
    """
    kind = st.segmented_control("Model", [BUNDLED, HUB, LOCAL], default=_kind(used), required=True, key="model-kind")
    if kind == BUNDLED:
        return _bundled(used)
    return hub_models.choose(used) if kind == HUB else _own(used)


def _bundled(used: list[str]) -> str:
    """The newest one; a workspace that an older one has embedded can go on with that."""
    names = list(dict.fromkeys([*(each for each in used if each in BUNDLED_MODELS), DEFAULT]))
    name = names[0] if len(names) == 1 else str(st.selectbox("Bundled model", names, key="bundled-model"))
    st.caption(ABOUT[name])
    return name


def _kind(used: list[str]) -> str:
    if not used or used[0] in BUNDLED_MODELS:
        return BUNDLED
    return HUB if hub_models.is_hub_name(used[0]) else LOCAL


def _own(used: Sequence[str]) -> str | None:
    """Draws the choice; returns the model's name or path, None while there is none.

    used: models that have embedded items here; an imported one is among them with a hash of its weights.
    """
    path = st.text_input(
        "Weights on this machine",
        key="own-model",
        placeholder="ViT-B-32:/models/mine.safetensors",
        help="`architecture:path` of a safetensors file, or a folder with open_clip_config.json",
    )
    imported = [card.name for card in kept() if not card.from_hub]
    name = st.selectbox("Imported", imported, key="imported-model") if imported and not path.strip() else None
    with st.expander("Import a folder", icon=":material/drive_folder_upload:", key="import-model"):
        _import()
    return path.strip() or next((each for each in used if each.rpartition("@")[0] == name), name)


def _import() -> None:
    """From another machine: what was downloaded there, or any weights in safetensors."""
    source = st.text_input(
        "Folder",
        key="import-path",
        placeholder="/media/stick/ViT-B-32--openai",
        help="What Clipscape has downloaded on another machine (CLIPSCAPE_HOME/models), or a folder with "
        "open_clip_config.json, safetensors and the files of the tokenizer",
    )
    name = st.text_input("Name", key="import-name", placeholder="optional: as the folder is called")
    st.caption("It is copied to the other models; the folder may go afterwards.")
    if st.button("Import", key="import-start", disabled=not source.strip()):
        arguments = {"source": source.strip(), "name": name.strip() or None}
        with plainly():
            person.start("models import", arguments, f"Import {source.strip()}")
            st.rerun()
