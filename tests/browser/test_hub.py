"""A person downloads a model of the hub and embeds with it; then the hub is gone, and nothing is lost."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.kit import formats
from app.kit.messages import JOINER
from tests.browser import test_journey
from tests.browser.resting import PATIENCE, box_at_rest
from tests.browser.test_dialogs import make
from tests.browser.test_journey import draw
from tests.encoders.hub import FakeHub, serving
from tests.encoders.models import make_folder
from tests.served import served_app

pytestmark = pytest.mark.browser
REPOSITORY = "someone/tiny"
LITERAL = ":smile: *a* -> 1. <b>"
"""A caption that Markdown, or Streamlit, would make something else of."""


def bring(page: Page, folder: Path) -> None:
    """Drawings with captions, embedded by the model that is chosen."""
    folder.mkdir()
    box_at_rest(page.locator(".st-key-add [data-testid=stFileUploader]"))  # what is dropped before that is lost
    page.locator(".st-key-add input[type=file]").set_input_files(draw(folder))
    page.locator(".st-key-add-files button:enabled").click()


def choose(page: Page, name: str) -> None:
    page.locator(".st-key-model-kind").get_by_text("From the hub").click()
    field = page.locator(".st-key-hub-model").get_by_role("combobox")
    field.fill(name)
    field.press("Enter")


def search(page: Page, words: str) -> None:
    page.locator(".st-key-pages").get_by_text("Map").click()
    page.locator(".st-key-words input").fill(words)
    page.locator(".st-key-words input").press("Enter")
    expect(page.locator(".st-key-drawer")).to_contain_text("items, cosine similarity", timeout=PATIENCE)


def test_a_model_is_downloaded_and_stays(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_journey, "WORDS", LITERAL)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    files = {path.name: path.read_bytes() for path in make_folder(tmp_path / "model").iterdir()}
    hub = FakeHub({REPOSITORY: files}, {REPOSITORY: {"license": "mit"}}, slow=1)
    with ExitStack() as reached:
        reached.enter_context(serving(hub))
        settings = {"HF_ENDPOINT": hub.address, "HF_HUB_CACHE": str(tmp_path / "cache")}
        with served_app(tmp_path / "home", **settings) as address:
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            make(page, "drawings")
            download(page, hub)
            reached.close()
            bring(page, tmp_path / "first")
            expect(page.locator(".st-key-report")).to_contain_text("5 added, 5 embedded, 1 refused", timeout=PATIENCE)
            search(page, "a red circle")
            make(page, "kept")
            bring_in_vain(page, tmp_path / "second")
    assert errors == []


def download(page: Page, hub: FakeHub) -> None:
    """Sees size and licence first, then the progress, then that the model is here."""
    weights = len(hub.repositories[REPOSITORY]["open_clip_model.safetensors"])
    page.locator(".st-key-pages").get_by_text("Data").click()
    choose(page, f"hf-hub:{REPOSITORY}")
    page.locator(".st-key-download-model button:visible").click(timeout=PATIENCE)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{formats.size(weights)}, licence: mit", timeout=PATIENCE)
    assert hub.sent < weights / 2, "both are told before the weights are asked for"
    dialog.locator(".st-key-download-sure button:visible").click()
    expect(page.locator(".st-key-model-on-its-way")).to_contain_text(re.compile("[kM]B/s"), timeout=PATIENCE)
    hub.slow = 0
    expect(page.locator(".st-key-add")).to_contain_text("On this machine: no network needed.", timeout=PATIENCE)
    assert hub.sent >= weights


def bring_in_vain(page: Page, folder: Path) -> None:
    """By a model that cannot be had; the items are there all the same, captions as they were written."""
    page.locator(".st-key-pages").get_by_text("Data").click()
    choose(page, "hf-hub:someone/gone")
    page.locator(".st-key-download-model button:visible").wait_for()
    bring(page, folder)
    expect(page.locator(".st-key-report")).to_contain_text("the hub cannot be reached", timeout=PATIENCE)
    items = page.locator(".st-key-browse-side ol > li")
    expect(items).to_have_count(5)
    items.filter(has_text=LITERAL).locator("button").click()
    shown = re.compile(f"{JOINER}?".join(map(re.escape, LITERAL)))
    expect(page.get_by_role("dialog")).to_contain_text(shown)
