"""The parts of Streamlit that it does not promise to keep: every use of them is here, and `USED` says what each is for.

Written for Streamlit 1.67, which requirements.txt pins. Before another version run `tests/app/test_streamlit.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread
from types import SimpleNamespace
from typing import Any, Protocol

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    SCRIPT_RUN_CONTEXT_ATTR_NAME,
    ThreadState,
    get_script_run_ctx,
)
from streamlit.web import cli

VERSION = "1.67"
_SCRIPTS = "the map and the face studio stay empty: their scripts cannot be served as files"
_FILES = "the map stays empty: its points and pictures cannot be published for the browser"
_CROSSED = "a click on a page of one workspace may be taken for one on the same page of another"
_START = "`python -m app` does not start"
USED = {
    "streamlit.components.v2.get_bidi_component_manager:get_bidi_component_manager": _SCRIPTS,
    "streamlit.components.v2.component_manager:BidiComponentManager.get_component_asset_root": _SCRIPTS,
    "streamlit.components.v2.component_manager:BidiComponentManager.register_from_manifest": _SCRIPTS,
    "streamlit.components.v2.manifest_scanner:ComponentConfig": _SCRIPTS,
    "streamlit.components.v2.manifest_scanner:ComponentManifest": _SCRIPTS,
    "streamlit.runtime:get_instance": _FILES,
    "streamlit.runtime:Runtime.media_file_mgr": _FILES,
    "streamlit.runtime.media_file_manager:MediaFileManager.add": _FILES,
    "streamlit.runtime.scriptrunner_utils.script_run_context:SCRIPT_RUN_CONTEXT_ATTR_NAME": _FILES,
    "streamlit.runtime.scriptrunner_utils.script_run_context:ScriptRunContext.run_with_active_hash": _CROSSED,
    "streamlit.runtime.scriptrunner_utils.script_run_context:ThreadState.get": _CROSSED,
    "streamlit.runtime.scriptrunner_utils.script_run_context:get_script_run_ctx": _CROSSED,
    "streamlit.runtime:exists": _START,
    "streamlit.runtime:RuntimeState.INITIAL": _START,
    "streamlit.web.cli:main": _START,
}
"""Where a name is, and what a person sees go wrong without it."""

PACKAGE = "clipscape"
_components: dict[tuple[int, str], Any] = {}


class Files(Protocol):
    """The part of Streamlit's MediaFileManager that is used."""

    def add(self, path_or_data: bytes, mimetype: str, coordinates: str, file_name: str | None = None) -> str: ...


def media_files() -> Files:
    """Where the running server keeps what browsers load."""
    return runtime.get_instance().media_file_mgr


def join_session(name: str) -> None:
    """Gives this thread a session of its own that never ends, so that the files which it adds stay."""
    setattr(current_thread(), SCRIPT_RUN_CONTEXT_ATTR_NAME, SimpleNamespace(session_id=name))


def component_of_files(name: str, folder: Path) -> Any:
    """What mounts the component in a folder of `main.js`, `NAME.html` and `NAME.css`, as one of an installed package.

    Its scripts come as files, not in each message, and import each other.
    """
    manager = get_bidi_component_manager()
    full = f"{PACKAGE}.{name}"
    if manager.get_component_asset_root(full) is None:
        manifest = ComponentManifest(PACKAGE, "1", [ComponentConfig(name, folder.name)])
        manager.register_from_manifest(manifest, folder.parent)
        html, css = ((folder / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
        _components[id(manager), name] = st.components.v2.component(full, html=html, css=css, js="main.js")
    return _components[id(manager), name]


@contextmanager
def widgets_of(name: str) -> Iterator[None]:
    """Widgets that are drawn meanwhile are others than those of the same keys under another name.

    A browser may send what was pressed in a form of before: nobody is listening to that form any more.
    """
    if context := get_script_run_ctx():
        with context.run_with_active_hash(f"{ThreadState.get().active_script_hash} {name}"):
            yield
    else:
        yield


def has_begun() -> bool:
    """Whether the server of this process answers already."""
    return runtime.exists() and runtime.get_instance().state is not runtime.RuntimeState.INITIAL


def serve(script: Path, options: Sequence[str]) -> None:
    """Runs the server until it is stopped."""
    cli.main(["run", str(script), *options])
