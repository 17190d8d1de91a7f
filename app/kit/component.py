"""What Python code mounts of JavaScript: small components, and large ones whose scripts are served as files."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

PACKAGE = "clipscape"
_components: dict[tuple[int, str], Any] = {}


def clicked(module: str, data: Any, key: str, html: str = "<ol></ol>") -> Any:
    """Draws a small component and gives what was just clicked in it.

    module: the file beside which its script and its CSS lie.
    """
    return _small(Path(module), html)(key=key, data=data, on_clicked_change=_nothing).clicked


def served(name: str, folder: Path) -> Any:
    """What mounts the component in a folder of `main.js`, `NAME.html` and `NAME.css`; its modules import each other.

    The scripts come as files, as those of an installed package do, and not in each message.
    """
    manager = get_bidi_component_manager()
    full = f"{PACKAGE}.{name}"
    if manager.get_component_asset_root(full) is None:
        manifest = ComponentManifest(PACKAGE, "1", [ComponentConfig(name, folder.name)])
        manager.register_from_manifest(manifest, folder.parent)
        html, css = ((folder / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
        _components[id(manager), name] = st.components.v2.component(full, html=html, css=css, js="main.js")
    return _components[id(manager), name]


@st.cache_resource(show_spinner=False)
def _small(module: Path, html: str) -> Any:
    css, script = (module.with_suffix(f".{kind}").read_text("utf-8") for kind in ("css", "js"))
    return st.components.v2.component(f"clipscape_{module.stem}", html=html, css=css, js=script)


def _nothing() -> None:
    """Streamlit wants a callback for each value that a component sends."""
