"""How large a file and an unfolded zip may be."""

from typing import IO

from core.errors import BadInput

FILE_BYTES = 256 * 2**20
"""One file, unfolded."""

UNFOLDED_BYTES = 8 * 2**30
"""All that is read from one zip."""


def check_file(size: int) -> None:
    """Raises `BadInput` for a file over the limit."""
    if size > FILE_BYTES:
        raise BadInput(f"larger than {_megabytes(FILE_BYTES)}, the limit for one file: split it or leave it out")


def read(stream: IO[bytes]) -> bytes:
    """All of it; raises `BadInput` once it is over the limit for a file."""
    data = stream.read(FILE_BYTES + 1)
    check_file(len(data))
    return data


def check_unfolded(size: int) -> None:
    """Raises `BadInput` once a zip has unfolded to more than its limit."""
    if size > UNFOLDED_BYTES:
        raise BadInput(f"the zip unfolds to more than {_megabytes(UNFOLDED_BYTES)}: unfold it and give the folder")


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
