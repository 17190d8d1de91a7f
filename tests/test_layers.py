"""The floors of the house: what may import what, and how long a module may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from core.commands.listing import PACKAGES

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "torchvision", "open_clip", "timm", "sklearn", "umap", "openTSNE", "faiss", "numba"}
LONGEST = 320
"""Lines."""


def modules(folder: str) -> list[str]:
    """Every file below a folder, by its path."""
    found = sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*.py"))
    assert found, f"{folder} holds no module"
    return found


@cache
def imported(path: str) -> set[str]:
    """The dotted name of all that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def offenders(paths: Iterable[str], forbidden: Iterable[str]) -> dict[str, list[str]]:
    """File → what it imports of what is forbidden to it; the files that import none of it are left out."""
    fences = tuple(f"{each}." for each in forbidden)
    found = {path: sorted(name for name in imported(path) if f"{name}.".startswith(fences)) for path in paths}
    return {path: names for path, names in found.items() if names}


def test_pages_import_nothing_heavy() -> None:
    assert offenders(modules("app"), HEAVY) == {}


def test_the_laboratory_knows_no_pages() -> None:
    assert offenders(modules("core"), ["streamlit", "app"]) == {}


def strings(path: str) -> Iterable[str]:
    """Every text in a file, docstrings and the parts of f-strings too."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_only_the_command_line_knows_names_of_options() -> None:
    own = ("core/__main__.py", "core/cli", "core/command_line.py", "core/recipes/")
    option = re.compile(r"(?<![\w-])--[a-z]")
    below = [path for path in modules("core") if not path.startswith(own)]
    assert {path: found for path in below if (found := [*filter(option.search, strings(path))])} == {}


def test_only_the_command_line_stands_above_the_commands() -> None:
    above = (
        "core/__main__.py",
        "core/cli",
        "core/command_line.py",
        "core/commands/",
        "core/notebook/",
        "core/recipes/",
    )
    below = [path for path in modules("core") if not path.startswith(above)]
    assert offenders(below, ["core.commands", "core.cli", "core.command_line"]) == {}


def test_the_product_works_without_its_recipes() -> None:
    product = [path for path in modules("app") + modules("core") if not path.startswith("core/recipes/")]
    assert offenders(product, ["core.recipes"]) == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_listing_the_methods_loads_nothing_heavy(package: str) -> None:
    script = f"import sys; from core.methods import discover; discover('core.{package}'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & HEAVY


def test_one_function_says_how_many_processors_there_are() -> None:
    counts = re.compile(r"sched_getaffinity|cpu_count")
    looked_at = {*modules("app"), *modules("core"), *modules("tests")} - {"tests/test_layers.py"}
    counting = sorted(path for path in looked_at if counts.search((ROOT / path).read_text()))
    assert counting == ["core/processors.py", "tests/test_processors.py"]


def test_no_module_is_long() -> None:
    lines = {
        path: (ROOT / path).read_text().count("\n") for path in [*modules("app"), *modules("core"), "clipscape.py"]
    }
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}
