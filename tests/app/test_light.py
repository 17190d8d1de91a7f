"""The server that draws pages stays light: models and methods run in the processes of jobs."""

import json
import subprocess
import sys
from pathlib import Path

from tests.test_layers import HEAVY

ROOT = Path(__file__).parents[2]
LOOK = """
import json, os, sys
from streamlit.testing.v1 import AppTest
from core.jobs import Jobs

Jobs.warm = lambda self, after=0.0: None
test = AppTest.from_file("app/main.py", default_timeout=120).run()
seen = {}
for hash, page in list(test._registered_pages.items()):
    test._page_hash = hash
    test.run()
    title = page["url_pathname"] or "map"
    seen[title] = [[each.message for each in test.exception], [each.value for each in test.title]]

from core.commands import COMMANDS
listed = COMMANDS["methods"]()
print(json.dumps({"seen": seen, "listed": sum(map(len, listed.values())), "loaded": sorted(sys.modules)}), flush=True)
os._exit(0)  # the threads that make thumbnails are not waited for
"""


def test_no_page_and_no_list_of_methods_loads_what_is_heavy(tmp_path: Path) -> None:
    environment = {"CLIPSCAPE_HOME": str(tmp_path), "CLIPSCAPE_START": "emoji", "PATH": ""}
    looked = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert looked.returncode == 0, looked.stderr
    found = json.loads(looked.stdout.splitlines()[-1])
    assert set(found["seen"]) == {"data", "map", "clusters", "dimensions", "semantics", "groups", "faces"}
    assert not any(errors for errors, _ in found["seen"].values())
    assert any("Dimensions" in titles for _, titles in found["seen"].values())
    assert found["listed"] > 30
    assert not set(found["loaded"]) & HEAVY
