"""The layering: pages never import the heavy libraries, the laboratory never imports pages."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.commands.listing import PACKAGES

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "torchvision", "open_clip", "timm", "sklearn", "umap", "openTSNE", "faiss", "numba"}


def imported(path: Path) -> set[str]:
    """Top-level names of every module that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", files("app"), ids=str)
def test_pages_import_nothing_heavy(path: Path) -> None:
    assert not imported(path) & HEAVY


@pytest.mark.parametrize("path", files("core"), ids=str)
def test_the_laboratory_knows_no_pages(path: Path) -> None:
    assert not imported(path) & {"streamlit", "app"}


@pytest.mark.parametrize("package", PACKAGES)
def test_listing_the_methods_loads_nothing_heavy(package: str) -> None:
    script = f"import sys; from core.methods import discover; discover('core.{package}'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & HEAVY


def test_one_function_says_how_many_processors_there_are() -> None:
    counting = [
        path.name
        for folder in ("app", "core", "tests")
        for path in files(folder)
        if path.name != "test_layers.py" and re.search(r"sched_getaffinity|cpu_count", path.read_text())
    ]
    assert counting == ["processors.py", "test_processors.py"]


def test_no_module_is_long() -> None:
    long = {
        str(path): count
        for folder in ("app", "core")
        for path in files(folder)
        if (count := path.read_text().count("\n")) > 320
    }
    assert not long
