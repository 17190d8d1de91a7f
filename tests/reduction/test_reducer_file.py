"""A reducer as a file: its loader needs nothing of Clipscape, and a file that is no reducer is refused in one line."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.errors import BadInput
from core.reducer_file import LOADER, export_reducer, read_reducer
from core.results import Projection, Reducer
from core.runs.reducer import ReducerRun
from core.workspace import RunCard

BEFORE, AFTER, HIDDEN = 12, 5, 7


def projection(seed: int, hidden: int) -> Projection:
    random = np.random.default_rng(seed)
    shapes = (BEFORE,), (AFTER, BEFORE), (hidden, BEFORE), (hidden,), (AFTER, hidden)
    return Projection(*(random.normal(size=shape).astype(np.float32) for shape in shapes))


def run(hidden: int = HIDDEN) -> ReducerRun:
    reducer = Reducer(projection(0, hidden), projection(1, hidden))
    card = RunCard("1", "reducer", "pca", "PCA", {"dimensions": AFTER}, 3, "pocket", items=99, metrics={"base": "clip"})
    return ReducerRun(card, reducer.image, reducer.text, reducer.history)


@pytest.mark.parametrize("hidden", [0, HIDDEN])
def test_the_loader_does_what_the_reducer_does(tmp_path: Path, hidden: int) -> None:
    export_reducer(run(hidden), tmp_path / "reducer.safetensors")
    loaded: dict = {}
    exec(LOADER, loaded)
    reducer = run(hidden).reducer
    x = np.random.default_rng(2).normal(size=(20, BEFORE)).astype(np.float32)
    for modality in ("image", "text"):
        found = loaded["reduce"](tmp_path / "reducer.safetensors", x, modality)
        assert np.allclose(found, getattr(reducer, modality)(x), atol=1e-6)


def test_the_loader_is_short() -> None:
    assert LOADER.count("\n") <= 10


def test_it_comes_back_with_what_it_is(tmp_path: Path) -> None:
    export_reducer(run(), tmp_path / "reducer.safetensors")
    reducer, told = read_reducer(tmp_path / "reducer.safetensors")
    for name, array in reducer.arrays().items():
        assert np.array_equal(array, run().arrays()[name])
    assert msgspec.to_builtins(told) == {
        "method": "pca",
        "title": "PCA",
        "model": "clip",
        "dimensions": 5,
        "from": 12,
        "seed": 3,
        "pairs": 99,
        "loader": LOADER,
    }


def test_half_precision_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "half.safetensors"
    save_file({name: array.astype(np.float16) for name, array in run().reducer.arrays().items()}, file)
    assert read_reducer(file)[0].dimensions == AFTER


def changed(**arrays: np.ndarray | None) -> dict[str, np.ndarray]:
    given = run().reducer.arrays() | {name.replace("_", "."): array for name, array in arrays.items()}
    return {name: array for name, array in given.items() if array is not None}


@pytest.mark.parametrize(
    ("arrays", "line"),
    [
        (changed(text_bias=None), "holds no array 'text.bias'"),
        (changed(image_mean=np.zeros(3, np.float32)), "holds no reducer, mean: shape"),
        (changed(image_linear=np.zeros(3, np.float32)), "holds no reducer, linear: float32 of shape"),
        (changed(image_mean=np.full(BEFORE, np.nan, np.float32)), "image.mean holds numbers that are not finite"),
        (changed(image_mean=np.zeros(BEFORE, np.int64)), "image.mean does not hold finite numbers"),
        (changed(text_linear=np.zeros((3, BEFORE), np.float32), text_output=np.zeros((3, 7), np.float32)), "one space"),
    ],
)
def test_wrong_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], line: str) -> None:
    save_file(arrays, tmp_path / "wrong.safetensors")
    with pytest.raises(BadInput, match=line) as refusal:
        read_reducer(tmp_path / "wrong.safetensors")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x80\x04\x95" * 40, b"\xff" * 64, b"PK\x03\x04" + bytes(90)])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.pt").write_bytes(content)
    with pytest.raises(BadInput, match=r"is no safetensors file \(.*\): give a reducer's$"):
        read_reducer(tmp_path / "other.pt")


def test_a_file_that_is_not_there_and_one_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such file"):
        read_reducer(tmp_path / "none")
    with pytest.raises(BadInput, match="cannot be written"):
        export_reducer(run(), tmp_path / "none" / "reducer.safetensors")


def test_the_saved_arrays_are_those_of_the_reducer(tmp_path: Path) -> None:
    export_reducer(run(), tmp_path / "reducer.safetensors")
    assert set(load_file(tmp_path / "reducer.safetensors")) == set(run().reducer.arrays())
