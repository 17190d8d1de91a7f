"""Results as JSON, in one way wherever they are written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

Kind = TypeVar("Kind")


def to_json(value: Any, unknown: Callable[[Any], Any] = str, **layout: Any) -> str:
    """The value as JSON: NumPy's scalars and arrays as numbers and lists, sets as lists.

    unknown: what becomes of anything else that JSON does not know; its text if left out. layout: as for `json.dumps`.

    >>> from pathlib import Path
    >>> to_json({"seen": {7}, "folder": Path("photos")})
    '{"seen": [7], "folder": "photos"}'
    """

    def plain(value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        return list(value) if isinstance(value, set | frozenset) else unknown(value)

    return json.dumps(value, default=plain, **layout)


def read_json(path: Path, kind: type[Kind]) -> tuple[Kind, Any]:
    """A file of JSON as a kind that msgspec knows, and as it is; raises `ValueError` or `OSError` in a line."""
    try:
        plain = msgspec.json.decode(path.read_bytes())
        return msgspec.convert(plain, kind), plain
    except RecursionError:
        raise ValueError("nested too deep") from None
