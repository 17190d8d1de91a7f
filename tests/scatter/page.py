"""The demo page, served."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.served import served, wait_until_healthy


@contextmanager
def demo(points: int) -> Iterator[str]:
    """The address of the demo page with so many points, served for as long as the context lasts."""
    with served([sys.executable, "-m", "streamlit", "run", "tests/scatter/demo.py", "--", str(points)], {}) as address:
        wait_until_healthy(address)
        yield address
