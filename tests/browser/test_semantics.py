"""A person asks what items mean: classes by words, components, a direction, the gap; each figure leads to its items."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import question
from tests.browser.resting import PATIENCE

pytestmark = pytest.mark.browser
PROMPTS, CLASSES = 17, 9


def test_ask_look_and_colour_the_map(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{address}/semantics")
    page.locator(".st-key-prompts-example-1 button:visible").click()
    matrix = page.locator(".st-key-matrix table")
    expect(matrix.locator("tbody tr")).to_have_count(PROMPTS, timeout=PATIENCE)
    expect(matrix.locator("thead img").first).to_be_visible()
    expect(page.locator(".st-key-classes-head")).to_contain_text(re.compile("Accuracy [0-9.]+ % of 9,170 items"))
    matrix.locator("thead button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    matrix.locator("tbody button").nth(4).click()
    expect(page.locator(".st-key-around-bar input")).to_have_value("an animal", timeout=PATIENCE)
    expect(page.locator(".st-key-around ol > li")).to_have_count(24)
    with page.expect_download() as waiting:
        page.locator(".st-key-matrix-below button:visible").first.click()
    assert waiting.value.suggested_filename == "cosines.csv"

    confusion = page.locator(".st-key-classes-confusion table")
    expect(confusion.locator("tbody tr")).to_have_count(CLASSES)
    confusion.locator("td[data-at='8,8']").click()
    expect(page.locator(".st-key-classes-gallery-bar")).to_contain_text("Flags, rightly", timeout=PATIENCE)

    question(page, "Components")
    cell = page.locator(".st-key-components-grid td[data-at='0,1']")
    cell.click(timeout=PATIENCE)
    expect(page.locator(".st-key-pair-head")).to_contain_text("a smiling face", timeout=PATIENCE)
    expect(page.locator(".st-key-pair-highest ol > li")).to_have_count(12)

    question(page, "Directions")
    page.locator(".st-key-directions-example-2 button:visible").click()
    expect(page.locator(".st-key-direction-strip ol > li")).to_have_count(16, timeout=PATIENCE)
    expect(page.locator(".st-key-direction-head")).to_contain_text("to label: flags")
    page.locator(".st-key-direction-map [data-drawn]:not([data-drawn='0'])").wait_for(timeout=PATIENCE)

    question(page, "Modality gap")
    page.locator(".st-key-start-gap button:visible").click()
    page.locator(".st-key-gap-map [data-drawn]:not([data-drawn='0'])").wait_for(timeout=PATIENCE)
    expect(page.locator(".st-key-gap-broken ol > li").first).to_be_visible()

    question(page, "Directions")
    page.locator(".st-key-direction-colour button:visible").click()
    page.wait_for_url(f"{address}/", timeout=PATIENCE)
    expect(page.locator(".st-key-canvas")).to_contain_text("label: flags − the rest", timeout=PATIENCE)
    assert errors == []
