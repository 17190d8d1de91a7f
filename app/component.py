"""Components whose scripts are served as files, as those of an installed package are, and not sent in each message."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

PACKAGE = "clipscape"
_components: dict[tuple[int, str], Any] = {}


def served(name: str, folder: Path) -> Any:
    """What mounts the component in a folder of `main.js`, `NAME.html` and `NAME.css`; its modules import each other."""
    manager = get_bidi_component_manager()
    full = f"{PACKAGE}.{name}"
    if manager.get_component_asset_root(full) is None:
        manifest = ComponentManifest(PACKAGE, "1", [ComponentConfig(name, folder.name)])
        manager.register_from_manifest(manifest, folder.parent)
        html, css = ((folder / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
        _components[id(manager), name] = st.components.v2.component(full, html=html, css=css, js="main.js")
    return _components[id(manager), name]
