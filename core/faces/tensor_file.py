"""A safetensors file whose metadata hold a description as JSON; nothing heavy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

KEY = "clipscape"
UNREADABLE = (OSError, SafetensorError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)
"""What `read`, and what then makes something of it, may raise for a file of anything else."""


def write(path: Path, arrays: Mapping[str, NDArray[Any]], description: Mapping[str, Any]) -> None:
    """Written whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(dict(arrays), partial, {KEY: json.dumps(description)})
    partial.replace(path)


def read(path: Path, framework: str = "pt") -> tuple[dict[str, Any], dict[str, Any]]:
    """The description, empty where there is none, and the tensors by name; "numpy" gives arrays. See `UNREADABLE`."""
    with safe_open(path, framework) as file:
        description = json.loads((file.metadata() or {}).get(KEY, "{}"))
        return description, {name: file.get_tensor(name) for name in list(file.keys())}


def under(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors whose names begin so, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
