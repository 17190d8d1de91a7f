"""A person compares embeddings of groups, looks at what they found, at the group map and at the bound."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import choose_group_methods, group_view
from tests.browser.resting import PATIENCE, press_mark

pytestmark = pytest.mark.browser


def test_compare_look_and_take_away(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{address}/groups")
    choose_group_methods(page, ["Normalised mean"])
    page.locator(".st-key-groups-splits input").fill("2")
    page.locator(".st-key-groups-splits input").press("Enter")
    form = page.locator(".st-key-compare-groups")
    expect(form).to_contain_text("The mean and 1 method, 2 splits", timeout=PATIENCE)
    expect(form.get_by_role("combobox").first).to_have_value("subgroup (97 groups)")
    page.locator(".st-key-start-groups button").click()

    less = page.locator(".st-key-groups-less .points path")
    expect(less).to_have_count(6, timeout=3 * PATIENCE)
    expect(page.locator(".st-key-groups-answer")).to_contain_text("no learned method", timeout=PATIENCE)
    comparison = page.locator(".st-key-groups-title").get_by_role("combobox")
    expect(comparison).to_have_value("97 groups by subgroup, 9,170 items, 2 splits, pocket, images")
    press_mark(less.nth(1))
    below = page.get_by_text(re.compile("Normalised mean, groups of 2 items: [0-9]+ of [0-9]+ right"))
    expect(below).to_be_visible(timeout=PATIENCE)
    cards = page.locator(".st-key-searched-cards ol > li")
    expect(cards).to_have_count(8, timeout=PATIENCE)
    expect(cards.first.locator(".side")).to_have_count(2)
    expect(cards.first.locator(".side.wrong")).to_contain_text("the first right one is")
    cards.first.locator(".picture").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("subgroup", timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    group_view(page, "Group map")
    canvas = page.locator(".st-key-together-heat canvas")
    expect(canvas).to_be_visible(timeout=PATIENCE)
    nearest = page.locator(".st-key-group-nearest ol > li")
    expect(nearest).to_have_count(8, timeout=PATIENCE)
    name = nearest.first.locator(".title").inner_text()
    nearest.first.locator(".title").click()
    expect(page.locator(".st-key-group-members")).to_contain_text(f"{name}, ", timeout=PATIENCE)
    canvas.click(position={"x": 40, "y": 200})
    expect(page.get_by_role("dialog")).to_contain_text("distance", timeout=PATIENCE)
    page.keyboard.press("Escape")

    group_view(page, "The bound")
    expect(page.get_by_text("No pair breaks the bound")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-statement")).to_contain_text("the statement is false", timeout=PATIENCE)
    page.locator(".st-key-groups-export button").first.click()
    with page.expect_download() as waiting:
        page.locator(".st-key-take-bound button:visible").click()
    assert waiting.value.suggested_filename == "groups-bound.csv"
    assert errors == []
