"""A person slides one factor of a face, sees what else moved, and takes the new face along."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.latency import drag, measured, watch
from tests.browser.resting import PATIENCE

pytestmark = pytest.mark.browser
AT_ONCE = 100
"""Milliseconds that a new face may take."""


def settled(page: Page) -> None:
    """Nothing moves, all figures are there."""
    expect(page.locator('.studio[data-settled="true"]')).to_be_visible(timeout=PATIENCE)


def shift(page: Page, factor: str) -> float:
    """How far the page says that a factor moved."""
    term = page.locator('[data-part="moved"] dt').get_by_text(factor, exact=True)
    return float(term.locator("xpath=following-sibling::dd[1]").inner_text().replace("−", "-"))


def number(page: Page, factor: str) -> float:
    """Where a slider stands."""
    return float(page.locator(f'.row[data-factor="{factor}"] output').inner_text().replace("−", "-"))


def test_slide_look_and_keep(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/faces")
    settled(page)
    expect(page.locator(".studio .row")).to_have_count(7)
    assert shift(page, "glasses") == 0

    watch(page)
    drag(page, "glasses", 0.2, 0.95)
    drag(page, "hat", 0.9, 0.3)  # at once, while the strips are still those of the face without this edit
    moves = measured(page)
    assert len(moves.ms) >= 20
    assert moves.median < AT_ONCE
    settled(page)
    assert number(page, "glasses") > 2
    assert abs(shift(page, "glasses")) > abs(shift(page, "smile"))

    page.evaluate("window.moves = []; window.comparing = true")
    drag(page, "sex", 0.1, 0.9, steps=4)
    assert any(measured(page).changed)
    page.locator('.row[data-factor="race"] [data-value="black"]').click()
    settled(page)
    expect(page.locator('.row[data-factor="race"] output')).to_have_text("1.00")
    expect(page.locator('[data-part="map"]')).to_contain_text(re.compile("of 4,000 faces by their embeddings"))
    expect(page.locator('[data-part="words"] dd')).to_have_count(7)

    page.locator('[data-part="reset"]').click()
    settled(page)
    assert shift(page, "sex") == 0
    expect(page.locator('.row[data-set="true"]')).to_have_count(0)

    before = page.locator('.row[data-factor="sex"] output').inner_text()
    page.locator(".st-key-people-strip ol > li button").nth(3).click()
    expect(page.locator(".st-key-people-strip ol > li button").nth(3)).to_have_attribute("aria-pressed", "true")
    expect(page.locator('.row[data-factor="sex"] output')).not_to_have_text(before, timeout=PATIENCE)
    settled(page)

    page.locator(".st-key-face-files button").first.click()
    with page.expect_download() as waiting:
        page.locator(".st-key-take-face-webp button:visible").click()
    assert waiting.value.suggested_filename == "glasses.webp"
    assert errors == []
