"""Weights on this machine: imported ones by their name, others by their path; and importing a folder."""

from collections.abc import Sequence

import streamlit as st

from core.encoders.kept import kept
from core.jobs import jobs

COMMAND = "models import"


def choose(used: Sequence[str]) -> str | None:
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
        _form()
    return path.strip() or next((each for each in used if each.rpartition("@")[0] == name), name)


def _form() -> None:
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
        jobs().start(COMMAND, arguments, f"Import {source.strip()}")
        st.rerun()
