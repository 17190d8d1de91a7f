"""One way to write JSON: what commands, jobs, runs and the terminal write is the same."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from core.serialise import to_json
from core.workspace import RunCard

ROOT = Path(__file__).parent.parent


def test_numpy_sets_and_paths_are_plain() -> None:
    given = {"a": np.float32(0.5), "b": np.arange(3), "c": {"x"}, "d": Path("p/q"), "e": (1, np.bool_(True)), "f": "é"}
    assert json.loads(to_json(given)) == {"a": 0.5, "b": [0, 1, 2], "c": ["x"], "d": "p/q", "e": [1, True], "f": "é"}
    assert to_json({"f": "é"}, indent=1, ensure_ascii=False) == '{\n "f": "é"\n}'


def test_a_run_card_says_the_same_and_refuses_what_would_be_lost() -> None:
    card = RunCard("", "any", "a", "A", metrics={"figure": np.float64(0.25), "list": np.arange(2)})
    assert json.loads(card.to_json())["metrics"] == {"figure": 0.25, "list": [0, 1]}
    with pytest.raises(Exception, match=r"^a run card cannot hold object: give text, numbers"):
        RunCard("", "any", "a", "A", metrics={"what": object()}).to_json()


def test_nothing_else_converts_for_json() -> None:
    converting = [
        str(path.relative_to(ROOT))
        for folder in ("app", "core")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("json.dumps", "json.dump")
        if "default" in [each.arg for each in node.keywords]
    ]
    assert converting == ["core/serialise.py"]
