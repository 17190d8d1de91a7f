from pathlib import Path

import pytest

from core.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty one."""
    return Workspace.create(tmp_path / "lab")
