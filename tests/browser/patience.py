"""Playwright, patient with twins.

While a page is drawn anew, Streamlit keeps what was there for a moment beside what is new, above all what has focus.
A locator that means one element then finds two, which Playwright refuses at once and not at its timeout.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, LocatorAssertions

TWINS = "strict mode violation"
LONGEST, PAUSE = 30.0, 0.2
"""Seconds that two may stand where one is meant, and between two looks."""
ACTIONS = (
    "bounding_box", "click", "fill", "get_attribute", "hover", "inner_text", "is_visible", "press", "screenshot",
    "set_input_files", "wait_for",
)  # fmt: skip
EXPECTATIONS = [name for name in dir(LocatorAssertions) if name.startswith(("to_", "not_to_"))]


@contextmanager
def patience() -> Iterator[None]:
    """In it, actions and expectations are tried anew as long as they find twins."""
    with pytest.MonkeyPatch.context() as patch:
        for kind, names in ((Locator, ACTIONS), (LocatorAssertions, EXPECTATIONS)):
            for name in names:
                patch.setattr(kind, name, patient(getattr(kind, name)))
        yield


def patient(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, made again while it finds twins; what it raises otherwise is raised at once."""

    @wraps(call)
    def made(*given: Any, **named: Any) -> Any:
        end = monotonic() + LONGEST
        while True:
            try:
                return call(*given, **named)
            except (Error, AssertionError) as error:
                if TWINS not in str(error) or monotonic() > end:
                    raise
            sleep(PAUSE)

    return made
