"""A matrix too large to be held, written into a `.npz` as its columns come."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.commands.runs import npz_path
from core.errors import BadInput
from core.results import Floats

Write = Callable[[Floats], None]


@contextmanager
def streamed(out: str, name: str, shape: tuple[int, int], arrays: Mapping[str, NDArray]) -> Iterator[Write]:
    """A function that takes some columns of the matrix at a time, as rows (B, N) float32; shape: (N, P), of the whole.

    arrays: what else goes into the file. Raises `BadInput` where it cannot be written; stopped half-way, none is left.
    """
    path = npz_path(out)
    try:
        archive = ZipFile(path, "w")
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}") from None
    try:
        with archive:
            for title, array in arrays.items():
                with archive.open(f"{title}.npy", "w", force_zip64=True) as member:
                    npy.write_array(member, array, allow_pickle=False)
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array_header_2_0(member, {"descr": "<f4", "fortran_order": True, "shape": shape})
                yield lambda columns: _write(member, columns)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):  # such as a full disk
            raise BadInput(f"{out} cannot be written: {error.strerror}") from None
        raise


def _write(file: IO[bytes], columns: Floats) -> None:
    file.write(np.ascontiguousarray(columns, dtype="<f4").data)
