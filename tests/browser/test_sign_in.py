"""Two people on one server: signing in, what one makes the other does not see, signing out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.access import accounts
from tests.served import served_app

pytestmark = pytest.mark.browser
PASSWORD = "swordfish99"
SECONDS = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIPSCAPE_HOME", str(home))
        accounts.add("ada", "manage", PASSWORD)
        accounts.add("eve", "look", PASSWORD)
    with served_app(Path(home)) as found:
        yield found


def signed_in(browser: Browser, address: str, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{address}/data")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password or token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong")
    expect(page.get_by_label("Name")).to_have_value(name)
    page.get_by_label("Password or token").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Sign out")).to_be_visible(timeout=SECONDS)
    return page


def test_people_sign_in_see_their_own_and_sign_out(browser: Browser, address: str) -> None:
    ada, eve = signed_in(browser, address, "ada"), signed_in(browser, address, "eve")
    ada.locator(".st-key-new-workspace button").click()
    ada.get_by_label("Name").fill("of ada")
    ada.get_by_role("button", name="Create").click()
    expect(ada.get_by_text("No items yet")).to_be_visible(timeout=SECONDS)
    expect(eve.get_by_text("you cannot change this workspace")).to_be_visible(timeout=SECONDS)
    expect(eve.locator(".st-key-new-workspace")).to_have_count(0)
    eve.reload()
    eve.locator(".st-key-picker").get_by_role("combobox").click(timeout=SECONDS)
    expect(eve.get_by_role("option").first).to_be_visible()
    expect(eve.get_by_role("option", name="of ada")).to_have_count(0)
    ada.get_by_text("Sign out").click()
    expect(ada.get_by_text("You are signed out")).to_be_visible()
    ada.goto(f"{address}/data")
    expect(ada.get_by_role("button", name="Sign in")).to_be_visible()
    for page in (ada, eve):
        page.context.close()
