"""On a phone the menu folds away once a page is chosen, and no page is wider than the screen."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.shell.pages import pages
from tests.browser.pictures import PHONE
from tests.browser.resting import PATIENCE, RESTING

pytestmark = pytest.mark.browser
WIDTHS = """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
  .map((each) => each.scrollWidth - each.clientWidth)"""


def test_every_page_is_reached_and_fits(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator("[data-drawn]:not([data-drawn='0'])").wait_for()
    for title in [each.title for each in pages().values() if not each.is_first]:
        choose(page, title)
        expect(page.locator(RESTING)).to_have_count(1, timeout=PATIENCE)
        assert page.evaluate(WIDTHS) == [0, 0], title
    context.close()


def choose(page: Page, title: str) -> None:
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.locator(".st-key-pages").get_by_text(title, exact=True).tap()
    page.wait_for_url(f"**/{title.lower()}")
    expect(page.locator(".st-key-pages")).not_to_be_in_viewport(timeout=PATIENCE)
