"""Tables: CSV and TSV in any common encoding, Parquet, JSON lines.

The pictures are named by path, relative to the table, or their bytes stand in a column.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

from core.errors import BadInput
from core.sources.files import FolderFiles
from core.sources.gather import from_rows
from core.sources.items import ItemIterator, Noted, Refused, distinct_names
from core.sources.kinds import Parser, file_kind
from core.sources.rows import Roles, Rows, typed
from core.sources.text import CELL_LIMIT, check_lines, json_of, lines_of, read_text

SEPARATED, PARQUET, JSON_LINES = (".csv", ".tsv"), ".parquet", ".jsonl"
BATCH = 64


def parse(title: str, stream: IO[bytes]) -> Rows:
    """The table's rows; raises `BadInput` where it is none at all."""
    if title.lower().endswith(PARQUET):
        return _parquet(title, stream)
    text = read_text(title, stream)
    if title.lower().endswith(JSON_LINES):
        return records(title, map(_json, lines_of(text)))
    return separated(title, text)


def separated(title: str, text: str) -> Rows:
    """The rows of a CSV or TSV; raises `BadInput` where it is none."""
    lines, open_quote = _cells(title, text)
    given = [name.strip() or f"column {place}" for place, name in enumerate(lines[0] if lines else [], 1)]
    names = distinct_names(given)
    roles = Roles.of(title, names)
    renamed = [
        Noted(f"{title} column {place}", f"another is called {before!r} too: it is {name!r} here")
        for place, (before, name) in enumerate(zip(given, names, strict=True), 1)
        if before != name and name not in roles.names
    ]
    return chain(renamed, _rows(title, roles, names, lines[1:]), open_quote)


def _cells(title: str, text: str) -> tuple[list[list[str]], list[Refused]]:
    """The lines of a CSV, and what is refused: the last, where a quotation mark in it is never closed.

    Only such a line makes the reader ask for more text than there is before it gives the line.
    """
    csv.field_size_limit(2**24)
    lines, begin, over = list[list[str]](), 1, False

    delimiter = _delimiter(text)

    def asked() -> Iterator[str]:
        nonlocal over
        for part in io.StringIO(text, newline=""):
            if part.count(delimiter) > CELL_LIMIT:
                raise BadInput(f"{title}: a line of more than {CELL_LIMIT:,} cells: put quotes round its commas")
            yield part
        over = True

    reader = csv.reader(asked(), delimiter=delimiter)
    try:
        check_lines(text)
        for line in reader:
            lines.append(line)
            if over:
                where = f"close it in line {begin}"
                reason = f"a quotation mark is never closed, and all from there on stands in one cell: {where}"
                return lines[:-1], [Refused(f"{title} row {len(lines)}", reason)]
            begin = reader.line_num + 1
    except BadInput as error:
        raise BadInput(f"{title}: {str(error).removeprefix(f'{title}: ')}") from None
    except csv.Error as error:
        raise BadInput(f"{title}: line {reader.line_num} is no CSV ({error}): save it again") from None
    return lines, []


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",\t;|", key=header.count)


def _rows(title: str, roles: Roles, names: Sequence[str], lines: Sequence[Sequence[str]]) -> Rows:
    fitting = [dict(zip(names, line, strict=False)) for line in lines]
    verbatim = roles.names
    further = typed(fitting, [name for name in names if name not in verbatim])
    for number, (line, text, values) in enumerate(zip(lines, fitting, further, strict=True), 2):
        where = f"{title} row {number}"
        if len(line) > len(names) and any(line[len(names) :]):
            yield Refused(where, f"{len(line)} cells under {len(names)} column names: put quotes round its commas")
        else:
            yield roles.row(where, values | {name: text.get(name, "") for name in verbatim})


def _json(line: str) -> Any:
    try:
        return json_of(line) if line.strip() else {}
    except BadInput:
        return None


def records(title: str, found: Iterator[Any]) -> Rows:
    """Rows of JSON objects; the columns' roles are read off the first."""
    everything = list(found)
    first = next((each for each in everything if isinstance(each, Mapping) and each), {})
    if everything and not any(isinstance(each, Mapping) for each in everything):
        raise BadInput(f"{title}: holds no JSON object that can be read: write one a row, with an image or a caption")
    roles = Roles.of(title, list(first))
    for number, record in enumerate(everything, 1):
        where = f"{title} row {number}"
        yield roles.row(where, record) if isinstance(record, Mapping) else Refused(where, "not a JSON object")


def _parquet(title: str, stream: IO[bytes]) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{title}: not a whole Parquet file ({_line(error)}): write or copy it again") from None
    return _parquet_rows(title, file, Roles.of(title, file.schema_arrow.names))


def _parquet_rows(title: str, file: Any, roles: Roles) -> Rows:
    import pyarrow as pa

    classes, number = _classes(file.schema_arrow, roles.label), 0
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            for record in batch.to_pylist():
                number += 1
                if classes and isinstance(record[roles.label], int) and 0 <= record[roles.label] < len(classes):
                    record[roles.label] = classes[record[roles.label]]
                yield roles.row(f"{title} row {number}", record)
    except (pa.ArrowException, OSError, ValueError) as error:
        yield Refused(f"{title} after row {number}", f"the file breaks off or is damaged ({_line(error)})")


def _classes(schema: Any, label: str | None) -> list[str]:
    """The names of the classes, where Hugging Face's datasets keep them in the file's metadata."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return list(features[label].get("names") or ())
    except (KeyError, TypeError, ValueError, AttributeError):
        return []


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def read(path: Path, captions: Path | None) -> ItemIterator:
    if captions is not None:
        raise BadInput(f"{path.name}: a table has its captions already: leave the other one out", "captions")
    with path.open("rb") as stream:
        yield from from_rows(parse(path.name, stream), FolderFiles(path.parent))


def count(path: Path) -> int | None:
    if path.suffix.lower() == PARQUET:
        import pyarrow.parquet as parquet

        return parquet.read_metadata(path).num_rows
    with path.open("rb") as stream:
        return max(0, sum(block.count(b"\n") for block in iter(lambda: stream.read(2**20), b"")) - 1)


PARSER = Parser("table", (*SEPARATED, PARQUET, JSON_LINES), parse)
KIND = file_kind("CSV, TSV, Parquet or JSON lines", PARSER, read, count)
