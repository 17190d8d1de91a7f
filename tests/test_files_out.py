"""Files that commands write: named before the work, whole or not there."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.commands import COMMANDS
from core.commands.matrix_file import streamed
from core.commands.runs import check_out, write_arrays
from core.errors import BadInput


@pytest.mark.parametrize("name", ["", ".", "..", "{}/", "{}/no/such/x.npz"])
def test_what_names_no_file_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    for refused in (check_out, lambda out: write_arrays(out, {"x": np.arange(3)})):
        with pytest.raises(BadInput, match=r"^[^\n]*(is no name of a file|cannot be written)[^\n]*$"):
            refused(name.format(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        partial(COMMANDS["cluster"], methods=["kmeans"]),
        partial(COMMANDS["reduce"], methods=["pca"]),
        partial(COMMANDS["groups"], by="y"),
    ],
)
def test_a_file_that_cannot_be_is_told_of_before_the_work(command: Callable[..., object]) -> None:
    with pytest.raises(BadInput, match="is no name of a file"):
        command("no such input.npz", out="")


@pytest.mark.parametrize("name", ["made", "made.npz"])
def test_arrays_come_back(tmp_path: Path, name: str) -> None:
    write_arrays(str(tmp_path / name), {"x": np.arange(3)})
    with np.load(tmp_path / "made.npz") as arrays:
        assert arrays["x"].tolist() == [0, 1, 2]


def test_a_matrix_comes_in_columns(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    with streamed(str(tmp_path / "made"), "x", x.shape, {"ids": np.arange(5)}) as write:
        write(x.T[:3])
        write(x.T[3:])
    with np.load(tmp_path / "made.npz") as arrays:
        assert np.array_equal(arrays["x"], x)
        assert arrays["ids"].tolist() == [0, 1, 2, 3, 4]


def test_of_a_full_disk_no_half_file_is_left(tmp_path: Path) -> None:
    out = str(tmp_path / "made.npz")
    with pytest.raises(BadInput, match=r"made\.npz cannot be written: No space left"), streamed(out, "x", (5, 4), {}):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_opened_stays(tmp_path: Path) -> None:
    (tmp_path / "made.npz").mkdir()
    with pytest.raises(BadInput, match="cannot be written"), streamed(str(tmp_path / "made"), "x", (5, 4), {}):
        pass
    assert (tmp_path / "made.npz").is_dir()
