"""A reducer as a safetensors file: the arrays by name, and in the metadata what it is and how to apply it."""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from core import tensor_file
from core.errors import BadInput
from core.results import Reducer
from core.runs.reducer import ReducerRun
from core.tensor_file import Count, Description, Name

LOADER = '''import numpy as np
from safetensors.numpy import load_file


def reduce(file, x, modality):
    """Unit rows x (N, D) of a modality, "image" or "text" → unit rows (N, D')."""
    arrays = load_file(file)
    m, L, U, c, V = (arrays[f"{modality}.{name}"] for name in ("mean", "linear", "hidden", "bias", "output"))
    y = (x - m) @ L.T + np.maximum((x - m) @ U.T + c, 0) @ V.T
    return y / np.linalg.norm(y, axis=1, keepdims=True)
'''
"""All that a program elsewhere needs to apply the file; it stands in the file's metadata too."""


class ReducerDescription(Description, frozen=True, kw_only=True):
    """Of a reducer's file. model: whose embeddings go in; dimensions: D', before: D; pairs: it learned from."""

    CONTENT = "reducer"
    REMEDY = "give a reducer's"

    method: Name = ""
    title: Name = ""
    model: Name = ""
    dimensions: Count = 0
    before: Count = msgspec.field(name="from", default=0)
    seed: Count = 0
    pairs: Count = 0
    loader: str = ""


def export_reducer(run: ReducerRun, path: str | Path) -> None:
    """Writes the reducer of a run; raises `BadInput` where the file cannot be written.

    Metadata: method, title, model (whose embeddings go in), dimensions (D'), from (D), seed, pairs, loader.
    """
    from safetensors.numpy import save

    reducer, card = run.reducer, run.card
    description = ReducerDescription(
        method=card.method,
        title=card.title,
        model=run.figures.base,
        dimensions=reducer.dimensions,
        before=reducer.image.linear.shape[1],
        seed=card.seed,
        pairs=card.items,
        loader=LOADER,
    )
    data = save(reducer.arrays(), {name: str(value) for name, value in msgspec.to_builtins(description).items()})
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None


def read_reducer(path: str | Path) -> tuple[Reducer, ReducerDescription]:
    """The reducer of such a file and what it is; raises `BadInput` for any other file, which is never run."""
    if not Path(path).is_file():
        raise BadInput(f"{path}: there is no such file")
    try:
        description, arrays = tensor_file.read(Path(path), ReducerDescription, "numpy")
    except BadInput as error:
        raise BadInput(str(error), "file") from None
    try:
        return Reducer.of({name: _single(name, array) for name, array in arrays.items()}), description
    except KeyError as error:
        raise BadInput(f"{path} holds no array {error}: give a reducer's", "file") from None
    except (BadInput, TypeError, IndexError) as error:
        raise BadInput(f"{path} holds no reducer, {error}") from None


def _single(name: str, array: NDArray) -> NDArray:
    """Half and double precision as the arrays of a reducer are; raises `BadInput` for what is not finite numbers."""
    with np.errstate(over="ignore"):
        single = array.astype(np.float32) if array.dtype.kind == "f" else array
    if array.dtype.kind != "f" or not np.isfinite(single).all():
        raise BadInput(f"{name} does not hold finite numbers")
    return single
