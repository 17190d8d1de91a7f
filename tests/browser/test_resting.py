"""A place is told once: when the page rests, the element is there and it no longer moves."""

import pytest
from playwright.sync_api import Page

from tests.browser.resting import box_at_rest, press_mark

pytestmark = pytest.mark.browser
APP = """<div data-testid=stApp data-test-script-state={state}>
  <button style="position: absolute; left: 10px; top: 20px; width: 100px; height: 40px; {style}"
          onclick="window.pressed = true">one</button></div>"""
AT = {"x": 10, "y": 20, "width": 100, "height": 40}


def test_what_moves_is_waited_for(page: Page) -> None:
    page.set_content(APP.format(state="notRunning", style=""))
    page.evaluate("""() => {
        const button = document.querySelector("button");
        const timer = setInterval(() => { button.style.left = button.offsetLeft + 20 + "px"; }, 50);
        setTimeout(() => clearInterval(timer), 1000);
    }""")
    found = box_at_rest(page.locator("button"))
    assert found["x"] > 200
    page.wait_for_timeout(500)
    assert found == page.locator("button").bounding_box()


@pytest.mark.parametrize(
    ("state", "style", "then"),
    [
        ("running", "", "document.querySelector('[data-testid]').dataset.testScriptState = 'notRunning'"),
        ("notRunning", "display: none", "document.querySelector('button').style.display = ''"),
        ("notRunning", "", "document.querySelector('button').remove()"),
    ],
    ids=["the page is at work", "it is hidden", "two stand where one is meant"],
)
def test_what_is_not_there_yet_is_waited_for(page: Page, state: str, style: str, then: str) -> None:
    page.set_content(APP.format(state=state, style=style))
    if "remove" in then:
        page.evaluate("document.querySelector('button').before(document.querySelector('button').cloneNode(true))")
    with pytest.raises(AssertionError, match="does not come to rest"):
        box_at_rest(page.locator("button"), longest=400)
    page.evaluate(f"setTimeout(() => {then}, 300)")
    assert box_at_rest(page.locator("button")) == AT


def test_a_mark_is_pressed(page: Page) -> None:
    page.set_content(APP.format(state="notRunning", style=""))
    press_mark(page.locator("button"))
    assert page.evaluate("window.pressed")
