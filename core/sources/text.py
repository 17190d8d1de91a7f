"""Bytes of a text table → text, whatever program wrote it."""

import codecs
import json
import re
from typing import IO, Any

from core.errors import BadInput
from core.sources import limits

LINE_LIMIT, CELL_LIMIT, VALUE_LIMIT = 1_000_000, 65_536, 5_000_000
"""Lines of a table, marks between the cells of one line, and values of JSON: a small zip can hold any number."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REMEDY = "save it as UTF-8"
# What Western European text holds beside ASCII; two such letters may stand together, long runs are another script.
_WESTERN = re.compile(
    r"[\x00-\x7f]|[ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŠšŽžŸ€£§°«»“”„‘’‚–—…·²³µ¿¡©®\xa0]"
)
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{3,}")


def read_text(title: str, stream: IO[bytes]) -> str:
    """All text of a table; raises `BadInput`, with its title, where it is too large or cannot be decoded."""
    try:
        return decode(limits.read(stream))
    except BadInput as error:
        raise BadInput(f"{title}: {error}") from None


def lines_of(text: str) -> list[str]:
    """Its lines, ended as any system ends them; U+2028 and its like are letters of a caption, and end none."""
    check_lines(text)
    lines = re.split(r"\r\n|\n|\r", text)
    return lines if lines[-1] else lines[:-1]


def check_lines(text: str) -> None:
    """Raises `BadInput` for more lines than are read at once, before memory is taken for each."""
    if (count := max(map(text.count, "\r\n"))) > LINE_LIMIT:
        raise BadInput(f"{count:,} lines, over the limit of {LINE_LIMIT:,} for one table: split it")


def json_of(text: str) -> Any:
    """What JSON says; raises `BadInput` where it is none, nested too deep, or of more values than are read at once."""
    if sum(map(text.count, ",[{")) > VALUE_LIMIT:
        raise BadInput(f"more than {VALUE_LIMIT:,} values, the limit for one file of JSON: split it")
    try:
        return json.loads(text)
    except RecursionError:
        raise BadInput("JSON nested too deep to be read: make it flatter") from None
    except ValueError as error:
        raise BadInput(f"no JSON ({error}): write or copy it again") from None


def decode(data: bytes) -> str:
    """UTF-8, UTF-16, UTF-32 or Windows-1252 (Latin-1) text; raises `BadInput` where it cannot be told which."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding)
    if unmarked := _unmarked_utf16(data):
        return _strict(data, unmarked)
    try:
        return _without_nul(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _western(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return _without_nul(data.decode(encoding))
    except UnicodeDecodeError:
        raise BadInput(f"says it is {encoding} but is not: {_REMEDY}") from None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark shows as a NUL in nearly every other byte."""
    head = data[:2000]
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if max(odd, even) < 0.7 * len(head) / 2 or len(head) < 4:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _western(data: bytes) -> str:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise BadInput(f"its encoding cannot be told: {_REMEDY}") from None
    if _FOREIGN_RUN.search(text) or not all(map(_WESTERN.match, set(text))):
        raise BadInput(f"its encoding cannot be told: {_REMEDY}")
    return _without_nul(text)


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise BadInput("holds NUL characters, so it is no text: give a CSV, TSV or JSON file")
    return text
