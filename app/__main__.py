"""`python -m app [streamlit's options]`: the server; it restores the first workspace while the browser still starts."""

import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from app.kit.streamlit_internals import has_begun, serve


def prepare() -> None:
    """The first visitor of all then need not wait for it."""
    while not has_begun():
        time.sleep(0.02)  # the server comes first
    from app.kit.state import START
    from core.errors import ClipscapeError
    from core.workspace import open_named

    with suppress(ClipscapeError, OSError):  # the page meets it too, and says what is wrong
        open_named(START)


if __name__ == "__main__":
    threading.Thread(target=prepare, daemon=True).start()
    serve(Path(__file__).with_name("main.py"), sys.argv[1:])
