"""A person compares two beginnings of one method, and sees the groups on the map; then methods that find K."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.workspace import Workspace
from tests.browser.pictures import choose_methods, press_line
from tests.browser.resting import PATIENCE, RESTING
from tests.browser.test_journey import coloured_pixels
from tests.clustering.making import groups
from tests.workspace.making import items

pytestmark = pytest.mark.browser


def test_compare_and_see(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{address}/clusters")
    choose_methods(page, ["K-means"])
    page.locator(".st-key-cluster-seeds input").fill("2")
    page.locator(".st-key-cluster-seeds input").press("Enter")
    expect(page.locator(".st-key-compare")).to_contain_text("2 runs on 9,170 items", timeout=PATIENCE)
    page.locator(".st-key-start-compare button").click()

    expect(page.locator(".st-key-run-head")).to_contain_text("K-means, K = 9", timeout=PATIENCE)
    expect(page.locator(".st-key-run-head")).to_contain_text("Seed 1", timeout=PATIENCE)
    expect(page.locator(".st-key-board-bars .js-plotly-plot").last).to_be_visible(timeout=PATIENCE)

    press_line(page, 0, of=1)
    legend = page.locator(".st-key-clusters-map-side .legend")
    expect(legend).to_contain_text("cluster 8", timeout=PATIENCE)
    expect(page.locator(".st-key-clusters-map-side [data-drawn]")).to_have_attribute(
        "data-drawn", "9170", timeout=PATIENCE
    )
    assert coloured_pixels(page) > 1_000
    expect(page.locator(".st-key-clusters-gallery ol > li")).to_have_count(48, timeout=PATIENCE)

    page.locator(".st-key-map-by-palette button:visible").first.click()
    expect(page.locator(".st-key-canvas .legend")).to_contain_text("K-means clusters, seed", timeout=PATIENCE)
    assert coloured_pixels(page) > 1_000
    assert errors == []


def test_methods_that_find_the_number(page: Page, address: str, home: Path) -> None:
    rows, _ = groups(200, columns=8)
    workspace = Workspace.create(home / "four groups")
    ids = list(workspace.add(items(len(rows))).ids)
    workspace.add_embeddings("pocket", "image", ids, rows / np.linalg.norm(rows, axis=1, keepdims=True))

    page.goto(f"{address}/clusters")
    page.locator(".st-key-picker [data-baseweb=select], .st-key-picker [role=combobox]").first.click()
    page.get_by_role("option", name="four groups").click()
    expect(page.locator(".st-key-compare")).to_contain_text("200 items", timeout=PATIENCE)
    page.locator(RESTING).wait_for()
    if not page.locator(".st-key-start-compare button").is_visible():
        page.locator(".st-key-clusters-head summary").first.click()
    choose_methods(page, ["DeepDPM", "DPM sampler"])
    page.locator(".st-key-cluster-seeds input").fill("1")
    page.locator(".st-key-cluster-seeds input").press("Enter")
    expect(page.locator(".st-key-compare")).to_contain_text("2 runs on 200 items", timeout=PATIENCE)
    page.locator(".st-key-start-compare button").click()

    head, names = page.locator(".st-key-run-head"), ["DeepDPM", "DPM sampler"]
    expect(page.locator(".st-key-board-bars")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-tray").get_by_text("Stop", exact=True)).to_have_count(0, timeout=PATIENCE)
    expect(head).to_contain_text(re.compile("|".join(names)), timeout=PATIENCE)
    other = names[names[0] in head.inner_text()]
    press_line(page, 1, of=2)
    expect(head).to_contain_text(other, timeout=PATIENCE)
    expect(page.locator(".st-key-trace-k").first).to_be_visible(timeout=PATIENCE)
