"""A page and a Chromium, as the browser tests and the benchmarks start them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
NAMES = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if name and (found := shutil.which(name))), None)
WITHOUT_BROWSER = "no Chromium on this machine: install one (Debian: chromium), or name it in CHROMIUM"

QUIET = ("--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update")
"""No calls home, which a closed network refuses one by one."""
SOFTWARE_GL = (*QUIET, "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
"""WebGL on a machine without a GPU."""
BY_ITSELF = (*QUIET, "--enable-unsafe-swiftshader")
"""What Chromium does by itself without a GPU: the page is painted by the processor, and only WebGL is emulated."""
NO_GL = (*QUIET, "--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer")


@contextmanager
def chromium(flags: Sequence[str] = SOFTWARE_GL) -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(flags))
        yield browser
        browser.close()


@contextmanager
def served(command: Sequence[str], settings: Mapping[str, str], folder: Path = ROOT) -> Iterator[str]:
    """Runs a command that starts Streamlit, on a free port; gives the address at once, see `wait_until_healthy`."""
    port = free_port()
    streamlit = {
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_HEADLESS": "true",
        "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    }
    environment = {**os.environ, **streamlit, **settings}
    server = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


@contextmanager
def served_app(home: Path, start: str = "emoji", **settings: str) -> Iterator[str]:
    """The app with that folder of workspaces, ready to answer; it opens on the workspace `start`, "" for its own.

    settings: further variables of its environment.
    """
    command = [sys.executable, "-m", "app"]
    with served(command, {"CLIPSCAPE_HOME": str(home), "CLIPSCAPE_START": start, **settings}) as address:
        wait_until_healthy(address)
        yield address


def wait_until_healthy(address: str, seconds: float = 180) -> None:
    """Returns once Streamlit answers; raises the last refusal after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
