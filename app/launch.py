"""The server of the app, started from any folder; it restores the first workspace while the browser still starts."""

import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from app.kit.streamlit_internals import has_begun, serve
from core.access import accounts
from core.errors import ClipscapeError

SERVER = Path(__file__).with_name("server.py")
ADDRESS = "--server.address"
BAD_INPUT = 2


def launch(options: Sequence[str]) -> None:
    """Serves until it is stopped, then ends the process. options: those of `streamlit run`.

    The theme and the settings are those of `.streamlit/config.toml` beside `server.py`, whatever the folder.
    """
    try:
        accounts.check(_address(options))  # before anything is said; `app.server` knows of settings in files too
        threading.Thread(target=_prepare, daemon=True).start()
        serve(SERVER, options)
    except ClipscapeError as error:
        print(f"clipscape: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)


def _address(options: Sequence[str]) -> str:
    """Where the server is to listen, as far as the command line and the environment say."""
    named = [each.partition("=")[2] for each in options if each.startswith(f"{ADDRESS}=")]
    named += [value for name, value in pairwise(options) if name == ADDRESS]
    return named[-1] if named else os.environ.get("STREAMLIT_SERVER_ADDRESS") or "127.0.0.1"


def _prepare() -> None:
    """The first visitor of all then need not wait for it."""
    while not has_begun():
        time.sleep(0.02)  # the server comes first
    from app.kit.state import START
    from core.workspace import open_named

    with suppress(ClipscapeError, OSError):  # the page meets it too, and says what is wrong
        open_named(START)
