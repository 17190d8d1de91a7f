"""What a contributor adds is one file: the laboratory finds it, and nothing else is edited."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.sources.making import png, put

ROOT = Path(__file__).parent.parent

METHOD = '''"""Halves: the first coordinate's sign is the cluster. Nobody: On nothing. 1900."""

from dataclasses import dataclass

import numpy as np

from core.clustering.checks import check_rows
from core.methods import Method, param
from core.progress import Progress, silent
from core.results import Clustering


@dataclass(frozen=True)
class Params:
    at: float = param(0.0, "where the cut is", minimum=-1.0, maximum=1.0)


def fit(x, params, report=silent):
    check_rows(x)
    report(Progress(1, 1, "cutting"))
    return Clustering((x[:, 0] > params.at).astype(np.int64), np.ones(len(x), dtype=np.float32))


METHOD = Method("halves", "Halves", Params, fit)
'''

SOURCE = '''"""Captions with an arrow: `a.png -> a red field`."""

from core.sources import limits
from core.sources.files import FolderFiles
from core.sources.gather import from_rows
from core.sources.kinds import Parser, file_kind
from core.sources.rows import Row


def parse(title, stream):
    for number, line in enumerate(limits.read(stream).decode().splitlines(), 1):
        picture, _, caption = line.partition(" -> ")
        yield Row(f"{title} row {number}", picture, (caption,))


def read(path, captions):
    with path.open("rb") as stream:
        yield from from_rows(parse(path.name, stream), FolderFiles(path.parent))


PARSER = Parser("arrows", (".arrows",), parse)
KIND = file_kind("Captions with an arrow", PARSER, read)
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the laboratory, without its assets."""
    shutil.copytree(ROOT / "core", tmp_path / "core", ignore=shutil.ignore_patterns("__pycache__", "recipes"))
    return tmp_path


def run(tree: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_clustering_method_is_one_file(tree: Path) -> None:
    (tree / "core/clustering/halves.py").write_text(METHOD)
    listed = json.loads(run(tree, "-m", "core", "methods", "--json", "-"))["clustering"]
    halves = next(each for each in listed if each["name"] == "halves")
    assert (halves["title"], halves["seeded"], halves["params"][0]["name"]) == ("Halves", False, "at")
    x = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    np.savez(tree / "rows.npz", x=x, y=(x[:, 0] > 0).astype(int))
    compare = ("-m", "core", "cluster", "rows.npz", "--method", "halves", "--out", "found.npz", "--json", "-")
    (found,) = json.loads(run(tree, *compare))["runs"]
    assert found["method"] == "halves"
    assert np.array_equal(np.load(tree / "found.npz")["labels"][0], x[:, 0] > 0)


def test_a_source_is_one_file(tree: Path) -> None:
    (tree / "core/sources/arrows.py").write_text(SOURCE)
    put(tree / "pictures", {"a.png": png(), "b.png": png((1, 2, 3)), "list.arrows": "a.png -> a red field\n"})
    script = """
import json
from core.sources import endings, is_captions, read, uploadable
listed = [".arrows" in endings(), ".arrows" in uploadable(), is_captions("list.arrows")]
items = [[(each.source, each.caption) for each in read(path)] for path in ("pictures", "pictures/list.arrows")]
print(json.dumps([listed, items]))
"""
    listed, (folder, alone) = json.loads(run(tree, "-c", script))
    assert all(listed)
    assert folder == [["a.png", "a red field"], ["b.png", ""]]
    assert alone == [["a.png", "a red field"]]
    refused = subprocess.run(
        [sys.executable, "-c", "from core.sources import read; read('pictures/a.png')"],
        cwd=tree,
        capture_output=True,
        text=True,
    )
    assert ".arrows" in refused.stderr
