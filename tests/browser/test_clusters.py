"""A person compares two beginnings of one method, and sees the groups on the map."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import choose_methods
from tests.browser.test_journey import coloured_pixels

pytestmark = pytest.mark.browser
PATIENCE = 30_000
"""Milliseconds for what a job or a rerun must do first."""
FIRST_ROW = (120, 57)
"""Pixels of a cell of the leaderboard's first line from its corner."""


def test_compare_and_see(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{address}/clusters")
    choose_methods(page, ["K-means"])
    page.locator(".st-key-cluster-seeds input").fill("2")
    page.locator(".st-key-cluster-seeds input").press("Enter")
    expect(page.locator(".st-key-compare")).to_contain_text("2 runs on 9,170 items", timeout=PATIENCE)
    page.locator(".st-key-start-compare button").click()

    table = page.locator(".st-key-board-table [data-testid=stDataFrame]")
    table.wait_for()
    expect(page.locator(".st-key-run-head")).to_contain_text("K-means, K = 9", timeout=PATIENCE)
    expect(page.locator(".st-key-run-head")).to_contain_text("Seed 1", timeout=PATIENCE)
    expect(page.locator(".st-key-board-bars .js-plotly-plot")).to_be_visible(timeout=PATIENCE)

    x, y = FIRST_ROW
    table.click(position={"x": x, "y": y})
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
