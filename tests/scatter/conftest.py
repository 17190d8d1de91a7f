"""A Chromium and a served demo page for the browser tests; they are skipped, and say why, where there is none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scatter.chromium import chromium, demo, executable


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Software WebGL, so that it draws on any machine."""
    if executable() is None:
        pytest.skip("no Chromium on this machine: install one, or name it in CHROMIUM")
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The demo page with 600 points."""
    if executable() is None:
        pytest.skip("no Chromium on this machine: install one, or name it in CHROMIUM")
    with demo(600) as found:
        yield found
