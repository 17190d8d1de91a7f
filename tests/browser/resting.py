"""Where something stands on a page that may still be drawn anew, and what the mouse does there."""

from time import monotonic
from typing import TypedDict

from playwright.sync_api import Locator, Page

RESTING = "[data-testid=stApp][data-test-script-state=notRunning]"
PATIENCE = 240_000
"""Milliseconds for what a job or a rerun must do first: a server's first job loads torch, long on a busy machine."""
PAUSE, HOVER = 150, 300
"""Milliseconds between two looks, and that the mouse rests on a mark before a chart takes a press."""
LOOK = """(found, resting) => document.querySelector(resting) ? found.map((each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  return { x, y, width, height };
}).filter((box) => box.width && box.height) : []"""


class Box(TypedDict):
    """In pixels of the window."""

    x: float
    y: float
    width: float
    height: float


def box_at_rest(locator: Locator, resting: str = RESTING, pause: float = PAUSE, longest: float = PATIENCE) -> Box:
    """The box of the one element, once the page rests and two looks find it at the same place."""
    end, before = monotonic() + longest / 1000, None
    while True:
        boxes: list[Box] = locator.evaluate_all(LOOK, resting)
        if len(boxes) == 1 and boxes == before:
            return boxes[0]
        assert monotonic() < end, f"{locator} does not come to rest: {boxes}"
        before = boxes
        locator.page.wait_for_timeout(pause)


def middle(box: Box) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def press_mark(mark: Locator) -> None:
    """Presses a mark of a chart; the mouse must rest on it first, and it must not have moved meanwhile."""
    mark.first.scroll_into_view_if_needed()
    before = None
    while before != (box := box_at_rest(mark)):
        before = box
        mark.page.mouse.move(*middle(box))
        mark.page.wait_for_timeout(HOVER)
    mark.page.mouse.click(*middle(box))


def lasso(page: Page) -> None:
    """With Shift held, once around nearly the whole map."""
    area = box_at_rest(page.locator("[data-testid=map-canvas]"))
    corners = [(0.1, 0.05), (0.78, 0.05), (0.78, 0.95), (0.1, 0.95)]
    places = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in corners]
    page.keyboard.down("Shift")
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in [*places[1:], places[0]]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
