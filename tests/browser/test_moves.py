"""A new workspace, another page, then pictures, while somebody else's job runs: they go nowhere else."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.workspace import Workspace
from tests.browser.pictures import choose_methods
from tests.browser.resting import PATIENCE, box_at_rest
from tests.served import served_app

pytestmark = pytest.mark.browser
PAGES = ("Map", "Clusters", "Groups")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moves")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served_app(home) as address:
        yield address


def compare(page: Page) -> None:
    """Begins a job that takes minutes, in the session of this page."""
    choose_methods(page, ["SwAV prototypes"])
    page.locator(".st-key-cluster-seeds input").fill("20")
    page.locator(".st-key-cluster-seeds input").press("Enter")
    expect(page.locator(".st-key-compare")).to_contain_text("20 runs on 9,170 items", timeout=PATIENCE)
    page.locator(".st-key-start-compare button").click()
    page.locator(".st-key-tray").get_by_text("Stop", exact=True).first.wait_for()


def held(place: Path) -> list[str]:
    """The items of a workspace once there are some, by their sources."""
    end = monotonic() + PATIENCE / 1000
    while not (found := Workspace.open(place).table(["source"])["source"].to_pylist()):
        assert monotonic() < end, f"nothing comes to {place}"
        sleep(0.5)
    return found


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_nothing_is_written_to_another_workspace(
    page: Page, browser: Browser, address: str, home: Path, tmp_path: Path, times: int
) -> None:
    busy = browser.new_page()
    busy.goto(f"{address}/clusters")
    compare(busy)
    before = Workspace.open(home / "emoji").count()
    page.goto(address)
    page.locator("[data-testid=map][data-drawn]").wait_for()
    for number in range(times):
        name, picture = f"mine {times} {number}", tmp_path / f"{number}.png"
        Image.new("RGB", (64, 64), (number * 10, 100, 200)).save(picture)
        page.locator("[data-testid=stSidebar] .st-key-new-workspace button").first.click()
        page.get_by_role("dialog").get_by_role("textbox").fill(name)
        page.get_by_role("dialog").get_by_role("textbox").press("Enter")
        page.locator(".st-key-create button:enabled").click()
        page.locator(".st-key-pages").get_by_text(PAGES[number % 3]).click()
        page.locator(".st-key-pages").get_by_text("Data").click()
        expect(page.locator(".st-key-data-head h1")).to_have_text(name, timeout=PATIENCE)
        box_at_rest(page.locator(".st-key-add [data-testid=stFileUploader]"))  # what is dropped before that is lost
        page.locator(".st-key-add input[type=file]").set_input_files(picture)
        page.locator(".st-key-add-files button:enabled").click()
        expect(page.locator(".st-key-report")).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".st-key-data-head h1")).to_have_text(name, timeout=PATIENCE)
        expect(page.get_by_role("combobox", name="Workspace", exact=True)).to_have_value(name)
    expect(busy.locator(".st-key-tray")).to_contain_text("SwAV")  # it has run all the while
    for number in range(times):
        assert held(home / f"mine {times} {number}") == [f"{number}.png"]
    assert Workspace.open(home / "emoji").count() == before
    busy.close()
