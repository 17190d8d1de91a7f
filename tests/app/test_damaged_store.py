"""A page on a workspace of which a table is damaged, or that is read-only: one line, and what can be seen is seen."""

from pathlib import Path

import pytest

from tests.faults.disks import read_only
from tests.workspace.damage import cut, newest

PAGES = ("map", "data")


@pytest.mark.parametrize(("table", "whole"), [("runs", PAGES), ("pictures", PAGES), ("items", [])])
def test_pages_that_do_not_need_a_damaged_table_open(opened, mapped, table: str, whole: list[str]) -> None:
    cut(newest(mapped.path, table, "data"))
    for name in PAGES:
        test = opened(mapped, name)
        assert not test.exception
        assert all("clipscape check" in each.value for each in test.error)
        assert bool(test.error) == (name not in whole)
        said = [each.value for each in test.warning if "clipscape check" in each.value]
        assert said[0].startswith(f"Some of the {'results' if table == 'runs' else table} here cannot be read")
        assert any(each.key.startswith("workspace-") for each in test.selectbox)


def test_a_workspace_whose_items_cannot_be_opened_can_be_left(opened, mapped) -> None:
    test = opened(mapped, "data")
    cut(newest(mapped.path, "items", "_versions"))
    test.run()
    assert not test.exception
    assert any(each.key.startswith("workspace-") for each in test.selectbox)


def test_a_read_only_workspace_is_looked_at(opened, mapped) -> None:
    with read_only(Path(mapped.path)):
        for name in PAGES:
            test = opened(mapped, name)
            assert not test.exception
            assert not test.error
