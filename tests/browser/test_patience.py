"""A click and an expectation wait while two elements stand where one is meant, and no longer than they may."""

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser import patience

pytestmark = pytest.mark.browser
TWO = "<button>old</button><button>new</button>"


def test_twins_are_waited_for(page: Page) -> None:
    page.set_content(TWO)
    page.evaluate("setTimeout(() => document.querySelector('button').remove(), 1000)")
    page.locator("button").click()
    page.set_content(TWO)
    page.evaluate("setTimeout(() => document.querySelector('button').remove(), 1000)")
    expect(page.locator("button")).to_have_text("new")


def test_twins_that_stay_are_a_failure(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST", 0.5)
    page.set_content(TWO)
    with pytest.raises(Error, match=patience.TWINS):
        page.locator("button").click()


def test_what_is_wrong_otherwise_fails_at_once(page: Page) -> None:
    page.set_content("<button>one</button>")
    with pytest.raises(AssertionError, match="two"):
        expect(page.locator("button")).to_have_text("two", timeout=100)
