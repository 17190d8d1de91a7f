"""The demo page for the browser tests of the map."""

from collections.abc import Iterator

import pytest

from tests.scatter.page import demo


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The demo page with 600 points."""
    with demo(600) as found:
        yield found
