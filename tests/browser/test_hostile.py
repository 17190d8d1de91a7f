"""Hostile words on every page: nothing runs, nothing is rendered, nobody else is called, nothing breaks the layout."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from tests import hostile
from tests.browser.resting import PATIENCE, RESTING, box_at_rest, lasso, middle
from tests.served import ROOT, served_app

pytestmark = pytest.mark.browser
ADDRESSES = ("", "data", "clusters", "dimensions", "semantics", "groups", "faces")
MAKE = "import sys; from tests import hostile; hostile.make_in(sys.argv[1])"
TABS = ("Components", "Directions", "Gap", "Names", "Data quality")
RENDERED = """(rendered) => {
  const found = [], look = (root) => root.querySelectorAll("*").forEach((each) => {
    if (each.shadowRoot) look(each.shadowRoot);
    if (["STYLE", "SCRIPT"].includes(each.tagName) || each.role === "gridcell") return; // a phrase may be one word
    const text = each.textContent.trim();
    const isMath = each.matches(".katex") && text.includes("qq");  // formulas of ours are meant
    const isMore = rendered.includes(text) || text.includes("qq49qq") || each.matches("iframe") || isMath;
    if (isMore) found.push(each.outerHTML);
  });
  look(document);
  return found.map((each) => each.slice(0, 200));
}"""
WIDER = """() => [document.scrollingElement, ...document.querySelectorAll("[data-testid=stMain]")]
  .map((each) => each.scrollWidth - each.clientWidth).filter((wider) => wider > 1)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the hostile workspace, which another process has made."""
    home = tmp_path_factory.mktemp("hostile")
    with served_app(home, hostile.NAME) as address:
        subprocess.run([sys.executable, "-c", MAKE, str(home)], cwd=ROOT, check=True)
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Every dialog, every call of another host, every frame and every page that opens is written down."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.events = []  # type: ignore[attr-defined]
    page.on("dialog", lambda dialog: (page.events.append(dialog.message), dialog.dismiss()))  # type: ignore[attr-defined]
    context.on("request", lambda request: page.events.extend(foreign(request)))  # type: ignore[attr-defined]
    context.on("page", lambda other: page.events.append(other.url))  # type: ignore[attr-defined]
    yield page
    context.close()


def foreign(request: Request) -> list[str]:
    host = urlsplit(request.url).hostname
    return [] if host in (None, "127.0.0.1") else [request.url]


def fits(page: Page, why: str) -> None:
    """Charts take a moment to find their new width."""
    end = monotonic() + 10
    while wider := page.evaluate(WIDER):
        assert monotonic() < end, f"{why}, by {wider} pixels"
        page.wait_for_timeout(200)


def check(page: Page, where: str, folder: Path | None = None) -> None:
    """Only words: at both widths."""
    page.locator(RESTING).wait_for(timeout=PATIENCE)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        if folder:
            page.screenshot(path=folder / f"{where.replace(' ', '-') or 'map'}-{width}.png", full_page=True)
        fits(page, f"{where} is wider than the window of {width}")
    assert page.evaluate(RENDERED, hostile.RENDERED) == [], where
    assert page.evaluate(f"window.{hostile.RAN}") is None, where
    assert page.events == [], where  # type: ignore[attr-defined]


def test_words_stay_words_on_every_page(page: Page, address: str) -> None:
    visit(page, address)


def visit(page: Page, address: str, folder: Path | None = None) -> None:
    """Every page, and what opens on it; folder: for pictures of it."""
    for name in ADDRESSES:
        page.goto(f"{address}/{name}")
        page.locator(".st-key-tray").wait_for(state="attached")
        check(page, name, folder)
        if name == "":
            on_the_map(page, folder)
        if name == "data":
            page.locator(".st-key-view").get_by_text("Table").click()
            check(page, "data table", folder)
            page.locator(".st-key-view").get_by_text("Gallery").click()
            page.locator(".st-key-items ol > li button").nth(6).click()
            page.get_by_role("dialog").wait_for()
            check(page, "data item", folder)
        if name == "semantics":
            for tab in TABS:
                page.locator(".st-key-semantics-head button", has_text=tab).click()
                page.wait_for_timeout(500)
                check(page, f"semantics {tab}", folder)


def on_the_map(page: Page, folder: Path | None) -> None:
    """The tooltip of a point, a lasso, what it selected, and an item."""
    page.locator("[data-testid=map][data-drawn]:not([data-drawn='0'])").wait_for()
    lasso(page)
    page.locator(".st-key-drawer ol > li").first.wait_for()
    check(page, "map selection", folder)
    page.locator(".st-key-tag-value input").fill(hostile.WORDS[9])
    page.locator(".st-key-save-tag button").click()
    page.locator("[data-testid=stToast]").first.wait_for()
    check(page, "map tagged", folder)
    for number in (3, 7):
        page.locator(".st-key-drawer ol > li button").nth(number).click()
        page.locator(".st-key-drawer .st-key-large img").wait_for()
        check(page, f"map item {number}", folder)
        page.locator(".st-key-back button").click()
        page.locator(".st-key-drawer ol > li").nth(9).wait_for()
    area = box_at_rest(page.locator("[data-testid=map-canvas]"))
    for step in range(12):
        page.mouse.move(area["x"] + area["width"] * (0.1 + step / 15), middle(area)[1] + 20 * (step % 3), steps=3)
        page.wait_for_timeout(60)
    check(page, "map hover", folder)
