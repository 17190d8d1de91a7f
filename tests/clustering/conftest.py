"""What the tests of several clustering methods need."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An auto-encoder that trains in no time and tells each step; no net of another test is reused."""
    from core.clustering.deep import codes

    monkeypatch.setattr(codes, "HIDDEN", (32, 32, 64))
    monkeypatch.setattr(codes, "EVERY", 1)
    codes.forget()
    yield
    codes.forget()
