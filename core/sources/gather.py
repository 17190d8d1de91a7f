"""Pictures and the rows that name them → items.

Two ways. `from_files`: every picture there is comes in, and the tables that lie among them (or the one given) add
captions, labels and columns. `from_rows`: the table says what comes in, and its pictures are looked up.
Either way a picture that several rows name is one item with the captions of all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import BadInput
from core.sources.files import Files, is_zip
from core.sources.items import Item, ItemIterator, Refused, different
from core.sources.kinds import endings, parser_of, parsers
from core.sources.rows import Row
from core.sources.text import decode

MISSING_LISTED = 1000
"""So many missing pictures are listed one by one; the rest is one line."""

SIDECARS = (".txt", ".caption")


def from_files(files: Files, captions: Path | None = None) -> ItemIterator:
    """Every picture among the files, with what the tables among them (or `captions` alone) say of it."""
    yield from files.refused
    rows, index = Collected(), Index(files.names)
    tables = {name: None for name in files.names if parser_of(name) and not index.is_sidecar(name)}
    if captions is not None:
        with _open(captions) as stream:
            yield from _take(rows, captions.name, stream)
    for name in tables if captions is None else ():
        yield from _take_from(files, rows, name)
    yield from rows.match(index)
    for name in files.names:
        if name not in tables and not (index.is_sidecar(name)):
            yield _picture(files, index, rows, name)


def from_rows(found: Iterable[Row | Refused], files: Files) -> ItemIterator:
    """What the rows name, read from the files: bytes and lone captions stream, named pictures follow."""
    rows = Collected()
    yield from rows.take(found)
    index = cache(lambda: Index(files.names))
    for named, row in rows.merged():
        try:
            data = _read(files, index, named)
        except BadInput as error:
            yield Refused(row.where, f"{named}: {error}")
        else:
            yield Item(named, data, label=row.label, columns=row.columns, captions=row.captions)


def _read(files: Files, index: "Callable[[], Index]", named: str) -> bytes:
    try:
        return files.read(named)
    except BadInput:
        name = index().find(named)
        if name is None:
            raise
        return files.read(name)


def _open(captions: Path) -> IO[bytes]:
    if not captions.is_file():
        raise BadInput(f"captions {captions}: no such file")
    return captions.open("rb")


def _take_from(files: Files, rows: "Collected", name: str) -> ItemIterator:
    try:
        stream = files.open(name)
    except BadInput as error:
        yield Refused(name, str(error))
        return
    with stream:
        yield from _take(rows, name, stream)


def _take(rows: "Collected", name: str, stream: IO[bytes]) -> ItemIterator:
    parser = parser_of(name)
    try:
        if parser is None:
            raise BadInput(f"{name}: not a table of captions: give one that ends in {', '.join(endings(parsers()))}")
        rows.folders_are_labels &= parser.folders_are_labels
        yield from rows.take(parser.parse(name, stream))
    except BadInput as error:
        yield Refused(name, str(error).removeprefix(f"{name}: "))


def _picture(files: Files, index: "Index", rows: "Collected", name: str) -> Item | Refused:
    try:
        if is_zip(name):
            raise BadInput("a zip among the pictures: give it by itself, or unfold it")
        data = files.read(name)
        row = rows.of(name)
        captions = row.captions or (_sidecar(files, index, name),)
    except BadInput as error:
        return Refused(name, str(error))
    if not rows.folders_are_labels or not files.folder(name):
        return Item(name, data, label=row.label, columns=row.columns, captions=captions)
    folder = files.folder(name)
    columns = {"folder": folder, **row.columns} if "/" in folder else row.columns
    return Item(name, data, label=row.label or folder.rpartition("/")[2], columns=columns, captions=captions)


def _sidecar(files: Files, index: "Index", name: str) -> str:
    """The caption in a text file beside the picture, as trainers of diffusion models keep them."""
    sidecar = index.sidecar(name)
    if sidecar is None:
        return ""
    try:
        return decode(files.read(sidecar)).strip()
    except BadInput as error:
        raise BadInput(f"its caption {sidecar}: {error}") from None


class Collected:
    """Rows that name pictures, by the name they give."""

    def __init__(self) -> None:
        self.folders_are_labels = True
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._alone: dict[tuple[str, ...], str] = {}
        self._matched: dict[str, Row] = {}

    def take(self, found: Iterable[Row | Refused]) -> ItemIterator:
        """Keeps the rows that name a picture; bytes and lone captions are items at once."""
        for row in found:
            if isinstance(row, Refused):
                yield row
            elif isinstance(row.picture, str):
                yield from self._keep(row.picture, row)
            elif row.picture is None and row.captions in self._alone:
                yield Refused(row.where, f"repeats {self._alone[row.captions]}")
            else:
                if row.picture is None:
                    self._alone[row.captions] = row.where
                yield Item(row.where, row.picture, label=row.label, columns=row.columns, captions=row.captions)

    def _keep(self, named: str, row: Row) -> ItemIterator:
        before = self._rows[named]
        if before and not _says_more(row, before):
            yield Refused(row.where, f"repeats {before[0].where}")
        else:
            before.append(row)

    def merged(self) -> Iterator[tuple[str, Row]]:
        """One row for each picture, by the name the rows give it."""
        return ((named, _merge(rows)) for named, rows in self._rows.items())

    def match(self, index: "Index") -> ItemIterator:
        """Finds the pictures that the rows mean; those that are not there are refused."""
        missing = []
        for named, row in self.merged():
            name = index.find(named)
            if name is None:
                missing.append(Refused(row.where, f"no picture {named!r} here: check the name or bring the picture"))
            elif name in self._matched and _says_more(row, [self._matched[name]]):
                self._matched[name] = _merge([self._matched[name], row])
            elif name in self._matched:
                missing.append(Refused(row.where, f"{named!r} is the picture of {self._matched[name].where}"))
            else:
                self._matched[name] = row
        yield from missing[:MISSING_LISTED]
        if len(missing) > MISSING_LISTED:
            yield Refused(missing[0].source, f"and {len(missing) - MISSING_LISTED:,} more pictures that are not here")

    def of(self, name: str) -> Row:
        return self._matched.get(name, _NOTHING)


_NOTHING = Row("")


def _merge(rows: Sequence[Row]) -> Row:
    if len(rows) == 1:
        return rows[0]
    captions = different(caption for row in rows for caption in row.captions)
    columns = {name: value for row in reversed(rows) for name, value in row.columns.items()}
    label = next(filter(None, (row.label for row in rows)), "")
    return replace(rows[0], captions=captions, label=label, columns=columns)


def _says_more(row: Row, before: Sequence[Row]) -> bool:
    """Whether a row has a caption of the picture that the rows before it have not."""
    return not set(row.captions) <= {caption for each in before for caption in each.captions}


class Index:
    """Files by every way a table may name them: the whole path, its end, without its ending, in another case."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        for name in names:
            path = PurePosixPath(name.lower())
            for key in {path.name, path.stem}:
                self._by_end[key].append(name)

    def find(self, named: str) -> str | None:
        """The one file meant, or None where there is none or more than one."""
        wanted = named.replace("\\", "/").removeprefix("./")
        if wanted in self._names:
            return wanted
        candidates = self._by_end.get(PurePosixPath(wanted.lower()).name, [])
        pictures = [name for name in candidates if not name.lower().endswith(SIDECARS)]
        if len(pictures) > 1:
            pictures = [name for name in pictures if _without_ending(name).endswith("/" + _without_ending(wanted))]
        return pictures[0] if len(pictures) == 1 else None

    def sidecar(self, name: str) -> str | None:
        stem = PurePosixPath(name).with_suffix("")
        return next((f"{stem}{ending}" for ending in SIDECARS if f"{stem}{ending}" in self._names), None)

    def is_sidecar(self, name: str) -> bool:
        """Whether a text file has a picture beside it."""
        if not name.lower().endswith(SIDECARS):
            return False
        stem = _without_ending(name)
        beside = self._by_end[PurePosixPath(stem).name]
        return any(_without_ending(other) == stem and not other.lower().endswith(SIDECARS) for other in beside)


def _without_ending(name: str) -> str:
    with suppress(ValueError):
        return str(PurePosixPath(name.lower()).with_suffix(""))
    return name.lower()
