"""A person finds the fewest dimensions that lose nothing, sees which pairs break below, and uses the reducer."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import choose_reducers, cluster_form
from tests.browser.resting import PATIENCE, press_mark

pytestmark = pytest.mark.browser
PAIRS = 1_889
"""Items of the bundled set with a caption of their own."""


def test_compare_look_and_use(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{address}/dimensions")
    choose_reducers(page, ["PCA, centred"])
    page.locator(".st-key-reduce-splits input").fill("2")
    page.locator(".st-key-reduce-splits input").press("Enter")
    expect(page.locator(".st-key-reduce")).to_contain_text(
        f"1 reducer, 6 numbers of dimensions, 2 splits: each learns on one half of {PAIRS:,} pairs", timeout=PATIENCE
    )
    page.locator(".st-key-start-reduce button").click()

    curve = page.locator(".st-key-curve-side")
    expect(curve.locator(".points path").nth(5)).to_be_attached(timeout=PATIENCE)
    expect(page.locator(".st-key-tray").get_by_text("Stop", exact=True)).to_have_count(0, timeout=PATIENCE)
    expect(curve).to_contain_text("all 256 dimensions", timeout=PATIENCE)
    expect(curve).to_contain_text("7,281 pairs with a caption that repeats took no part", timeout=PATIENCE)

    press_mark(curve.locator(".points path").nth(2))
    point = page.locator(".st-key-point-head")
    expect(point).to_contain_text("128 B", timeout=PATIENCE)
    cards = page.locator(".st-key-lost-gallery ol > li")
    expect(cards).to_have_count(6, timeout=PATIENCE)
    expect(cards.first.locator(".cell")).to_have_count(3)
    expect(cards.first).to_contain_text(re.compile("own: 1st → [0-9].*first now"))
    cards.locator("button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("The caption, sought for the image", timeout=PATIENCE)
    expect(page.get_by_role("dialog")).to_contain_text("came first:")
    page.keyboard.press("Escape")

    page.locator(".st-key-time-search button:visible").first.click()
    expect(point).to_contain_text("times faster", timeout=PATIENCE)
    page.locator(".st-key-curve-way").get_by_text("Text → image").click()
    expect(point).to_contain_text("Top-1, text → image", timeout=PATIENCE)

    page.locator(".st-key-use-reducer button:visible").first.click()
    expect(page.locator(".st-key-use-reducer")).to_contain_text("In use", timeout=PATIENCE)
    with page.expect_download() as waiting:
        page.locator(".st-key-take-reducer button:visible").first.click()
    assert waiting.value.suggested_filename == "pca-32.safetensors"
    cluster_form(page, address)
    page.locator(".st-key-cluster-model").click()
    reduced = "pocket, reduced to 32 dimensions by PCA, centred"
    expect(page.get_by_role("option")).to_contain_text(["pocket", reduced], timeout=PATIENCE)
    page.keyboard.press("Escape")

    page.goto(f"{address}/data")
    summary = page.locator(".st-key-summary")
    expect(summary).to_contain_text(f"Embedded by {reduced}", timeout=PATIENCE)
    summary.locator("button:visible").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete them").click()
    expect(summary).not_to_contain_text(reduced, timeout=PATIENCE)
    assert errors == []
