"""Seconds from `make run` on an installed machine to the first map on the screen, measured in the browser.

    python -m tests.benchmarks.first_map --times 3

"First" runs with an empty folder of workspaces (the bundled set is unpacked), "again" with the one it left.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from tests.served import BY_ITSELF, chromium, served, wait_until_healthy


def seconds_to_first_map(home: Path) -> float:
    """From the command to the frame in which the map has drawn its points."""
    with chromium(BY_ITSELF) as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        started = time.monotonic()
        with served(["make", "run"], {"CLIPSCAPE_HOME": str(home)}) as address:
            wait_until_healthy(address)
            page.goto(address, wait_until="commit")
            page.locator("[data-drawn]:not([data-drawn='0'])").first.wait_for(state="attached", timeout=120_000)
            return time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    seconds: dict[str, list[float]] = {"first": [], "again": []}
    for _ in range(parser.parse_args().times):
        with tempfile.TemporaryDirectory() as home:
            for name in seconds:
                seconds[name].append(round(seconds_to_first_map(Path(home)), 2))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
