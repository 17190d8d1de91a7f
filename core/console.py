"""What a person at a terminal sees: a progress line, a table, or JSON."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.formats import size
from core.progress import Progress, Report
from core.serialise import to_json
from core.stopping import stoppable

INTERVAL = 0.1
WIDTH = 60


@contextmanager
def listening() -> Iterator[Report]:
    """A report that shows one progress line on standard error and stops the work after Ctrl-C."""
    line = _Line()
    try:
        with stoppable(line) as report:
            yield report
    finally:
        line.clear()


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
    cells = ([names] if head else []) + [[_cell(record.get(name), head) for name in names] for record in records]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [all(_is_number(record.get(name)) for record in records) for name in names]
    return "\n".join(_row(row, widths, right) for row in cells)


class _Line:
    """One line on standard error, drawn again and again; nothing where that is no terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.drawn = 0.0

    def __call__(self, progress: Progress) -> None:
        if self.shown and time.monotonic() - self.drawn >= INTERVAL:
            self.drawn = time.monotonic()
            self._draw(_sentence(progress))

    def clear(self) -> None:
        if self.shown and self.drawn:
            self._draw("")

    def _draw(self, text: str) -> None:
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _sentence(progress: Progress) -> str:
    if progress.unit == "bytes":
        return _in_bytes(progress)
    share = f"{progress.done}/{progress.total} " if progress.total else ""
    figures = ", ".join(f"{name} {value:.3g}" for name, value in progress.metrics.items())
    return f"{share}{progress.message}" + (f" ({figures})" if figures else "")


def _in_bytes(progress: Progress) -> str:
    """`120 MB/605 MB downloading x.safetensors (12 MB/s, 40 s left)`."""
    rate, left = (progress.metrics.get(name) for name in ("rate", "left"))
    pace = f" ({size(rate)}/s, {left:.0f} s left)" if rate and left is not None else ""
    return f"{size(progress.done)}/{size(progress.total or 0)} {progress.message}{pace}"


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
