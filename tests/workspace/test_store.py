"""A table is opened to read as seldom as it changes, and never shows what it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

import lance
import pyarrow as pa
import pytest

from core.workspace.store import Store


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of tables in the order in which they were opened."""
    addresses: list[str] = []
    open_table: Callable[[str], lance.LanceDataset] = lance.dataset

    def counted(uri: str) -> lance.LanceDataset:
        addresses.append(uri)
        return open_table(uri)

    monkeypatch.setattr(lance, "dataset", counted)
    return addresses


def rows(*ids: str) -> pa.Table:
    return pa.table({"id": list(ids)})


def test_what_did_not_change_is_opened_once(tmp_path: Path, opened: list[str]) -> None:
    table = Store(tmp_path).table("items")
    table.append(rows("a", "b"))
    opened.clear()
    for _ in range(5):
        assert table.read(["id"])["id"].to_pylist() == ["a", "b"]
        assert table.rows_of(["b"], ["id"])["id"].to_pylist() == ["b"]
        assert table.version() == 1
    assert opened == [f"{tmp_path}/items.lance"]


def test_every_change_by_another_is_seen(tmp_path: Path) -> None:
    table, other = (Store(tmp_path).table("items") for _ in range(2))
    other.append(rows("a"))
    seen = [table.read(["id"])["id"].to_pylist()]
    for number in range(30):
        other.append(rows(str(number)))
        seen.append(table.read(["id"])["id"].to_pylist())
    other.delete("id = '7'")
    assert [len(each) for each in seen] == list(range(1, 32))
    assert table.places().keys() == {"a", *map(str, range(30))} - {"7"}


def test_a_table_deleted_and_made_again_is_another(tmp_path: Path) -> None:
    table = Store(tmp_path).table("items")
    for name in ("before", "after"):
        Store(tmp_path).table("items").append(rows(name))
        assert table.read(["id"])["id"].to_pylist() == [name]
        shutil.rmtree(tmp_path / "items.lance")
        assert not table.exists()
