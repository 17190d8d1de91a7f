"""A person types into a dialog while a job ends behind it, then closes it."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.resting import PATIENCE
from tests.browser.test_journey import draw, wait_for_map

pytestmark = pytest.mark.browser


def ask(page: Page, name: str) -> Locator:
    """The field of the dialog for a new workspace, filled in but not sent."""
    page.locator("[data-testid=stSidebar] .st-key-new-workspace button").first.click()
    field = page.get_by_role("dialog").get_by_role("textbox")
    field.fill(name)
    return field


def make(page: Page, name: str) -> None:
    ask(page, name).press("Enter")
    page.locator(".st-key-create button").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_role("combobox", name="Workspace", exact=True)).to_have_value(name, timeout=PATIENCE)


def test_a_job_that_ends_takes_no_dialog_away(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(address)
    wait_for_map(page)
    make(page, "drawings")
    page.locator(".st-key-pages").get_by_text("Data").click()
    page.locator(".st-key-add input[type=file]").set_input_files(draw(tmp_path))
    page.locator(".st-key-add-files button:enabled").click()
    expect(page.locator("[class*=st-key-stop-]").first).to_be_visible()

    field = ask(page, "half a na")
    expect(page.locator(".st-key-tray")).to_contain_text("5 added", timeout=PATIENCE)
    expect(page.locator(".st-key-tray")).to_contain_text("a first map", timeout=PATIENCE)
    expect(field).to_have_value("half a na")
    field.press("End")
    field.press_sequentially("me")
    field.press("Enter")
    expect(page.locator(".st-key-create button")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.locator(".st-key-browse-side ol > li button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Show on the map")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    make(page, "after it")
