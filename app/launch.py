"""The server of the app, started from any folder; it restores the first workspace while the browser still starts."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.kit.streamlit_internals import has_begun, serve

MAIN = Path(__file__).with_name("main.py")


def launch(options: Sequence[str]) -> None:
    """Serves until it is stopped, then ends the process. options: those of `streamlit run`.

    The theme and the settings are those of `.streamlit/config.toml` beside `main.py`, whatever the folder.
    """
    threading.Thread(target=_prepare, daemon=True).start()
    serve(MAIN, options)


def _prepare() -> None:
    """The first visitor of all then need not wait for it."""
    while not has_begun():
        time.sleep(0.02)  # the server comes first
    from app.kit.state import START
    from core.errors import ClipscapeError
    from core.workspace import open_named

    with suppress(ClipscapeError, OSError):  # the page meets it too, and says what is wrong
        open_named(START)
