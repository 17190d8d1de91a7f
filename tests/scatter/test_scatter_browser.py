"""The map in a real browser: what is painted, what the mouse does, what comes back to Python, what is sent."""

import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.resting import Box, box_at_rest, middle
from tests.served import CHROMIUM, NO_GL

pytestmark = pytest.mark.browser
MODULES = "/_stcore/bidi-components/clipscape.scatter"
SECONDS = 1000


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(150 * SECONDS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector("[data-drawn]")
    yield page
    page.close()
    assert errors == []


def status(page: Any, pattern: str) -> Any:
    """Waits for the line in which the demo page says what Python knows."""
    page.wait_for_function("pattern => new RegExp(pattern).test(document.body.innerText)", arg=pattern)
    return re.search(pattern, page.locator("body").inner_text())


def pixels(page: Any) -> np.ndarray:
    """(H, W, 3) of the map as it is on the screen."""
    return opened(page.locator("[data-testid=map]").screenshot())


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def coloured(image: np.ndarray) -> int:
    """Coloured pixels: the page is white, text and buttons are grey."""
    return int((image.max(axis=2) - image.min(axis=2) > 60).sum())


def painted(page: Any) -> int:
    return coloured(pixels(page))


def box(page: Any) -> Box:
    return box_at_rest(page.locator("[data-testid=map-canvas]"))


def drag_around(page: Any, margin: float = 0.12) -> None:
    """A lasso, drawn with Shift, around nearly the whole map."""
    area = box(page)
    corners = [(margin, margin), (0.8, margin), (0.8, 1 - margin), (margin, 1 - margin)]
    places = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in corners]
    page.keyboard.down("Shift")
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")


def hover_a_point(page: Any) -> tuple[float, float]:
    """Moves along the map until a tooltip comes."""
    area = box(page)
    tooltip = page.locator("[data-testid=map-tooltip]")
    for step in range(400):
        across, down = 0.15 + 0.6 * (step % 20) / 20, 0.15 + 0.7 * (step // 20) / 20
        place = area["x"] + across * area["width"], area["y"] + down * area["height"]
        page.mouse.move(*place)
        if tooltip.is_visible():
            return place
    raise AssertionError("no point under the mouse")


def test_all_points_are_drawn_and_seen(page: Any) -> None:
    assert page.locator("[data-testid=map]").get_attribute("data-drawn") == "600"
    assert painted(page) > 2000


def test_a_lasso_selects_on_the_map_and_in_python_and_escape_clears(page: Any) -> None:
    drag_around(page)
    count = int(status(page, r"selected ([1-9]\d*) ")[1])
    assert 100 < count <= 600
    assert f"{count} selected" in page.locator("[data-testid=map-note]").inner_text()
    page.keyboard.press("Escape")
    status(page, "selected 0 ")


def test_the_page_clears_the_selection_on_the_map(page: Any) -> None:
    note = page.locator("[data-testid=map-note]")
    drag_around(page)
    count = status(page, r"selected ([1-9]\d*) ")[1]
    assert f"{count} selected" in note.inner_text()
    page.get_by_role("button", name="Clear").click()
    status(page, "selected 0 ")
    note.wait_for(state="hidden")
    page.wait_for_timeout(SECONDS)
    assert status(page, r"selected (\d+) ")[1] == "0", "the map does not send its old selection again"
    assert not note.is_visible()


def test_hovering_shows_caption_and_picture_without_a_rerun(page: Any) -> None:
    page.evaluate("""() => {
        const send = WebSocket.prototype.send;
        window.sent = 0;
        WebSocket.prototype.send = function (data) { window.sent += 1; return send.call(this, data); };
    }""")
    hover_a_point(page)
    tooltip = page.locator("[data-testid=map-tooltip]")
    row = tooltip.get_attribute("data-row")
    assert f"picture number {row} of class" in tooltip.inner_text()
    page.wait_for_selector("[data-testid=map-tooltip][data-picture=shown]")
    assert page.evaluate("window.sent") == 0


def test_a_click_reaches_python(page: Any) -> None:
    place = hover_a_point(page)
    row = page.locator("[data-testid=map-tooltip]").get_attribute("data-row")
    page.mouse.click(*place)
    assert status(page, r"clicked (\d+)")[1] == row


def test_zooming_in_shows_pictures_in_place_of_dots(page: Any) -> None:
    covered = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter(a => a).length"
    )
    overlay = page.locator("[data-testid=map-canvas]")
    place = hover_a_point(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    assert overlay.evaluate(covered) == 0
    page.mouse.move(*place)
    for _ in range(3):
        page.mouse.wheel(0, -240)
    page.mouse.move(0, 0)
    page.wait_for_timeout(3000)
    assert overlay.evaluate(covered) > 4 * 5000


def test_hits_are_lit_and_the_others_dimmed(page: Any) -> None:
    before = painted(page)
    page.get_by_text("hits", exact=True).click()
    page.get_by_text("points lit").wait_for()
    page.wait_for_timeout(1000)
    assert painted(page) < before / 3


def test_captions_join_the_map_with_lines_to_their_images(page: Any) -> None:
    page.get_by_text("captions", exact=True).click()
    page.wait_for_selector("[data-drawn='1200']")
    before = pixels(page)
    page.get_by_role("button", name="Lines between images and their captions").click()
    page.wait_for_timeout(1000)
    assert (np.abs(pixels(page) - before).max(axis=2) > 8).sum() > 3000


def test_the_legend_shows_one_class_alone(page: Any) -> None:
    before = painted(page)
    entry = page.locator(".legend .entry").first
    entry.click()
    page.wait_for_timeout(1500)
    assert entry.get_attribute("aria-pressed") == "true"
    assert painted(page) < before / 2


def test_geometry_goes_over_the_wire_once(page: Any) -> None:
    sizes: list[int] = []
    fetched: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    page.on("request", lambda request: fetched.append(request.url))
    page.reload()
    page.wait_for_selector("[data-drawn]")
    page.wait_for_timeout(3000)
    sizes.clear()
    fetched.clear()
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(3000)
    assert 0 < sum(sizes) < 55_000
    assert [url for url in fetched if "/media/" in url or MODULES in url] == []


def test_nothing_comes_from_elsewhere(page: Any, address: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.reload()
    page.wait_for_selector("[data-drawn]")
    allowed = (address, address.replace("http", "ws"), "blob:", "data:")
    assert [url for url in fetched if not url.startswith(allowed)] == []


def test_the_map_is_saved_as_a_picture(page: Any) -> None:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save the map as PNG").click()
    assert coloured(opened(waiting.value.path().read_bytes())) > 2000


def test_the_keyboard_moves_the_map(page: Any) -> None:
    before = pixels(page)
    page.locator("[data-testid=map-canvas]").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1000)
    assert (np.abs(pixels(page) - before).max(axis=2) > 60).sum() > 1000


def test_a_drag_takes_the_points_along(page: Any) -> None:
    page.locator("[data-testid=map-canvas]").hover(position={"x": 3, "y": 300})
    before = pixels(page)
    area = box(page)
    page.mouse.move(area["x"] + 300, area["y"] + 300)
    page.mouse.down()
    page.mouse.move(area["x"] + 380, area["y"] + 340, steps=5)
    page.mouse.up()
    page.mouse.move(area["x"] + 3, area["y"] + 300)
    page.wait_for_timeout(SECONDS)
    middle = np.s_[200:-200, 300:-300]
    moved = np.roll(before, (40, 80), axis=(0, 1))[middle]
    assert np.abs(moved - before[middle]).max(axis=2).mean() > 2
    assert (np.abs(moved - pixels(page)[middle]).max(axis=2) > 60).mean() < 0.003


def test_it_follows_the_theme(browser: Any, address: str) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("[data-drawn]", timeout=150 * SECONDS)
    assert pixels(page)[-3, 5].mean() < 80
    context.close()


def test_on_a_phone_fingers_move_and_zoom_it(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, device_scale_factor=2)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("[data-drawn]", timeout=150 * SECONDS)
    page.locator("[data-testid=map]").scroll_into_view_if_needed()
    before = pixels(page)
    area = box(page)
    touch = context.new_cdp_session(page)

    def fingers(kind: str, spread: float) -> None:
        x, y = middle(area)
        places = [{"x": x + side * spread, "y": y, "id": at} for at, side in enumerate((-1, 1))]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if kind == "touchEnd" else places})

    fingers("touchStart", 30)
    for spread in (40, 60, 90):
        fingers("touchMove", spread)
    fingers("touchEnd", 0)
    page.wait_for_timeout(1500)
    assert (np.abs(pixels(page) - before).max(axis=2) > 60).mean() > 0.02
    assert area["width"] <= 390
    context.close()


def test_without_webgl_plotly_draws_it_and_the_page_says_so(browser: Any, address: str) -> None:
    plain = browser.browser_type.launch(executable_path=CHROMIUM, args=list(NO_GL))
    page = plain.new_page()
    page.goto(address)
    said = page.get_by_text("drawn by Plotly")
    said.wait_for(timeout=150 * SECONDS)
    points = page.locator(".scatterlayer .point")
    points.nth(599).wait_for(state="attached", timeout=150 * SECONDS)
    status(page, "webgl False")
    assert points.count() == 600
    assert said.is_visible()
    assert page.locator("[data-drawn]").count() == 0, "nothing claims to have drawn by WebGL"
    assert coloured(opened(page.screenshot())) > 2000
    plain.close()


MODULE_CHECKS = {
    "the grid finds what a search of all points finds": """
        const { Grid } = await import(modules + '/grid.js');
        let seed = 7;
        const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 * 2 - 1;
        const x = Float32Array.from({ length: 3000 }, random), y = Float32Array.from({ length: 3000 }, random);
        const grid = new Grid(x, y);
        const far = (row, a, b) => Math.hypot(x[row] - a, y[row] - b);
        const rows = [...x.keys()];
        for (let trial = 0; trial < 200; trial++) {
          const a = random(), b = random();
          const near = rows.filter((row) => far(row, a, b) <= 0.05);
          const wanted = near.length ? near.reduce((one, two) => (far(one, a, b) <= far(two, a, b) ? one : two)) : -1;
          const found = grid.nearest(a, b, 0.05);
          if (wanted !== found && far(wanted, a, b) !== far(found, a, b)) return `nearest ${wanted} ${found}`;
        }
        const inside = grid.within([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [0, 0], [-0.5, 0.5]]).sort((p, q) => p - q);
        const wanted = rows.filter((row) => Math.abs(x[row]) < 0.5 && y[row] > -0.5 && y[row] < Math.abs(x[row]));
        return String(inside) === String(wanted) ? 'right' : 'within';""",
    "masks come back as their rows": """
        const { packRows, unpackRows } = await import(modules + '/data.js');
        for (const count of [1, 8, 9, 70000]) {
          const rows = Array.from({ length: count }, (_, row) => row).filter((row) => row % 3 === 0);
          if (String(unpackRows(packRows(rows, count), count)) !== String(rows)) return String(count);
        }
        return 'right';""",
    "a place goes to the screen and back, and zooming keeps the pixel under the pointer": """
        const { View } = await import(modules + '/view.js');
        const view = new View();
        view.resize(800, 500);
        const [x, y] = view.toMap(123, 77);
        for (let step = 0; step < 30; step++) view.zoom(1.3, 123, 77);
        view.pan(10, -20);
        const [left, top] = view.toScreen(x, y);
        return Math.hypot(left - 133, top - 57) < 0.01 ? 'right' : `${left} ${top}`;""",
    "an answer that a newer lasso has overtaken is passed over": """
        const { Picks } = await import(modules + '/picks.js');
        const picks = new Picks();
        picks.reset(20);
        picks.keep([1, 2]);
        const old = picks.message('map');
        picks.change([5], 'replace');
        picks.message('map');
        const taken = picks.receive(old, 'map');
        return !taken && String(picks.rows) === '5' ? 'right' : String(picks.rows);""",
    "where drawing is slow, a pan moves the picture at once and draws when the pointer rests": """
        const { Carry } = await import(modules + '/carry.js');
        const { View } = await import(modules + '/view.js');
        const view = new View(), canvas = document.createElement('canvas');
        view.resize(800, 500);
        let drawings = 0;
        const carry = new Carry(canvas, view, () => { drawings += 1; carry.ask(); });
        const shift = () => canvas.style.transform.match(/-?[\\d.]+/g)?.map((each) => Math.round(each)) ?? [];
        carry.settle();
        await new Promise((done) => setTimeout(done, 400));
        carry.cost = 10_000;
        view.pan(10, -20);
        carry.pan();
        view.pan(5, 0);
        carry.pan();
        if (String(shift()) !== '15,-20' || drawings !== 0) return `carried ${shift()} ${drawings}`;
        await new Promise((done) => setTimeout(done, 800));
        if (drawings !== 1) return `rested ${drawings}`;
        view.pan(3, 0);
        carry.pan();
        carry.settle();
        if (String(shift()) !== '3,0') return `drawn before the last move ${shift()}`;
        carry.cost = 0;
        carry.pan();
        carry.settle();
        if (String(shift()) !== '' || drawings !== 2) return `fast ${shift()} ${drawings}`;
        const clock = performance.now.bind(performance);
        carry.settle();
        performance.now = () => clock() + 600_000;
        await new Promise((done) => setTimeout(done, 400));
        performance.now = clock;
        return carry.cost <= 1000 ? 'right' : `a page hidden for ten minutes costs ${carry.cost}`;""",
    "nearer views keep the pictures of farther ones": """
        const { Thinning } = await import(modules + '/thinning.js');
        let seed = 3;
        const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 * 2 - 1;
        const x = Float32Array.from({ length: 5000 }, random), y = Float32Array.from({ length: 5000 }, random);
        const thin = new Thinning({ x, y }, Uint32Array.from(x.keys()));
        const far = [...thin.at(0.25).rows], near = new Set(thin.at(0.06).rows);
        if (far.length > 100 || near.size <= far.length) return `${far.length} ${near.size}`;
        return far.every((row) => near.has(row)) ? 'right' : 'lost';""",
}


@pytest.mark.parametrize("check", MODULE_CHECKS)
def test_modules(page: Any, check: str) -> None:
    body = f"(async () => {{ const modules = '{MODULES}'; {MODULE_CHECKS[check]} }})()"
    assert page.evaluate(body) == "right"
