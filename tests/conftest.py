"""What all tests share: the command line, and one Chromium; where there is none, its tests are skipped and say why."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import served
from tests.terminal import Terminal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if served.CHROMIUM is None:
        for item in items:
            if "browser" in item.keywords:
                item.add_marker(pytest.mark.skip(reason=served.WITHOUT_BROWSER))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with served.chromium() as browser:
        yield browser


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)
