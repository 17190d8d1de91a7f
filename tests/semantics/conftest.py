from pathlib import Path

import pytest

from core import encoders
from core.workspace import Workspace
from tests.semantics.making import Encoder, workspace


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "set")


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    made = Encoder()
    monkeypatch.setattr(encoders, "load", lambda name: made)
    return made
