"""Rows of a table → what they say of a picture: which one, its caption, its label and the rest.

Columns are known by their names: `image` (or path, file, …), `caption` (or text, title, …), `label` (or class, …).
Several captions stand in `caption1`, `caption_2`, … or in one cell as a list, as in `captions`, `sentences` or `raw`.
"""

import json
import math
import re
import warnings
from ast import literal_eval
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import BadInput
from core.serialise import to_json
from core.sources.items import Refused, Value, different

PICTURE = (
    *("image", "image_path", "image_file", "path", "file", "file_name", "filename", "filepath", "file_path"),
    *("image_id", "image_name", "img", "img_path", "picture", "photo", "image_bytes", "bytes", "jpg", "png"),
    *("url", "image_url"),
)
CAPTION = (
    *("caption", "captions", "text", "title", "description", "sentence", "sentences", "sentences_raw", "raw"),
    *("alt", "alt_text", "prompt", "comment"),
)
TEXT_KEYS = ("raw", "caption", "text", "sentence")
"""Where the words stand in a caption that is an object of JSON."""
PICTURE_KEYS = ("bytes", "path")
"""Where a picture stands that is an object, as Hugging Face's datasets keep it."""
LABEL = ("label", "labels", "class", "category", "class_name", "class_label", "target")
COLUMN_LIMIT = 512


@dataclass(frozen=True)
class Row:
    """One row. where: the table and row for messages; picture: its bytes, its name, or None for captions alone."""

    where: str
    picture: str | bytes | None = None
    captions: tuple[str, ...] = ()
    label: str = ""
    columns: Mapping[str, Value] = field(default_factory=dict)


Rows = Iterator[Row | Refused]


@dataclass(frozen=True)
class Roles:
    """Which columns of a table are the picture, the captions and the label."""

    picture: str | None
    captions: tuple[str, ...]
    label: str | None

    @classmethod
    def of(cls, title: str, names: Sequence[str]) -> "Roles":
        if len(names) > COLUMN_LIMIT:
            raise BadInput(f"{title}: {len(names):,} columns, over the limit of {COLUMN_LIMIT}: leave some out")
        known = {re.sub(r"[\s()-]+", "_", name.strip().lower()).strip("_"): name for name in reversed(list(names))}
        roles = cls(_first(PICTURE, known), _caption_columns(known), _first(LABEL, known))
        if roles.picture is None and not roles.captions:
            shown = " ".join(", ".join(names[:8]).split()) or "none"
            raise BadInput(f"{title}: no column named image, path or caption among {shown}: rename the one that is")
        return roles

    @property
    def names(self) -> set[str]:
        """The columns that have a role."""
        return {name for name in (self.picture, *self.captions, self.label) if name is not None}

    def row(self, where: str, record: Mapping[str, Any]) -> Row | Refused:
        try:
            picture = _picture(record.get(self.picture)) if self.picture else None
            captions = different(text for name in self.captions for text in _captions(record.get(name)))
        except BadInput as error:
            return Refused(where, str(error))
        label = _texts(record.get(self.label)) if self.label else []
        if not picture and not captions:
            return Refused(where, "an empty row: neither picture nor caption")
        if isinstance(picture, str) and re.match(r"(?i)[a-z][a-z0-9+]+://", picture):
            return Refused(where, f"{picture!r} is an address and nothing is fetched: download it and give its path")
        return Row(where, picture or None, captions, label[0] if label else "", self._further(record))

    def _further(self, record: Mapping[str, Any]) -> dict[str, Value]:
        roles = self.names
        pairs = ((name, cell_value(value)) for name, value in record.items() if name not in roles)
        return {name: value for name, value in pairs if value is not None}


def _first(wanted: Iterable[str], known: Mapping[str, str]) -> str | None:
    """The column of the first name that there is. known: the columns' own names by those in plain letters."""
    return next((known[name] for name in wanted if name in known), None)


def _caption_columns(known: Mapping[str, str]) -> tuple[str, ...]:
    """`caption`, then `caption1`, `caption_2` …, or the same of the first other name that there is; then `captions`."""
    for stem in CAPTION:
        plural = ["captions"] if stem == "caption" else []
        if columns := [known[name] for name in (stem, *_numbered(stem, known), *plural) if name in known]:
            return tuple(columns)
    return ()


def _numbered(stem: str, known: Iterable[str]) -> list[str]:
    found = [(int(match[1]), name) for name in known if (match := re.fullmatch(rf"{stem}_?(\d{{1,4}})", name))]
    return [name for _, name in sorted(found)]


def _picture(value: Any) -> str | bytes | None:
    """A cell's bytes or name; raises `BadInput` for an object that holds neither."""
    if isinstance(value, Mapping):
        value = _in_object("picture", value, PICTURE_KEYS)
    return value.strip() if isinstance(value, str) else value if isinstance(value, bytes) else _text(value)


def _captions(value: Any) -> list[str]:
    """Every caption of a cell: text, a list, also one written as text, or objects of JSON that hold them."""
    values = _listed(value) if isinstance(value, str) else value
    values = values if isinstance(values, (list, tuple)) else [values]
    objects = (_in_object("caption", each, TEXT_KEYS) if isinstance(each, Mapping) else each for each in values)
    return [text for each in objects for text in _texts(each)]


def _in_object(what: str, held: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """What an object of JSON has under the first of these keys; raises `BadInput` where it has other keys only."""
    if any(held.values()) and not any(key in held for key in keys):
        shown = to_json(dict(held), ensure_ascii=False)[:80]
        raise BadInput(f"its {what} is {shown}: write it as text, or under {' or '.join(keys)}")
    return next((held[key] for key in keys if held.get(key)), None)


def _listed(text: str) -> list[str] | str:
    """A list of texts that stands in a cell as JSON or Python writes it; any other text as it is."""
    if not re.match(r"\s*\[\s*[\"']", text):
        return text
    for read in (json.loads, _python):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return found
    return text


def _python(text: str) -> Any:
    with warnings.catch_warnings(action="ignore"):  # a backslash in a caption is no fault of ours
        return literal_eval(text.strip())


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [text for each in values if (text := _text(each))]


def _text(value: Any) -> str:
    value = cell_value(value)
    return "" if value is None else str(value).strip()


def cell_value(value: Any) -> Value | None:
    """A cell as text, number or truth; None where it is empty; nested cells as JSON text."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or isinstance(value, bytes):
        return None
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value.strip() or None
    return to_json(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})?(\.\d*)?(e[+-]?\d{1,3})?", re.IGNORECASE)
_TRUTHS = {"true": True, "false": False, "yes": True, "no": False}


def typed(records: Sequence[Mapping[str, str]], names: Iterable[str]) -> list[dict[str, Any]]:
    """Text cells as numbers or truths, column by column, where every cell of the column is one."""
    kinds = {name: _kind([record.get(name, "").strip() for record in records]) for name in names}
    return [{name: _as(kinds[name], record.get(name, "").strip()) for name in kinds} for record in records]


def _kind(cells: Sequence[str]) -> type:
    filled = [cell for cell in cells if cell]
    if all(cell.lower() in _TRUTHS for cell in filled):
        return bool
    if all(_WHOLE.fullmatch(cell) for cell in filled):
        return int
    return float if all(_is_number(cell) for cell in filled) else str


def _is_number(cell: str) -> bool:
    """Not `007` or `+49 30`, which are names, nor `nan`."""
    try:
        return _NUMBER.fullmatch(cell) is not None and math.isfinite(float(cell))
    except ValueError:
        return False


def _as(kind: type, cell: str) -> Any:
    return None if not cell else _TRUTHS[cell.lower()] if kind is bool else kind(cell)
