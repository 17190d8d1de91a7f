"""`python -m app`, before anybody visits."""

import time
from pathlib import Path

from core.workspace import Workspace
from tests.served import served_app


def test_the_first_workspace_is_ready_before_the_first_visit(tmp_path: Path) -> None:
    with served_app(tmp_path, start=""):
        end = time.monotonic() + 60
        while not (tmp_path / "photos").exists() and time.monotonic() < end:
            time.sleep(0.1)
    assert Workspace.open(tmp_path / "photos").count() == 937
