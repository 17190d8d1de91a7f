"""The first visit of a person, in a real browser: look, bring pictures, find them, select, take away."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.resting import PATIENCE, lasso
from tests.encoders.models import make_folder

pytestmark = pytest.mark.browser
DRAWN = "[data-testid=map][data-drawn]:not([data-drawn='0'])"
SHAPES = {"a red circle": "red", "a green circle": "green", "a blue circle": "blue", "a black circle": "black"}
WORDS = "five purple stripes on white"


def wait_for_map(page: Page) -> int:
    """The number of points that the map has drawn."""
    page.locator(DRAWN).wait_for()
    return int(page.locator(DRAWN).get_attribute("data-drawn") or 0)


def coloured_pixels(page: Page) -> int:
    """Pixels of the map that are neither page nor text: those are grey."""
    shot = Image.open(io.BytesIO(page.locator("[data-testid=map]").screenshot())).convert("RGB")
    pixels = np.asarray(shot).astype(int)
    return int((pixels.max(axis=2) - pixels.min(axis=2) > 60).sum())


def draw(folder: Path) -> list[Path]:
    """Five drawings, a file that is none, and a table of captions."""
    rows = []
    for number, (caption, colour) in enumerate(SHAPES.items()):
        picture = Image.new("RGB", (96, 96), "white")
        ImageDraw.Draw(picture).ellipse((20, 20, 76, 76), fill=colour)
        picture.save(folder / f"{number}.png")
        rows.append((f"{number}.png", caption))
    stripes = Image.new("RGB", (96, 96), "white")
    for left in range(8, 96, 18):
        ImageDraw.Draw(stripes).rectangle((left, 0, left + 8, 96), fill="purple")
    stripes.save(folder / "4.png")
    (folder / "broken.png").write_bytes(b"no picture")
    pd.DataFrame([*rows, ("4.png", WORDS)], columns=["file", "caption"]).to_csv(folder / "captions.csv", index=False)
    return sorted(folder.iterdir())


def test_a_first_visit(page: Page, browser: Browser, address: str, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(address)
    before = wait_for_map(page)
    assert before > 10_000
    assert coloured_pixels(page) > 5_000

    page.locator(".st-key-pages").get_by_text("Data").click()
    page.locator(".st-key-copy-to-add button").click()  # a bundled set stays as it came
    page.locator(".st-key-copy-sure button").click()
    page.locator(".st-key-add-files").wait_for(timeout=PATIENCE)
    page.locator(".st-key-add input[type=file]").set_input_files(draw(tmp_path))
    page.locator(".st-key-add-files button").click()
    report = page.locator(".st-key-report")
    expect(report).to_contain_text("5 added", timeout=120_000)
    expect(report).to_contain_text("1 refused")

    page.locator(".st-key-pages").get_by_text("Map").click()
    page.locator(f"[data-testid=map][data-drawn='{before + 10}']").wait_for(timeout=120_000)

    page.locator(".st-key-words input").fill("a red circle")
    page.locator(".st-key-words input").press("Enter")
    drawer = page.locator(".st-key-drawer")
    expect(drawer).to_contain_text("60 items, cosine similarity", timeout=120_000)
    expect(drawer.locator("ol > li")).to_have_count(60)
    scores = [float(text[-5:]) for text in drawer.locator("ol > li").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)

    page.locator(".st-key-picture button:visible").first.click()
    page.locator(".st-key-sample input[type=file]").set_input_files(tmp_path / "4.png")
    expect(drawer.locator("ol > li").first).to_contain_text(WORDS, timeout=120_000)
    page.keyboard.press("Escape")

    lasso(page)
    expect(drawer).to_contain_text("Selection")
    expect(drawer).not_to_contain_text("cosine similarity")  # the title comes before the rest of the drawer
    selected = int(re.sub(r"\D", "", re.search(r"([\d,]+) items", drawer.inner_text())[1]))
    with page.expect_download() as waiting:
        page.locator(".st-key-export-csv button:visible").first.click()
    exported = pd.read_csv(waiting.value.path())
    assert exported["id"].nunique() == selected > 1_000
    assert {"id", "point", "x", "y", "caption", "label"} <= set(exported)
    assert exported[["x", "y"]].notna().all().all()
    assert errors == []

    other = browser.new_page()
    other.goto(address)
    assert wait_for_map(other) == before
    other.close()


def test_a_thousand_files_at_once(page: Page, address: str, tmp_path: Path) -> None:
    """By a model of random weights, which is quick: what is asked is whether all of them arrive."""
    model, pictures = make_folder(tmp_path / "model"), tmp_path / "pictures"
    pictures.mkdir()
    for number in range(1000):
        picture = Image.new("RGB", (64, 64), (number % 256, 60 * (number // 256), 128))
        picture.save(pictures / f"été {number}.png")

    page.goto(address)
    wait_for_map(page)
    page.locator("[data-testid=stSidebar] .st-key-new-workspace button").first.click()
    page.get_by_role("dialog").get_by_role("textbox").fill("a thousand")
    page.get_by_role("dialog").get_by_role("textbox").press("Enter")
    page.locator(".st-key-create button").click()
    page.get_by_role("dialog").wait_for(state="hidden")

    page.locator(".st-key-pages").get_by_text("Data").click()
    page.locator(".st-key-model-kind").get_by_text("My weights").click()
    page.locator(".st-key-own-model input").fill(str(model))
    page.locator(".st-key-own-model input").press("Enter")
    page.locator(".st-key-by-name label").click()
    page.locator(".st-key-add input[type=file]").set_input_files(sorted(pictures.iterdir()))
    page.locator(".st-key-add-files button:enabled").click(timeout=PATIENCE)
    expect(page.locator(".st-key-report")).to_contain_text("1,000 added", timeout=240_000)
    expect(page.locator(".st-key-browse-side")).to_contain_text("été 0")

    page.locator(".st-key-pages").get_by_text("Map").click()
    page.locator("[data-testid=map][data-drawn='2000']").wait_for(timeout=120_000)
