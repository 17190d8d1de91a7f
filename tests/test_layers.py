"""The layering: pages never import the heavy libraries, the laboratory never imports pages."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_listing_the_methods_loads_nothing_heavy() -> None:
    script = "import sys; from core.methods import discover; discover('core.maps'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & HEAVY


def test_no_module_is_long() -> None:
    long = {
        str(path): count
        for path in [*files("app"), *files("core"), ROOT / "clipscape.py"]
        if (count := path.read_text().count("\n")) > 320
    }
    assert not long
