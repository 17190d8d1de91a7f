"""From a slider's move to the new face on the screen, measured in the browser."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.resting import box_at_rest, middle

WATCH = """() => {
  const roots = [...document.querySelectorAll("*")].map((each) => each.shadowRoot);
  const studio = roots.find((each) => each?.querySelector(".studio")).querySelector(".studio");
  const canvas = studio.querySelector("[data-part=edited]");
  const pixels = () => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.join();
  window.moves = [];
  studio.addEventListener("input", (event) => {  // before the slider's own listener
    const drawn = studio.dataset.drawn;
    const before = window.comparing ? pixels() : "";
    const look = () => requestAnimationFrame(() => {  // by the next frame what was drawn is on the screen
      if (studio.dataset.drawn === drawn) return look();
      const changed = window.comparing ? pixels() !== before : null;
      window.moves.push({ ms: performance.now() - event.timeStamp, changed });
    });
    look();
  }, true);
}"""


@dataclass(frozen=True)
class Moves:
    """ms: from each move to the frame after its picture was drawn. changed: which moves changed the picture."""

    ms: list[float]
    changed: list[bool | None]

    @property
    def median(self) -> float:
        return sorted(self.ms)[len(self.ms) // 2]


def watch(page: Page) -> None:
    """From now on, moves are measured."""
    page.evaluate(WATCH)


def drag(page: Page, factor: str, start: float, end: float, steps: int = 12, pause: int = 30) -> None:
    """Pulls a slider with the mouse; start and end are shares of its length, the pause is in milliseconds."""
    slider = page.locator(f'.row[data-factor="{factor}"] input[type=range]')
    slider.scroll_into_view_if_needed()
    box = box_at_rest(slider, resting="body", pause=30)  # the page may be at work on the move before
    places = [(box["x"] + (start + (end - start) * n / steps) * box["width"]) for n in range(steps + 1)]
    across = middle(box)[1]
    page.mouse.move(places[0], across)
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(place, across)
        page.wait_for_timeout(pause)
    page.mouse.up()


def measured(page: Page) -> Moves:
    """All moves since `watch`."""
    found = page.evaluate("window.moves")
    return Moves([move["ms"] for move in found], [move["changed"] for move in found])
