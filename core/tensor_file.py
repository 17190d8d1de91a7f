"""Safetensors with a description: the one place where such files are read, whoever made them.

A kind of file is a `Description`: what its metadata must say. Whatever else a file holds comes out as one `BadInput`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import BadInput, one_line

KEY = "clipscape"
UNREADABLE = (OSError, SafetensorError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)
"""What a library may raise for a file of anything else; a `RecursionError` is a `RuntimeError`."""

Name = Annotated[str, Meta(max_length=1_000)]
Count = Annotated[int, Meta(ge=0, le=2**53)]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What the metadata of a kind of file say: JSON under `KEY`, or plain texts; what is unknown there is passed over.

    CONTENT: what the file holds, in words; REMEDY: what a person who gave another one does. parameter: of a command.
    """

    CONTENT: ClassVar[str] = "tensors"
    REMEDY: ClassVar[str] = "give another file"


Kind = TypeVar("Kind", bound=Description)


def write(path: Path, arrays: Mapping[str, NDArray[Any]], description: Description) -> None:
    """Written whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(dict(arrays), partial, {KEY: msgspec.json.encode(description).decode()})
    partial.replace(path)


def read(path: Path, kind: type[Kind], framework: str = "pt") -> tuple[Kind, dict[str, Any]]:
    """The description and the tensors by name; "numpy" gives arrays.

    Raises `BadInput` for a file that is no safetensors, for metadata that are not of the kind, and for a tensor that
    holds NaN or infinity.
    """
    try:
        with safe_open(path, framework) as file:
            metadata, tensors = file.metadata() or {}, {name: file.get_tensor(name) for name in list(file.keys())}
    except UNREADABLE as error:
        raise BadInput(f"{path} is no safetensors file ({one_line(error)}): {kind.REMEDY}") from None
    check_finite(path, tensors, kind.REMEDY)
    try:
        return described(metadata, kind), tensors
    except UNREADABLE as error:
        raise BadInput(f"{path} holds no {kind.CONTENT} ({one_line(error)}): {kind.REMEDY}") from None


def described(metadata: Mapping[str, str], kind: type[Kind]) -> Kind:
    """Metadata as a kind of description; raises `ValueError` or `RecursionError` where they are of another."""
    if KEY in metadata:
        return msgspec.json.decode(metadata[KEY], type=kind)
    return msgspec.convert(metadata, kind, strict=False)


def check_finite(path: Path, tensors: Mapping[str, Any], remedy: str = Description.REMEDY) -> None:
    """Raises `BadInput` that names the first tensor, of torch or NumPy, that holds NaN or infinity."""
    for name, tensor in tensors.items():
        if not _is_finite(tensor):
            raise BadInput(f"{path}: {name[:80]} holds numbers that are not finite (NaN or infinity): {remedy}")


def _is_finite(tensor: Any) -> bool:
    if isinstance(tensor, np.ndarray):
        return tensor.dtype.kind not in "fc" or bool(np.isfinite(tensor).all())
    floating = tensor.is_floating_point() or tensor.is_complex()
    return not floating or bool((tensor if tensor.element_size() > 1 else tensor.float()).isfinite().all())


def under(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors whose names begin so, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
