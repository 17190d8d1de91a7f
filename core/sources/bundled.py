"""The sets that come along, in assets/<name>/: items.parquet, and a card with its licence in README.md."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.machine import ASSETS
from core.sources.files import FolderFiles
from core.sources.gather import from_rows
from core.sources.items import Item, ItemIterator
from core.sources.kinds import Kind
from core.sources.table import count as count_rows
from core.sources.table import parse

ITEMS = "items.parquet"


@dataclass(frozen=True)
class Dataset:
    """A bundled set. items: how many; summary and licence: lines of its card."""

    name: str
    title: str
    summary: str
    licence: str
    items: int

    @property
    def folder(self) -> Path:
        return ASSETS / self.name


def names() -> list[str]:
    return sorted(path.parent.name for path in ASSETS.glob(f"*/{ITEMS}"))


def datasets() -> list[Dataset]:
    return [_dataset(name) for name in names()]


def columns(name: str) -> list[str]:
    """The columns that came with a set."""
    import pyarrow.parquet as parquet

    return parquet.read_schema(ASSETS / name / ITEMS).names


def models(name: str) -> set[str]:
    """The models whose vectors came with a set."""
    return set(_came(name, "embeddings.parquet", "model"))


def runs(name: str) -> set[str]:
    """The ids of the maps and other runs that came with a set."""
    return {json.loads(card)["id"] for card in _came(name, "runs.parquet", "card")}


def _came(name: str, file: str, column: str) -> Iterable[Any]:
    import pyarrow.parquet as parquet

    path = ASSETS / name / file
    return parquet.read_table(path, columns=[column])[column].unique().to_pylist() if path.is_file() else []


@cache
def _dataset(name: str) -> Dataset:
    folder = ASSETS / name
    title, summary, licence = _card(folder / "README.md")
    return Dataset(name, title or name, summary, licence, count_rows(folder / ITEMS) or 0)


def _card(path: Path) -> tuple[str, str, str]:
    """Title, first paragraph and licence of a card in Markdown."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    licence = _search(r"^[^\w\n]*licen[cs]e[^\w\n]*[:|][^\w\n]*(.+)$", text) or _search(
        r"^#+ *licen[cs]e.*\n+(.+)$", text
    )
    return _search(r"^# +(.+)$", text), _search(r"^((?!#)\S[^\n]*(?:\n\S[^\n]*)*)", text), licence


def _search(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE | re.IGNORECASE)
    return " ".join(found.group(1).split()).strip(" |*") if found else ""


def recognises(path: Path) -> bool:
    return not path.exists() and str(path) in names()


def read(path: Path, captions: Path | None) -> ItemIterator:
    if captions is not None:
        raise BadInput(f"{path}: a bundled set has its captions already: leave the table of captions out", "captions")
    folder = ASSETS / path
    with (folder / ITEMS).open("rb") as stream:
        for found in from_rows(parse(f"{path}/{ITEMS}", stream), FolderFiles(folder)):
            yield _as_given(found) if isinstance(found, Item) else found


def _as_given(item: Item) -> Item:
    """Under the source it had before it was bundled; its id is that of its content."""
    columns = {name: value for name, value in item.columns.items() if name not in ("id", "source")}
    return replace(item, source=str(item.columns.get("source", item.source)), columns=columns)


def count(path: Path) -> int | None:
    return count_rows(ASSETS / path / ITEMS)


KIND = Kind("bundled", "Bundled set", recognises, read, count)
