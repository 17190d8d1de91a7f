"""Takes the README's pictures of each page anew: `python -m tests.browser.pictures`.

With `--folder DIR` every page is taken in both themes and three sizes, to be looked at; `--scenes` takes only some.
"""

import argparse
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.latency import drag
from tests.browser.resting import PATIENCE, RESTING, press_mark
from tests.served import ROOT, chromium, served_app

README = ROOT / "assets" / "pictures"
WIDE, STAGE, PHONE = (1440, 900), (1920, 1080), (390, 844)
REDUCERS = ("Contrastive", "Neural MDS, isometric", "PCA, centred", "First coordinates", "Random projection")
TICK, CELL, FIRST_LINE, LINE = 15, 120, 57, 38
"""Pixels: of a tick and a cell from the table's left, of its first line from its top, of a line's height."""
SETTLED = 4_000
"""Milliseconds until thumbnails, fonts and the map's pictures have come."""


def plain_map(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[data-drawn]:not([data-drawn='0'])").wait_for()


def searched_map(page: Page, address: str) -> None:
    plain_map(page, address)
    page.locator(".st-key-words input").fill("fruit")
    page.locator(".st-key-words input").press("Enter")
    page.locator(".st-key-drawer ol > li").first.wait_for()


def item(page: Page, address: str) -> None:
    searched_map(page, address)
    page.locator(".st-key-drawer ol > li button").first.click()
    page.locator(".st-key-drawer .facts").wait_for()


def data(page: Page, address: str) -> None:
    page.goto(f"{address}/data")
    page.locator(".st-key-items ol > li").first.wait_for()


def table(page: Page, address: str) -> None:
    data(page, address)
    page.locator(".st-key-browse-side").get_by_text("Table", exact=True).click()
    page.get_by_test_id("stDataFrame").wait_for()


def cluster_form(page: Page, address: str) -> None:
    """The form; what was compared before stands below it."""
    page.goto(f"{address}/clusters")
    open_form(page, "clusters-head", "start-compare")


def open_form(page: Page, head: str, start: str) -> None:
    """Opens the form unless it is open; one that is may not have drawn its button yet, so that is not asked."""
    form = page.locator(f".st-key-{head} details").first
    form.wait_for()
    page.locator(RESTING).wait_for()
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    page.locator(f".st-key-{start} button").wait_for()


def clusters(page: Page, address: str) -> None:
    """A few methods over two seeds, compared once."""
    page.goto(f"{address}/clusters")
    page.locator(".st-key-board-table:visible, .st-key-start-compare button:visible").first.wait_for()
    if not page.locator(".st-key-board-table").count():
        compare(page, ("K-means", "SwAV prototypes", "Variational Dirichlet-process mixture"))
    page.locator(".st-key-clusters-gallery ol > li").first.wait_for()


def compare(page: Page, titles: tuple[str, ...]) -> None:
    """Chooses these methods, and no others, presses the button and waits for the end."""
    choose_methods(page, titles)
    page.locator(".st-key-cluster-seeds input").fill("2")
    page.locator(".st-key-cluster-seeds input").press("Enter")
    page.get_by_text(f"{2 * len(titles)} runs on").wait_for()
    page.locator(".st-key-start-compare button").click()
    page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for()
    page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for(state="detached", timeout=1_200_000)


def choose_methods(page: Page, titles: Collection[str]) -> None:
    """Of the Clusters page, these and no others."""
    page.locator(".st-key-start-compare button").wait_for()
    choose_pills(page, "cluster-methods", titles)


def choose_reducers(page: Page, titles: Collection[str]) -> None:
    """Of the Dimensions page, these and no others."""
    page.locator(".st-key-start-reduce button").wait_for()
    choose_pills(page, "reduce-methods", titles)


def choose_pills(page: Page, key: str, titles: Collection[str]) -> None:
    """Presses the pills that are not as they should be; a press that comes before the page is ready is made again."""
    pills = page.locator(f"[class*=st-key-{key}] button[data-variant=pills]")
    right = 0
    while right < 2:
        states = pills.evaluate_all("all => all.map(each => [each.innerText, each.ariaPressed === 'true'])")
        wrong = [place for place, (title, pressed) in enumerate(states) if pressed != (title in titles)]
        right = 0 if wrong or not states else right + 1
        for place in wrong[:1]:
            pills.nth(place).click()
        page.wait_for_timeout(700)


def press_line(page: Page, line: int, of: int, x: int = CELL) -> None:
    """Presses a line of the leaderboard once all its lines are there and the page rests.

    While the page is drawn anew the table of before stands beside the new one, and a press would be lost.
    """
    table = page.locator(".st-key-board-table [data-testid=stDataFrame]")
    expect(table.locator("tbody tr")).to_have_count(of, timeout=PATIENCE)
    expect(page.locator(RESTING)).to_have_count(1, timeout=PATIENCE)
    expect(table).to_have_count(1)
    table.click(position={"x": x, "y": FIRST_LINE + LINE * line})


def cluster_pair(page: Page, address: str) -> None:
    """Two lines ticked: their contingency table."""
    clusters(page, address)
    for line in (0, 1):
        press_line(page, line, of=3, x=TICK)
    page.get_by_text("Adjusted Rand index of the two").wait_for()
    page.locator(".st-key-contingency").scroll_into_view_if_needed()


def cluster_map(page: Page, address: str) -> None:
    """The map by the method's confidence, and the gallery below."""
    clusters(page, address)
    page.locator(".st-key-map-colours").get_by_text("Confidence", exact=True).click()
    page.locator(".st-key-clusters-gallery").scroll_into_view_if_needed()


def dimensions_form(page: Page, address: str) -> None:
    """The form; what was compared before stands below it."""
    page.goto(f"{address}/dimensions")
    open_form(page, "dimensions-head", "start-reduce")


def dimensions(page: Page, address: str) -> None:
    """A few reducers, compared once."""
    page.goto(f"{address}/dimensions")
    page.locator(".st-key-curve-side:visible, .st-key-start-reduce button:visible").first.wait_for()
    if not page.locator(".st-key-curve-side").count():
        choose_reducers(page, REDUCERS)
        page.locator(".st-key-start-reduce button").click()
        page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for()
        page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for(state="detached", timeout=1_200_000)
    page.locator(".st-key-curve-side .points path").first.wait_for()


def dimensions_pairs(page: Page, address: str) -> None:
    """Pairs that broke at few dimensions."""
    dimensions(page, address)
    press_mark(page.locator(".st-key-curve-side .points path").nth(2))
    page.locator(".st-key-lost-gallery ol > li").first.wait_for()
    page.locator(".st-key-changes").scroll_into_view_if_needed()


def question(page: Page, title: str) -> None:
    """Another question of the Semantics page."""
    page.locator(".st-key-semantics-head").get_by_text(title, exact=True).click()
    page.locator(
        ".st-key-semantics-head button[aria-checked=true], .st-key-semantics-head button[aria-pressed=true]"
    ).filter(has_text=title).wait_for()


def asked(page: Page, address: str, title: str, start: str, answer: str) -> None:
    """An example of a question of the Semantics page, asked once."""
    page.goto(f"{address}/semantics")
    question(page, title)
    page.locator(f"{answer}:visible, {start} button:visible").first.wait_for()
    if not page.locator(answer).count():
        page.locator(f"{start} button").click()
    page.locator(answer).first.wait_for(timeout=600_000)


def semantics(page: Page, address: str) -> None:
    """Feelings against emoji."""
    asked(page, address, "Prompts", ".st-key-prompts-example-0", ".st-key-matrix table")


def semantics_components(page: Page, address: str) -> None:
    semantics(page, address)
    question(page, "Components")
    page.locator(".st-key-pair-highest ol > li").first.wait_for()


def semantics_direction(page: Page, address: str) -> None:
    asked(page, address, "Directions", ".st-key-directions-example-0", ".st-key-direction-strip ol > li")
    page.locator("[data-drawn]:not([data-drawn='0'])").first.wait_for()


def semantics_gap(page: Page, address: str) -> None:
    asked(page, address, "Modality gap", ".st-key-start-gap", ".st-key-gap-map [data-drawn]:not([data-drawn='0'])")


def semantics_names(page: Page, address: str) -> None:
    asked(page, address, "Names", ".st-key-start-names", ".st-key-names-group")


def semantics_care(page: Page, address: str) -> None:
    asked(page, address, "Data quality", ".st-key-start-care", ".st-key-care-sets")


def choose_group_methods(page: Page, titles: Collection[str]) -> None:
    """Of the Groups page, these and no others."""
    page.locator(".st-key-start-groups button").wait_for()
    choose_pills(page, "groups-methods", titles)


def group_view(page: Page, title: str) -> None:
    """One of the questions of the Groups page."""
    page.locator(".st-key-groups-view").get_by_text(title, exact=True).click()


def groups(page: Page, address: str) -> None:
    """What the form offers, compared once."""
    page.goto(f"{address}/groups")
    page.locator(".st-key-groups-found:visible, .st-key-start-groups button:visible").first.wait_for()
    if not page.locator(".st-key-groups-found").count():
        page.locator(".st-key-start-groups button").click()
        page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for()
        page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for(state="detached", timeout=1_200_000)
    page.locator(".st-key-groups-less .points path").first.wait_for()


def groups_map(page: Page, address: str) -> None:
    """Groups on the map of items and as a heat map."""
    groups(page, address)
    group_view(page, "Group map")
    page.locator(".st-key-together-map .points path").first.wait_for()
    page.locator(".st-key-group-nearest ol > li").first.wait_for()


def groups_bound(page: Page, address: str) -> None:
    """Both sides of the bound for every pair."""
    groups(page, address)
    group_view(page, "The bound")
    page.locator(".st-key-bound-scatter .points path").first.wait_for()


def faces(page: Page, address: str) -> None:
    """A face with another hat, and what else that moved."""
    page.goto(f"{address}/faces")
    page.locator('.studio[data-settled="true"]').wait_for()
    drag(page, "hat", 0.3, 0.75)
    page.locator('.studio[data-settled="true"]').wait_for()


def faces_map(page: Page, address: str) -> None:
    """The path of that edit on the map."""
    faces(page, address)
    page.locator('[data-part="map"] canvas').scroll_into_view_if_needed()


def faces_new(page: Page, address: str) -> None:
    """Faces drawn by chance."""
    faces(page, address)
    page.locator(".st-key-faces-head").get_by_text("New", exact=True).click()
    page.locator(".st-key-made-strip ol > li").first.wait_for()


def faces_mix(page: Page, address: str) -> None:
    """Two faces mixed."""
    faces(page, address)
    page.locator(".st-key-faces-head").get_by_text("Mix", exact=True).click()
    page.locator(".st-key-mix-strip ol > li button").nth(5).click()
    page.locator(".st-key-mix img").nth(2).wait_for()


def faces_latents(page: Page, address: str) -> None:
    """What each latent dimension stands for."""
    faces(page, address)
    page.get_by_role("button", name="Latents").click()
    page.locator(".st-key-latents-map .main-svg").first.wait_for()


SCENES: dict[str, Callable[[Page, str], None]] = {
    "map": plain_map,
    "search": searched_map,
    "item": item,
    "data": data,
    "table": table,
    "clusters": clusters,
    "cluster-form": cluster_form,
    "cluster-pair": cluster_pair,
    "cluster-map": cluster_map,
    "dimensions": dimensions,
    "dimensions-form": dimensions_form,
    "dimensions-pairs": dimensions_pairs,
    "semantics": semantics,
    "semantics-components": semantics_components,
    "semantics-direction": semantics_direction,
    "semantics-gap": semantics_gap,
    "semantics-names": semantics_names,
    "semantics-care": semantics_care,
    "groups": groups,
    "groups-map": groups_map,
    "groups-bound": groups_bound,
    "faces": faces,
    "faces-map": faces_map,
    "faces-new": faces_new,
    "faces-mix": faces_mix,
    "faces-latents": faces_latents,
}


OF_PHOTOGRAPHS = ("map", "search", "item", "data", "table")
"""Scenes that show the bundled photographs; the others show emoji."""


def take(browser: Browser, address: str, scene: str, theme: str, size: tuple[int, int], path: Path) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(120_000)
    page = context.new_page()
    SCENES[scene](page, address)
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=path)
    context.close()


def shots(folder: Path | None) -> list[tuple[str, str, tuple[int, int], Path]]:
    """Scene, theme, window and file: every combination for a folder, some for the README."""
    if folder is None:
        chosen = [
            ("map", "light"),
            ("search", "dark"),
            ("data", "light"),
            ("clusters", "light"),
            ("dimensions", "light"),
            ("semantics", "light"),
            ("groups-map", "light"),
            ("faces", "light"),
        ]
        return [(scene, theme, WIDE, README / f"{scene}.png") for scene, theme in chosen]
    sizes = {"wide": WIDE, "stage": STAGE, "phone": PHONE}
    return [
        (scene, theme, size, folder / f"{scene}-{theme}-{name}.png")
        for scene in SCENES
        for theme in ("light", "dark")
        for name, size in sizes.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--scenes", nargs="+", choices=SCENES, default=list(SCENES))
    given = parser.parse_args()
    chosen = [shot for shot in shots(given.folder) if shot[0] in given.scenes]
    for start in ("photos", "emoji"):
        with tempfile.TemporaryDirectory() as home, chromium() as browser, served_app(Path(home), start) as address:
            for scene, theme, size, path in chosen:
                if (scene in OF_PHOTOGRAPHS) == (start == "photos"):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    take(browser, address, scene, theme, size, path)
                    print(path)


if __name__ == "__main__":
    main()
