"""What many tests share, and which of them run in one process where there are several.

Where there is no Chromium, the tests that need one are skipped and say why.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from xdist.scheduler import LoadScopeScheduling

from core import encoders
from core.workspace import Workspace
from tests import served
from tests.semantics.making import Encoder
from tests.terminal import Terminal


class OneBrowser(LoadScopeScheduling):
    """A module's tests run in one process, and in one process those of all modules that need a browser."""

    def _split_scope(self, nodeid: str) -> str:
        module = super()._split_scope(nodeid)
        return "browser" if "browser" in module else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    return OneBrowser(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "soak" not in config.option.markexpr:  # a `-m "not soak"` of our own would give way to any other -m
        config.hook.pytest_deselected(items=[item for item in items if "soak" in item.keywords])
        items[:] = [item for item in items if "soak" not in item.keywords]
    for item in items:
        if "browser" in item.keywords:
            assert "browser" in item.nodeid.partition("::")[0], "`OneBrowser` knows the modules by their names"
            if served.CHROMIUM is None:
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
