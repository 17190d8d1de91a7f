"""What of Streamlit's inside is used: in one place, for one version, and what breaks without it."""

import ast
import importlib
from functools import reduce
from importlib.metadata import version
from pathlib import Path

import pytest

from app.kit.streamlit_internals import USED, VERSION

ROOT = Path(__file__).parents[2]
PUBLIC = {"streamlit", "streamlit.delta_generator"}
"""The second for the type of what `st.container` gives, which Streamlit names nowhere else."""


@pytest.mark.parametrize("name", USED)
def test_a_name_that_streamlit_does_not_promise_is_still_there(name: str) -> None:
    module, _, path = name.partition(":")
    try:
        reduce(getattr, path.split("."), importlib.import_module(module))
    except (ImportError, AttributeError):
        pytest.fail(
            f"Streamlit {version('streamlit')} has no {path} in {module} any more, and so {USED[name]}. "
            f"app/kit/streamlit_internals.py was written for Streamlit {VERSION}: find what took its place there."
        )


def test_the_version_that_they_were_written_for_is_pinned() -> None:
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    assert any(line.startswith(f"streamlit=={VERSION}.") for line in pins)


def imported(path: Path) -> set[str]:
    """Modules of Streamlit that a file imports, `from streamlit import x` as streamlit.x where that is a module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "streamlit":
            found |= {f"streamlit.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {each for each in found if each.partition(".")[0] == "streamlit"}


def test_only_one_file_imports_them() -> None:
    inside = {path.name: imported(path) - PUBLIC for path in sorted((ROOT / "app").rglob("*.py"))}
    assert [name for name, modules in inside.items() if modules] == ["streamlit_internals.py"]
