"""The shape of a kind of source; a new kind is one new file with a `KIND`, a `PARSER`, or both."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from core.sources.items import ItemIterator
from core.sources.rows import Rows


@dataclass(frozen=True)
class Parser:
    """A file of captions that lies among pictures.

    parse(name, stream): its rows; raises `BadInput` where it is none at all. endings: of its name, in small letters,
    with their dot. named(name): what else its name must be. folders_are_labels: whether sub-folders still say what a
    picture shows.
    """

    name: str
    endings: tuple[str, ...]
    parse: Callable[[str, IO[bytes]], Rows]
    named: Callable[[str], bool] = lambda name: True
    folders_are_labels: bool = True

    def recognises(self, name: str) -> bool:
        return name.lower().endswith(self.endings) and self.named(name)


@dataclass(frozen=True)
class Kind:
    """Something that a path can be.

    recognises(path): by name and a glance, never by reading it all. read(path, captions): its items, streaming.
    count(path): how many to expect, where that is cheap to know. endings: of the files that it is, as those of a
    `Parser`; none of a folder.
    """

    name: str
    title: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Path | None], ItemIterator]
    count: Callable[[Path], int | None] = lambda path: None
    endings: tuple[str, ...] = ()


def file_kind(
    title: str,
    parser: Parser,
    read: Callable[[Path, Path | None], ItemIterator],
    count: Callable[[Path], int | None] = lambda path: None,
) -> Kind:
    """The kind of a file that a parser reads among pictures as well."""
    return Kind(
        parser.name, title, lambda path: parser.recognises(path.name) and path.is_file(), read, count, parser.endings
    )


def kinds() -> tuple[Kind, ...]:
    return _discover("KIND")


def parsers() -> tuple[Parser, ...]:
    return _discover("PARSER")


def endings(among: Iterable[Kind | Parser] | None = None) -> tuple[str, ...]:
    """Endings of files that sources of any kind read, each once and sorted; of some kinds or parsers alone."""
    every: Iterable[Kind | Parser] = (*kinds(), *parsers()) if among is None else among
    return tuple(sorted({ending for each in every for ending in each.endings}))


@cache
def _discover(what: str) -> tuple[Any, ...]:
    package = importlib.import_module("core.sources")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    modules = (importlib.import_module(f"core.sources.{name}") for name in names)
    return tuple(getattr(module, what) for module in modules if hasattr(module, what))


def parser_of(name: str) -> Parser | None:
    """The parser for a file of that name, or None where it is no file of captions."""
    return next((parser for parser in parsers() if parser.recognises(name)), None)
