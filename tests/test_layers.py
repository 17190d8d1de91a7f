"""The floors of the house: what may import what, and how long a module may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import lil_array
from scipy.sparse.csgraph import connected_components

from core.commands.listing import PACKAGES

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "torchvision", "open_clip", "timm", "sklearn", "umap", "openTSNE", "faiss", "numba"}
LONGEST = 320
"""Lines."""
FLOORS = {
    "kit": ["scatter", "comparison", "views", "shell"],
    "scatter": ["comparison", "views", "shell"],
    "comparison": ["views", "shell"],
}
"""Rooms of the app, and those above each."""


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


def circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The largest sets of files each of which leads to all others: strongly connected components of file → files."""
    number = {path: place for place, path in enumerate(arrows)}
    graph = lil_array((len(number), len(number)))
    for path, others in arrows.items():
        graph[number[path], [number[other] for other in others]] = 1
    component = connected_components(graph, connection="strong")[1]
    members = [[path for path in arrows if component[number[path]] == each] for each in np.unique(component)]
    return [paths for paths in members if len(paths) > 1]


def imports_among(paths: Sequence[str]) -> dict[str, set[str]]:
    """File → those of the files that it imports, or imports a name of; under `TYPE_CHECKING` and in functions too."""
    files = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in paths}
    homes = {path: {name if name in files else name.rpartition(".")[0] for name in imported(path)} for path in paths}
    return {path: {files[name] for name in names if name in files} for path, names in homes.items()}


def test_pages_import_nothing_heavy() -> None:
    assert offenders(modules("app"), HEAVY) == {}


def test_the_laboratory_knows_no_pages() -> None:
    assert offenders(modules("core"), ["streamlit", "app"]) == {}


def test_circles_are_found_whole() -> None:
    arrows = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": []}
    assert circles(arrows) == [["a", "b", "c"]]
    assert circles({"a": [], "b": []}) == []


def test_no_files_import_each_other_in_a_circle() -> None:
    arrows = imports_among([*modules("app"), *modules("core")])
    assert sum(map(len, arrows.values())) > len(arrows), "imports are not found any more"
    assert circles(arrows) == []


def strings(path: str) -> Iterable[str]:
    """Every text in a file, docstrings and the parts of f-strings too."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_only_the_command_line_knows_names_of_options() -> None:
    own = ("core/__main__.py", "core/cli", "core/command_line.py", "core/recipes/")
    option = re.compile(r"(?<![\w-])--[a-z]")
    below = [path for path in modules("core") if not path.startswith(own)]
    assert {path: found for path in below if (found := [*filter(option.search, strings(path))])} == {}


def test_only_the_interfaces_stand_above_the_commands() -> None:
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
    assert counting == ["core/machine.py", "tests/test_processors.py"]


def test_no_module_is_long() -> None:
    lines = {
        path: (ROOT / path).read_text().count("\n") for path in [*modules("app"), *modules("core"), "clipscape.py"]
    }
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}


def test_no_page_imports_another_and_nothing_below_imports_pages() -> None:
    """`app.shell.pages` finds the pages by their folders."""
    views = sorted({path.split("/")[2] for path in modules("app/views") if path.count("/") > 2})
    for name in views:
        own = [path for path in modules("app/views") if path.startswith(f"app/views/{name}/")]
        assert offenders(own, [f"app.views.{other}" for other in views if other != name]) == {}
    for floor, above in FLOORS.items():
        assert offenders(modules(f"app/{floor}"), [f"app.{each}" for each in above]) == {}
