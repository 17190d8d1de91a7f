"""The notebooks under `examples/` run from the first cell to the last, and keep no error among their outputs."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.served import ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    return [each for each in json.loads(path.read_text("utf-8"))["cells"] if each["cell_type"] == "code"]


def shown(source: str, names: dict[str, Any]) -> Any:
    """Runs a cell; gives what its last line shows, if that is an expression."""
    lines = ast.parse(source)
    last = lines.body.pop() if isinstance(lines.body[-1], ast.Expr) else None
    exec(compile(lines, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_any_folder(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells(path):
        found = shown("".join(cell["source"]), names)
        kinds = [kind for output in cell["outputs"] for kind in output.get("data", {})]
        assert hasattr(found, "_repr_html_") == ("text/html" in kinds), "run the notebook again, its outputs are old"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_makes(path: Path) -> None:
    outputs = [output for cell in cells(path) for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"execute_result"}
    assert path.stat().st_size < 500_000


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
