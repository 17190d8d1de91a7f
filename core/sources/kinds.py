"""The shape of a kind of source; a new kind is one new file with a `KIND`, a `PARSER`, or both."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from core.sources.items import Found
from core.sources.rows import Rows


@dataclass(frozen=True)
class Kind:
    """Something that a path can be.

    recognises(path): by name and a glance, never by reading it all. read(path, captions): its items, streaming.
    count(path): how many to expect, where that is cheap to know.
    """

    name: str
    title: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Path | None], Found]
    count: Callable[[Path], int | None]


@dataclass(frozen=True)
class Parser:
    """A file of captions that lies among pictures.

    recognises(name): by its name. parse(name, stream): its rows; raises `BadInput` where it is none at all.
    folders_are_labels: whether sub-folders still say what a picture shows.
    """

    name: str
    recognises: Callable[[str], bool]
    parse: Callable[[str, IO[bytes]], Rows]
    folders_are_labels: bool = True


def kinds() -> tuple[Kind, ...]:
    return _discover("KIND")


def parsers() -> tuple[Parser, ...]:
    return _discover("PARSER")


@cache
def _discover(what: str) -> tuple[Any, ...]:
    package = importlib.import_module("core.sources")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    modules = (importlib.import_module(f"core.sources.{name}") for name in names)
    return tuple(getattr(module, what) for module in modules if hasattr(module, what))


def parser_of(name: str) -> Parser | None:
    """The parser for a file of that name, or None where it is no file of captions."""
    return next((parser for parser in parsers() if parser.recognises(name)), None)
