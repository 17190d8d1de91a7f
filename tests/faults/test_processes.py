"""Two processes that change one workspace, and processes that are killed at any moment: nothing lost or crossed."""

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.workspace import Workspace
from core.workspace.checking import check
from tests.workspace.making import items, vectors
from tests.workspace.test_processes import HEAD, ROOT, WAIT

pytestmark = pytest.mark.soak

COUNT = 24
BODIES = {
    "embed": """
for n in range({times}):
    workspace.add_embeddings(f"model {{n % 3}}", "image", ids, vectors({count}, seed=n % 3))
""",
    "add": """
for n in range({times}):
    workspace.add(items(2, 1000 + 2 * n))
""",
    "tag": """
for n in range({times}):
    workspace.set_column("tag", {{id: f"{{n}}" for id in ids}})
""",
    "caption": """
for n in range({times}):
    workspace.set_captions({{ids[n % len(ids)]: [f"other {{n}}", f"more {{n}}"]}})
""",
    "cluster": """
from core.workspace import RunCard
for n in range({times}):
    workspace.save_run(RunCard("", "clustering", "kmeans", f"{{n}}"), {{"labels": np.arange(100)}})
""",
    "tidy": """
for n in range({times}):
    workspace.delete_embeddings("model 1")
    for card in workspace.runs()[:1]:
        workspace.delete_run(card.id)
    with workspace._store.writing():
        workspace._items.compact()
""",
}
READY = """
import numpy as np
ids = workspace.table([])["id"].to_pylist()[:{count}]
print("ready", flush=True)
"""


def working(folder: Path, name: str, times: int) -> subprocess.Popen:
    script = (HEAD + READY + BODIES[name]).format(path=str(folder), times=times, count=COUNT)
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(processes: Sequence[subprocess.Popen]) -> list[str]:
    """What they said of errors."""
    return [each.communicate(timeout=WAIT)[1] for each in processes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Workspace.create(tmp_path / "set")
    ids = list(made.add(items(COUNT)).ids)
    made.add_embeddings("pocket", "text", ids, vectors(COUNT))
    return tmp_path / "set"


def is_sound(folder: Path) -> None:
    assert check(str(folder)).findings == []
    place = Workspace.open(folder)
    assert place.table(["image"])["image"].to_pylist()[:COUNT] == [each.image for each in items(COUNT)]
    captions = dict(zip(place.table(["caption"])["id"].to_pylist(), place.table()["caption"].to_pylist(), strict=True))
    embedded = place.embeddings("pocket", "text").ids.tolist()
    assert all(captions[id].startswith("caption ") for id in embedded)  # a vector is never another caption's


PAIRS = [("embed", "tag"), ("cluster", "tidy")]
OTHERS = [
    ("embed", "embed"),
    ("embed", "tidy"),
    ("tag", "caption"),
    ("add", "tag"),
    ("add", "add"),
    ("embed", "cluster"),
]


@pytest.mark.parametrize(("one", "two"), [*PAIRS, *(pytest.param(*each, marks=pytest.mark.soak) for each in OTHERS)])
def test_two_writers_of_one_workspace(folder: Path, one: str, two: str) -> None:
    times = 8
    errors = finished([working(folder, name, times) for name in (one, two)])
    assert errors == ["", ""]
    is_sound(folder)
    place = Workspace.open(folder)
    if "tag" in (one, two):
        assert set(place.table(["tag"])["tag"].to_pylist()[:COUNT]) == {str(times - 1)}
    if "add" in (one, two):
        assert place.count() == COUNT + 2 * times
    if "embed" in (one, two) and "tidy" not in (one, two):
        assert {each.model: each.count for each in place.models()} == {"pocket": COUNT} | {
            f"model {n}": COUNT for n in range(3)
        }
    if "cluster" in (one, two):
        assert len(place.runs("clustering")) == times or "tidy" in (one, two)


def test_a_workspace_deleted_beside_a_writer_is_gone_and_not_made_again(folder: Path) -> None:
    writer = working(folder, "cluster", 1000)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    Workspace.open(folder).remove()
    (error,) = finished([writer])
    assert "there no more: nothing was written" in error.splitlines()[-1]
    assert list(folder.parent.iterdir()) == []


def kills(folder: Path, times: int, seed: int) -> None:
    """Of commands begun one after the other, each killed at a random moment."""
    chance = random.Random(seed)
    for _ in range(times):
        process = working(folder, chance.choice(list(BODIES)), 1000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.3))
        process.kill()
        process.communicate()
        is_sound(folder)


def test_processes_killed_at_any_moment(folder: Path) -> None:
    kills(folder, times=3, seed=0)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_thousand_processes_killed_at_any_moment(folder: Path, seed: int) -> None:
    kills(folder, times=100, seed=seed)
    assert check(str(folder), repair=True).findings == []
    is_sound(folder)
