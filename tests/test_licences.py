"""Every dependency is pinned with its hashes and has its licence in the list."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def pinned(file: str) -> dict[str, str]:
    """Package → version, of a file of requirements."""
    found = re.findall(r"^([\w.\-]+)==([\w.!+]+)", (ROOT / file).read_text(), re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


def test_every_requirement_has_a_licence() -> None:
    listed = dict(re.findall(r"^\| ([\w.\-]+) \| (.+) \|$", (ROOT / "LICENCES.md").read_text(), re.MULTILINE))
    needed = {*pinned("requirements.lock"), *pinned("requirements-dev.txt"), *pinned("requirements-assets.txt")}
    assert needed - set(listed) == set()
    assert [name for name in needed if not re.search("[A-Z]", listed[name])] == []


def test_what_binds_more_than_others_is_named() -> None:
    head, _, tables = (ROOT / "LICENCES.md").read_text().partition("## To run it")
    bound = re.findall(r"^\| (\S+) \| [^|]*\b(?:L|A)?GPL", tables, re.MULTILINE)
    weaker = re.findall(r"^\| (\S+) \| [^|]*MPL", tables, re.MULTILINE)
    assert [name for name in (*bound, *weaker) if name not in head] == []
    assert bool(bound) != ("No package is under the GPL" in head)


def test_the_lock_holds_what_is_required_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = pinned("requirements.lock")
    assert {name: locked.get(name) for name in pinned("requirements.txt")} == pinned("requirements.txt")
    entries = re.split(r"^(?=[\w.\-]+==)", lock, flags=re.MULTILINE)[1:]
    assert [each.split()[0] for each in entries if "--hash=sha256:" not in each] == []
    assert "://" not in lock
