"""The workspace changes by a person's choice in the box that is on screen, and by nothing else."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from app.kit import store
from app.kit.state import State
from app.shell import workspace_picker
from core.workspace import create_named


@pytest.mark.parametrize("box", ["first", "new"])
def test_a_box_of_a_workspace_that_was_left_chooses_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, box: str
) -> None:
    """The box of "first" says "first" still, as a tray that looks again may send it; "new" is on screen."""
    paths = {name: Path(create_named(name).path) for name in ("first", "second", "new")}
    session = State(workspace=paths["new"])
    boxes = {"workspace-first": "first", "workspace-new": "second"}
    monkeypatch.setattr(workspace_picker, "st", SimpleNamespace(session_state=boxes))
    for module in (workspace_picker, store):
        monkeypatch.setattr(module, "state", lambda: session)
    workspace_picker._open(box)
    assert session.workspace == (paths["second"] if box == "new" else paths["new"])
