"""One app and one Chromium for all browser tests; each test gets its own page."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import app


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if app.CHROMIUM is None:
        for item in items:
            if "browser" in item.keywords:
                item.add_marker(pytest.mark.skip(reason=app.WITHOUT_BROWSER))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    port = app.free_port()
    with app.served([sys.executable, "-m", "streamlit", "run", "app/main.py"], home, port) as address:
        app.wait_until_healthy(address)
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with app.chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()
