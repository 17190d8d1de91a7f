from pathlib import Path

import pytest

from core.workspace import Workspace
from tests.semantics.making import workspace


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "set")
