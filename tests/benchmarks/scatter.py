"""The map against a bare regl-scatterplot page and Plotly's scattergl, in one headless Chromium.

python -m tests.benchmarks.scatter --points 100000

Prints JSON: the milliseconds from the data being in the browser to the picture; the frame rate of panning of each page,
by turns, and their ratios; the milliseconds from a move of the mouse to the tooltip (and to its picture, on a smaller
map that has some). A real mouse pans and hovers; a frame is one that the page was given to draw in. Chromium runs as it
does by itself without a GPU; with --emulate-all the pages around the maps too are painted by emulated GL, as browser
tests often have it.
"""

import contextlib
import json
import math
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from app.kit.charts import category_colours
from app.scatter.points import Points
from tests.scatter.demo import CLASSES, NAMES, blobs
from tests.scatter.page import demo
from tests.served import BY_ITSELF, ROOT, SOFTWARE_GL, chromium, free_port

WINDOW = {"width": 1440, "height": 900}
FRAMES = """() => {
    window.frames_ = 0;
    const count = () => { window.frames_ += 1; window.counting = requestAnimationFrame(count); };
    window.counting = requestAnimationFrame(count);
}"""
STOP = "() => { cancelAnimationFrame(window.counting); return window.frames_; }"
HOVER = """(map) => {
    const tooltip = map.querySelector("[data-testid=map-tooltip]");
    window.hovers = [];
    let row = null;
    let shown = null;
    map.addEventListener("pointermove", (event) => {
        const moved = event.timeStamp;
        const look = () => {
            if (tooltip.hidden || tooltip.dataset.row === row) return;
            row = tooltip.dataset.row;
            const latest = row;
            const wait = () => {
                const now = performance.now() - moved;
                if (shown !== latest) window.hovers.push({ tooltip: now, picture: null }), shown = latest;
                const hover = window.hovers.at(-1);
                if (tooltip.dataset.picture === "shown") hover.picture = now;
                else if (tooltip.dataset.row === latest) requestAnimationFrame(wait);
            };
            requestAnimationFrame(() => setTimeout(wait));
        };
        queueMicrotask(look);
        setTimeout(look);
    });
}"""


def main(
    points: Annotated[int, typer.Option(help="How many points.")] = 100_000,
    seconds: Annotated[float, typer.Option(help="Length of one pan.")] = 5,
    rounds: Annotated[int, typer.Option(help="Pans of each page, by turns.")] = 4,
    emulate_all: Annotated[bool, typer.Option("--emulate-all", help="Emulated GL for the whole page.")] = False,
) -> None:
    """Prints the figures as JSON."""
    flags = SOFTWARE_GL if emulate_all else BY_ITSELF
    with demo(points) as ours, chromium(flags) as browser, others(points, browser, ours) as address:
        pages = {
            "ours": open_page(browser, ours, "[data-drawn]"),
            "bare": open_page(browser, f"{address}/scatter.html#regl", "body[data-ready-ms]"),
            "plotly": open_page(browser, f"{address}/scatter.html#plotly", "body[data-ready-ms]"),
        }
        rates: dict[str, list[float]] = {name: [] for name in pages}
        for _ in range(rounds):
            for name, page in pages.items():
                rates[name].append(pan(page, seconds))
                print(f"{name}: {rates[name][-1]:.2f} frames a second", file=sys.stderr)
        ready = float(pages["ours"].locator("[data-testid=map]").get_attribute("data-ready-ms"))
        hovers = hover(pages["ours"])
        for page in pages.values():
            page.close()
    with demo(8000) as ours, chromium(flags) as browser:
        pictures = hover(open_page(browser, ours, "[data-drawn]"))
    print(json.dumps(report(points, ready, rates, hovers, pictures), indent=2))


def report(
    points: int,
    ready: float,
    rates: dict[str, list[float]],
    hovers: list[dict[str, float]],
    pictures: list[dict[str, float]],
) -> dict[str, Any]:
    def ratio(other: str) -> float:
        return statistics.median(a / b for a, b in zip(rates["ours"], rates[other], strict=True))

    return {
        "points": points,
        "ready_ms": round(ready, 1),
        "frames_per_second": {name: [round(rate, 2) for rate in found] for name, found in rates.items()},
        "ours_to_bare": round(ratio("bare"), 3),
        "ours_to_plotly": round(ratio("plotly"), 3),
        "hover_to_tooltip_ms": spread([hover["tooltip"] for hover in hovers]),
        "hover_to_picture_ms_8000_points": spread([hover["picture"] for hover in pictures if hover["picture"]]),
    }


def spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {"count": 0}
    median, high = np.percentile(values, [50, 95])
    return {"count": len(values), "median": round(float(median), 1), "p95": round(float(high), 1)}


def open_page(browser: Any, address: str, ready: str) -> Any:
    page = browser.new_page(viewport=WINDOW)
    page.goto(address)
    page.wait_for_selector(ready, state="attached", timeout=180_000)
    page.wait_for_timeout(1500)
    return page


def pan(page: Any, seconds: float) -> float:
    """Frames a second while a pressed mouse goes round in a circle."""
    page.bring_to_front()
    page.mouse.move(700, 450)
    page.mouse.down()
    page.mouse.move(720, 450)
    page.evaluate(FRAMES)
    start = time.perf_counter()
    step = 0
    while time.perf_counter() - start < seconds:
        step += 1
        page.mouse.move(700 + 60 * math.cos(step / 6), 450 + 60 * math.sin(step / 6))
    frames = page.evaluate(STOP)
    elapsed = time.perf_counter() - start
    page.mouse.up()
    return float(frames / elapsed)


def hover(page: Any, moves: int = 60) -> list[dict[str, float]]:
    """Milliseconds from moves of the mouse over the middle of the map to what the tooltip shows."""
    page.bring_to_front()
    page.locator("button[data-action=home]").click()
    page.wait_for_timeout(2500)
    box = page.locator("[data-testid=map]").bounding_box()
    page.locator("[data-testid=map]").evaluate(HOVER)
    random = np.random.default_rng(0)
    for _ in range(moves):
        across, down = random.uniform(0.3, 0.7, 2)
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        page.wait_for_timeout(150)
    return page.evaluate("window.hovers")


@contextlib.contextmanager
def others(points: int, browser: Any, ours: str) -> Iterator[str]:
    """The address of a server of the two other pages, drawn at the size and with the marks of ours."""
    page = open_page(browser, ours, "[data-drawn]")
    size = page.locator("[data-testid=map]").bounding_box()
    module = "/_stcore/bidi-components/clipscape.scatter/colours.js"
    marks = page.evaluate(f"async () => (await import('{module}')).marks({points}, {size['height']})")
    page.close()
    with tempfile.TemporaryDirectory() as name:
        write_pages(Path(name), points, {"width": size["width"], "height": size["height"]}, marks)
        server = ThreadingHTTPServer(("localhost", free_port()), partial(QuietHandler, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def write_pages(folder: Path, points: int, size: dict[str, float], marks: dict[str, list[float]]) -> None:
    from plotly.offline import get_plotlyjs

    xy, codes = blobs(points, CLASSES)
    unit = Points("benchmark", xy, np.arange(points, dtype=np.int32), np.zeros(points, np.uint8)).unit
    (folder / "points.bin").write_bytes(unit.astype("<f4").tobytes() + codes.astype("<u2").tobytes())
    setup = size | {
        "palette": category_colours(NAMES[:CLASSES]),
        "size": marks["sizes"][0],
        "opacity": marks["opacities"][0],
    }
    (folder / "setup.json").write_text(json.dumps(setup))
    (folder / "plotly.js").write_text(get_plotlyjs())
    bundle = ROOT / "app/scatter/component/vendor/regl-scatterplot.js"
    (folder / "regl-scatterplot.js").write_bytes(bundle.read_bytes())
    (folder / "scatter.html").write_bytes((Path(__file__).parent / "scatter.html").read_bytes())


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


if __name__ == "__main__":
    typer.run(main)
