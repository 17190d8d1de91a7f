"""What many tests share, and which of them run in one process.

Where there is no Chromium, the tests that need one are skipped and say why.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core import encoders
from core.workspace import Workspace
from tests import served
from tests.semantics.making import Encoder
from tests.terminal import Terminal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        browser = "browser" in item.keywords
        item.add_marker(pytest.mark.xdist_group("browser" if browser else item.nodeid.partition("::")[0]))
        if browser and served.CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason=served.WITHOUT_BROWSER))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with served.chromium() as browser:
        yield browser


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """An empty workspace; a file whose tests need items fills it in a `place` of its own."""
    return Workspace.create(tmp_path / "set")


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """In place of every model."""
    made = Encoder()
    monkeypatch.setattr(encoders, "load", lambda name: made)
    return made
