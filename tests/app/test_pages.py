"""A page registers itself: its title, its place, and what follows the jobs that it starts."""

import shutil
import subprocess
import sys
from pathlib import Path

from app.shell.pages import outcome, pages
from core.commands import COMMANDS

ROOT = Path(__file__).parents[2]
NEW = """
from app.kit.page import Outcome, Page

PAGE = Page("New", ":material/star:", 2.5, lambda: None, {"embed again": Outcome(lambda result: "done again")})
"""
LIST = "from app.shell.pages import outcome, pages; print(*pages(), outcome('embed again').summary({}), sep=',')"


def test_every_page_is_there_in_its_order() -> None:
    assert list(pages()) == ["data", "map", "clusters", "dimensions", "semantics", "groups", "faces"]
    assert [name for name, page in pages().items() if page.is_first] == ["map"]


def test_what_follows_is_of_commands_that_there_are() -> None:
    assert {command for page in pages().values() for command in page.outcomes} <= set(COMMANDS)
    assert outcome("search") is None


def test_a_page_is_added_by_one_file(tmp_path: Path) -> None:
    for folder in ("app", "core"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    page = tmp_path / "app/views/new/page.py"
    page.parent.mkdir()
    page.write_text(NEW)
    listed = subprocess.run([sys.executable, "-c", LIST], cwd=tmp_path, capture_output=True, text=True, check=True)
    known = "data,map,new,clusters,dimensions,semantics,groups,faces"
    assert listed.stdout.strip() == f"{known},done again"
