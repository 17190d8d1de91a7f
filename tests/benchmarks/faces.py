"""How quick an edit of a face is: `python -m tests.benchmarks.faces --latency`."""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from core.commands.faces import draw, opened, slide, unpacked
from tests.browser.latency import drag, measured, watch
from tests.served import chromium, served_app

REPEATS = 50
FACTORS = ("glasses", "sex", "hat", "smile")


def milliseconds(work: Callable[[], object]) -> float:
    """The median of some repeats."""
    work()
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return round(median(taken), 2)


def model() -> dict[str, float]:
    """T⁻¹ and D for one face; E and T; all strips of the page."""
    editor = opened(None)
    face = draw({}, 1, 0).faces[0].codes
    latents = unpacked(editor, face)
    picture = editor.pictures(latents)
    return {
        "edited and decoded, ms": milliseconds(lambda: editor.pictures(editor.moved(latents, {"glasses": 1.0}))),
        "encoded, ms": milliseconds(lambda: editor.latents(picture)),
        "strips of all sliders, ms": milliseconds(lambda: slide(face, {"glasses": 1.0})),
    }


def browser() -> dict[str, float]:
    """From a slider's move to the new face on the screen, moves of several sliders one right after the other."""
    with tempfile.TemporaryDirectory() as home, chromium() as chrome, served_app(Path(home)) as address:
        page = chrome.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{address}/faces")
        page.locator('.studio[data-settled="true"]').wait_for()
        watch(page)
        for factor in FACTORS:
            drag(page, factor, 0.1, 0.9, steps=25, pause=40)
        moved = time.perf_counter()
        page.locator('.studio[data-settled="true"]').wait_for()
        settled = time.perf_counter() - moved
        ms = np.array(measured(page).ms)
    quantiles = {name: round(float(np.quantile(ms, share)), 1) for name, share in (("median", 0.5), ("95 %", 0.95))}
    return {"moves": len(ms), **quantiles, "longest": round(float(ms.max()), 1), "figures after, s": round(settled, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", action="store_true", help="of the model alone, and in the browser")
    if parser.parse_args().latency:
        print(json.dumps({"model": model(), "browser": browser()}, indent=2))
    else:
        parser.print_help()


if __name__ == "__main__":
    main()
