"""What the browser tests and the benchmark share: a Chromium with software WebGL and a page to look at."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
SOFTWARE_GL = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
NO_GL = ("--no-sandbox", "--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer")


def executable() -> str | None:
    """A Chromium of this machine, or None."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@contextlib.contextmanager
def chromium(*arguments: str) -> Iterator[Any]:
    """A headless browser, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(arguments or SOFTWARE_GL))
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def demo(points: int) -> Iterator[str]:
    """The address of the demo page, served for as long as the context lasts."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "tests/scatter/demo.py"]
    options = ["--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"]
    server = subprocess.Popen(
        [*command, *options, "--", str(points)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        _await(f"http://localhost:{port}/_stcore/health", server)
        yield f"http://localhost:{port}"
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return int(listener.getsockname()[1])


def _await(address: str, server: subprocess.Popen[bytes], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError):
            urlopen(address, timeout=30)
            return
        time.sleep(0.2)
    raise RuntimeError(f"{address} did not answer within {seconds:.0f} s")
