"""The command line: JSON as promised, one line and status 2 for bad input, quick help."""

import json
import os
import signal
import subprocess
import sys
from inspect import signature
from pathlib import Path

import numpy as np
import pytest

from core.command_line import made
from core.commands import COMMANDS, ON_THE_COMMAND_LINE
from core.console import as_text
from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "open_clip", "sklearn", "umap", "openTSNE", "faiss", "numba", "lancedb", "numpy", "streamlit"}


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """A .npz of `x` and `y`."""
    x = np.random.default_rng(0).normal(size=(60, 8))
    np.savez(tmp_path / "rows.npz", x=x, y=np.arange(60) % 3)
    return str(tmp_path / "rows.npz")


def test_a_map_of_rows_gives_what_scripts_rely_on(rows: str, terminal: Terminal) -> None:
    found = terminal.json("map", rows, "--method", "pca")
    assert set(found) == {"run", "seconds", "trustworthiness", "neighbour_preservation"}
    assert found["run"] is None
    assert 0 < found["neighbour_preservation"] <= found["trustworthiness"] <= 1


@pytest.mark.parametrize(("space", "count"), [("both", 40), ("images", 20), ("captions", 20)])
def test_pairs_are_mapped_together_or_apart(tmp_path: Path, terminal: Terminal, space: str, count: int) -> None:
    random = np.random.default_rng(0)
    pairs, out = tmp_path / "pairs.npz", tmp_path / "map.npz"
    np.savez(pairs, image=random.normal(size=(20, 8)), text=random.normal(size=(20, 8)))
    terminal.json("map", str(pairs), "--method", "pca", "--space", space, "--out", str(out))
    with np.load(out) as drawn:
        assert drawn["xy"].shape == (count, 2)
        assert drawn["ids"].tolist() == [str(row) for row in range(20)] * (count // 20)
        assert set(drawn["modality"]) == {"both": {"image", "text"}, "images": {"image"}, "captions": {"text"}}[space]


def test_settings_and_seed_reach_the_method(rows: str, tmp_path: Path, terminal: Terminal) -> None:
    steps = ["--set", "max_iter=30", "--set", "early_exaggeration_iter=25", "--set", "perplexity=5"]
    drawn = []
    for seed in ("1", "1", "2"):
        terminal.json("map", rows, "--method", "tsne", *steps, "--seed", seed, "--out", str(tmp_path / "map.npz"))
        with np.load(tmp_path / "map.npz") as arrays:
            drawn.append(arrays["xy"])
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_json_goes_into_a_file_and_a_table_to_a_person(rows: str, tmp_path: Path, terminal: Terminal) -> None:
    file = tmp_path / "result.json"
    assert terminal.text("map", rows, "--method", "pca", "--json", str(file)) == ""
    assert json.loads(file.read_text())["run"] is None
    assert "trustworthiness" in terminal.text("map", rows, "--method", "pca")


def test_methods_are_listed(terminal: Terminal) -> None:
    found = terminal.json("methods")
    assert set(found) == {"maps", "clustering", "reduction", "groups", "care", "naming"}
    assert {"name", "params"} <= set(found["maps"][0])
    assert "perplexity=30.0" in terminal.text("methods")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["map", "{rows}"], "Missing option '--method'"),
        (["map", "{rows}", "--method", "tsme"], "no method 'tsme' in maps; choose from pca, tsne, umap"),
        (["map", "{rows}", "--method", "tsne", "--set", "perplexity=0"], "perplexity=0.0 is below 1"),
        (["map", "{rows}", "--method", "tsne", "--set", "perplexity=many"], "perplexity='many' is not a float"),
        (["map", "{rows}", "--method", "tsne", "--set", "perplexity"], "write it as NAME=VALUE"),
        (["map", "{rows}", "--method", "pca", "--set", "perplexity=9"], "pca has no parameter 'perplexity'"),
        (["map", "{rows}", "--method", "tsne", "--seed", "-1"], "seed=-1 is below 0"),
        (["map", "{rows}", "--method", "pca", "--seed", "one"], "Invalid value for '--seed'"),
        (["map", "{rows}", "--method", "pca", "--space", "captions"], "holds x, y: for captions"),
        (["map", "{rows}", "--method", "pca", "--space", "all"], "space 'all' is not one of images, captions, both"),
        (["map", "{rows}", "--method", "pca", "--gap", "mind"], "gap='mind' is not one of keep, centre"),
        (["map", "{rows}", "--method", "pca", "--json", "/no/such/folder/x"], "cannot be written"),
        (["map", "{rows}", "--method", "pca", "--out", "/no/such/folder/x.npz"], "cannot be written"),
        (["map", "none.npz", "--method", "pca"], "none.npz: there is no such file"),
        (["map", "/no/such/folder", "--method", "pca"], "/no/such/folder: no workspace's folder"),
        (["search", "/no/such/folder", "words"], "/no/such/folder: no workspace's folder"),
        (["place", "/no/such/folder", "run"], "/no/such/folder: no workspace's folder"),
        (["paint"], "No such command 'paint'"),
        (["map", "--colour", "red"], "No such option"),
    ],
)
def test_bad_input_is_one_line_and_status_2(rows: str, terminal: Terminal, arguments: list[str], line: str) -> None:
    assert line in terminal.refused(*(each.format(rows=rows) for each in arguments))


@pytest.mark.parametrize(
    ("arrays", "line"),
    [
        ({"x": np.array([[1, np.nan], [1, 2]])}, "row 0 is not finite"),
        ({"x": np.array([[1e300, 1], [1, 2]])}, "row 0 is not finite"),
        ({"x": np.array([[1e30, 1], [1, 2]])}, "its largest number is 1e+30: scale it to between 1e-15 and 1e+15"),
        ({"x": np.array([[-1e-30, 0], [0, 0]])}, "its largest number is 1e-30: scale it"),
        ({"x": np.array([{"a": 1}], dtype=object)}, "it holds pickled objects"),
        ({"x": np.array(["one", "two"])}, "a matrix (N, D) of real numbers is needed"),
        ({"x": np.ones((4, 3), complex)}, "a matrix (N, D) of real numbers is needed"),
        ({"x": np.ones(7)}, "a matrix (N, D) of real numbers is needed"),
        ({"x": np.ones((0, 5))}, "a matrix (N, D) of real numbers is needed"),
        ({"x": np.ones((2, 5))}, "2 rows are too few for a map"),
        ({"x": np.ones((9, 1))}, "at least 2 dimensions are needed"),
        ({"x": np.ones((9, 4)), "y": np.ones(8)}, "y: shape (8,), but (9,) is needed"),
        ({"image": np.ones((9, 4)), "text": np.ones((8, 4))}, "pairs must match"),
        ({"image": np.ones((9, 4))}, "holds image: for both, `x` (N, D) or the pairs"),
        ({}, "holds nothing"),
    ],
)
def test_arrays_that_cannot_be_used(
    tmp_path: Path, terminal: Terminal, arrays: dict[str, np.ndarray], line: str
) -> None:
    np.savez(tmp_path / "bad.npz", **arrays)
    assert line in terminal.refused("map", str(tmp_path / "bad.npz"), "--method", "pca")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 not really a zip"])
def test_a_file_that_is_no_archive(tmp_path: Path, terminal: Terminal, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    assert "is no .npz archive" in terminal.refused("map", str(tmp_path / "bad.npz"), "--method", "pca")


def test_a_damaged_archive(rows: str, terminal: Terminal) -> None:
    data = bytearray(Path(rows).read_bytes())
    data[200:300] = bytes(100)
    Path(rows).write_bytes(data)
    assert "it is damaged" in terminal.refused("map", rows, "--method", "pca")


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    script = "import sys; from core.cli import status; status(['--help']); print('\\n', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    text, _, loaded = done.stdout.rpartition("\n ")
    assert not set(loaded.split()) & HEAVY
    assert all(command in text for command in ("embed", "models", "datasets", "methods", "search", "map", "place"))


@pytest.mark.parametrize("name", ON_THE_COMMAND_LINE)
def test_a_command_is_made_from_its_signature(name: str, terminal: Terminal) -> None:
    """What must be given can be, and help names every option, each with a line."""
    command = made(name)
    shown = {each.name: each for each in command.params}
    declared = signature(COMMANDS[name]).parameters.values()
    needed = {each.name for each in declared if each.default is each.empty}
    assert needed <= set(shown)
    assert {*shown} - {"json"} <= {each.name for each in declared}
    assert all(each.help for each in shown.values())
    assert command.help == ON_THE_COMMAND_LINE[name].summary()
    assert command.help.endswith(".")


def test_ctrl_c_ends_in_one_line(tmp_path: Path) -> None:
    """In a process of its own: the signal goes out as soon as the method reports."""
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).normal(size=(60, 8)))
    script = (
        "import os, signal, sys, core.maps.pca as pca\n"
        "from core.cli import status\n"
        "def fit(x, params, report):\n"
        "    os.kill(os.getpid(), signal.SIGINT); report(pca.Progress(0, 1)); print('went on')\n"
        "pca.METHOD = pca.Method('pca', 'PCA', pca.Params, fit)\n"
        "sys.exit(status(['map', sys.argv[1], '--method', 'pca']))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "rows.npz")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "clipscape: stopped\n")


def test_records_are_shown_as_aligned_columns() -> None:
    records = [{"id": "a", "score": 0.5, "caption": "x" * 80}, {"id": "bcd", "score": 12.25, "caption": None}]
    assert as_text({"hits": records}).split("\n") == [
        "hits",
        "id   score  caption",
        f"a      0.5  {'x' * 59}…",
        "bcd  12.25  –",
    ]


def test_nothing_is_said_too() -> None:
    assert as_text({"datasets": []}) == "nothing"
