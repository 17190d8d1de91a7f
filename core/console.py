"""What a person at a terminal sees of a result: a table, or JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.serialise import to_json

WIDTH = 60


def write(result: Mapping[str, Any], file: str | None) -> None:
    """The result as JSON into a file, as JSON on standard output ("-"), or as a table."""
    if file is None:
        print(as_text(result))
        return
    text = to_json(result, indent=2, ensure_ascii=False)
    if file == "-":
        print(text)
        return
    try:
        Path(file).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from None


def as_text(result: Mapping[str, Any]) -> str:
    """Figures one a line, then a table for each list of records."""
    figures = [{"": name, " ": value} for name, value in result.items() if not _is_records(value)]
    tables = [f"{name}\n{table(value)}" for name, value in result.items() if _is_records(value) and value]
    return "\n\n".join(([table(figures, head=False)] if figures else []) + tables) or "nothing"


def table(records: Sequence[Mapping[str, Any]], head: bool = True) -> str:
    """Records as aligned columns, numbers to the right; without a head, sentences are not cut."""
    names = list(records[0])
    cells = ([names] if head else []) + [
        [_cell(record.get(name), head and name != "reason") for name in names] for record in records
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [all(_is_number(record.get(name)) for record in records) for name in names]
    return "\n".join(_row(row, widths, right) for row in cells)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any, cut: bool) -> str:
    """cut: texts longer than a cell; whatever else is written as text is cut in any case."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    cut = cut or not isinstance(value, str)
    if _is_records(value):
        value = " ".join(f"{each['name']}={each.get('default')}" for each in value)
    text = " ".join(str(value).split())
    return text if len(text) <= WIDTH or not cut else text[: WIDTH - 1] + "…"


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    pairs = zip(cells, widths, right, strict=True)
    return "  ".join(cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in pairs).rstrip()
