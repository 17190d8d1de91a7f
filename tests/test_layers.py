"""The layering: pages never import the heavy libraries, the laboratory never imports pages."""

import ast
import subprocess
import sys
from collections.abc import Set
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "torchvision", "open_clip", "timm", "sklearn", "umap", "openTSNE", "faiss", "numba"}
LONGEST = 320
"""Lines."""


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of every module that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names


def offenders(folder: str, forbidden: Set[str]) -> dict[str, set[str]]:
    """File → what it imports of what is forbidden there; the files that import none of it are left out."""
    found = {str(path.relative_to(ROOT)): imported(path) & forbidden for path in files(folder)}
    assert found, f"{folder} holds no module"
    return {path: names for path, names in found.items() if names}


def test_pages_import_nothing_heavy() -> None:
    assert offenders("app", HEAVY) == {}


def test_the_laboratory_knows_no_pages() -> None:
    assert offenders("core", {"streamlit", "app"}) == {}


def test_listing_the_methods_loads_nothing_heavy() -> None:
    script = "import sys; from core.methods import discover; discover('core.maps'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & HEAVY


def test_no_module_is_long() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in files("app") + files("core")}
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}
