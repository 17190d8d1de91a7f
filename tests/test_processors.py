"""How many processors there are, on every system."""

import os

import pytest

from core.machine import usable_processors


def test_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 6}, raising=False)
    assert usable_processors() == 3


@pytest.mark.parametrize(("told", "usable"), [(8, 8), (None, 1)])
def test_where_only_those_of_the_machine_are_known(
    monkeypatch: pytest.MonkeyPatch, told: int | None, usable: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: told)
    assert usable_processors() == usable
