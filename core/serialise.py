"""Results as JSON, in one way wherever they are written."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import msgspec


def without_defaults(result: Any) -> dict[str, Any]:
    """A dataclass as scripts read it: what is as its default says is left out.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Drawn:
    ...     run: str | None
    ...     placed: int = 0
    >>> without_defaults(Drawn(None)), without_defaults(Drawn("a", 3))
    ({'run': None}, {'run': 'a', 'placed': 3})
    """
    changed = [each.name for each in fields(result) if getattr(result, each.name) != each.default]
    values = {name: value for name, value in msgspec.to_builtins(result).items() if name in changed}
    return {name: [*value] if isinstance(value, tuple) else value for name, value in values.items()}


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
