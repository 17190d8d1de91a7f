"""Matches in one element, a card each: what was sought with, its own partner, what comes first instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kit import component
from app.kit.formats import shown
from app.kit.gallery import data_url


@dataclass(frozen=True)
class Cell:
    """A picture, or the words where there is no thumbnail; title: what it is, above it."""

    title: str
    words: str
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class Match:
    """A card; id: what a click on it gives."""

    id: str
    cells: tuple[Cell, ...]


def matches(shown: Sequence[Match], key: str) -> str | None:
    """Draws the cards and returns the id of the one just clicked."""
    data = [{"id": each.id, "cells": [_plain(cell) for cell in each.cells]} for each in shown]
    return component.clicked(__file__, data, key)


def _plain(cell: Cell) -> dict[str, str | None]:
    image = data_url(cell.thumbnail) if cell.thumbnail else None
    return {"title": cell.title, "words": shown(cell.words), "image": image}
