"""A person lets groups be named, sees the names on the map, then finds copies and tags them to be left out."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.resting import PATIENCE

pytestmark = pytest.mark.browser


def open_tab(page: Page, address: str, tab: str) -> None:
    page.goto(f"{address}/semantics")
    page.locator(".st-key-semantics-head button", has_text=tab).click()


def test_names_stand_on_the_map_and_copies_are_tagged(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    open_tab(page, address, "Names")
    page.locator(".st-key-names-given").get_by_role("combobox").first.click()  # other journeys have clustered
    page.get_by_role("option", name="column “label”").click()
    page.locator(".st-key-start-names button").click()
    expect(page.locator(".st-key-names-group")).to_contain_text("People-body: ", timeout=PATIENCE)
    expect(page.locator("ol.grid > li")).to_have_count(36, timeout=PATIENCE)
    page.locator(".st-key-names-colour button:visible").first.click()
    drawn = page.locator(".st-key-canvas [data-labels]")
    expect(drawn).to_have_attribute("data-labels", "9", timeout=PATIENCE)
    expect(page.locator(".st-key-canvas .legend")).to_contain_text("flag", timeout=PATIENCE)

    open_tab(page, address, "Data quality")
    page.locator(".st-key-start-care button").click()
    sets = page.locator(".st-key-care-sets")
    expect(sets).to_contain_text("Set 1: ", timeout=PATIENCE)
    expect(sets.locator("ol.strip").first.locator("li").nth(1)).to_be_visible(timeout=PATIENCE)
    page.locator(".st-key-care-tag-now button").click()
    expect(page.get_by_text("tagged “near-duplicate”")).to_be_visible(timeout=PATIENCE)
    page.locator(".st-key-care-kinds button", has_text="mismatches").click()
    cards = page.locator(".st-key-care-gallery ol.cards > li")
    expect(cards).to_have_count(48, timeout=PATIENCE)
    expect(cards.first).to_contain_text("→")
    assert errors == []
