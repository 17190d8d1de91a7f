"""Every kind of source is found, and finding them is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import BadInput
from core.sources import endings, read, uploadable
from core.sources.kinds import kinds, parser_of, parsers
from tests.sources.making import png, put

ROOT = Path(__file__).parents[2]
HEAVY = {"lance", "lancedb", "pandas", "pyarrow", "torch", "sklearn"}


def test_each_kind_is_one_file_that_the_package_finds() -> None:
    assert {kind.name for kind in kinds()} == {"bundled", "coco", "flickr", "folder", "table", "zip"}
    assert [parser.name for parser in parsers()] == ["celeba", "coco", "flickr", "table"]
    assert all(kind.title for kind in kinds())


TABLES = [("a.CSV", "table"), ("x/b.parquet", "table"), ("c.json", "coco"), ("list_attr_celeba.csv", "celeba")]
LINES = [(name, "flickr") for name in ("Flickr8k.token.txt", "results_20130124.token", "x/captions.txt")]


@pytest.mark.parametrize(("name", "parser"), [*TABLES, *LINES, ("d.png", None), ("broken.txt", None)])
def test_tables_are_known_by_their_names(name: str, parser: str | None) -> None:
    found = parser_of(name)
    assert (found and found.name) == parser


def test_captions_beside_what_has_its_own_are_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "image,caption\na.png,one\n", "a.png": png(), "a.json": "[]"})
    for name in ("a.csv", "a.json"):
        with pytest.raises(BadInput, match="captions"):
            list(read(tmp_path / name, captions=tmp_path / "a.csv"))


def test_importing_sources_and_store_loads_nothing_heavy() -> None:
    script = "import sys, core.sources, core.workspace; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & HEAVY


def test_no_list_of_endings_is_kept_by_hand() -> None:
    """A page or a command that names an ending of tables would miss the next one."""
    tables = set(endings(parsers())) - {".txt", ".json"}
    named = {
        str(path.relative_to(ROOT))
        for folder in ("app/collection", "core/sources", "core/workspace")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in tables
    }
    assert named == {f"core/sources/{name}.py" for name in ("celeba", "flickr", "table")}
    assert set(uploadable()) > set(endings()) > tables
