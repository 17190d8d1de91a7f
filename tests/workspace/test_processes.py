"""Several processes at once, and processes that are killed: nothing written is lost, and nothing is written twice."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.workspace import Workspace
from tests.workspace.making import items, vectors

ROOT = Path(__file__).parents[2]
ADD = """
workspace.add(items({count}, {first}), lambda progress: print(progress.done, flush=True), batch=4)
"""
EMBED = """
ids = workspace.missing("pocket", "image")
x = vectors({count})
place = {{item: row for row, item in enumerate(workspace.table(["id"])["id"].to_pylist())}}
for start in range(0, len(ids), 4):
    batch = ids[start : start + 4]
    workspace.add_embeddings("pocket", "image", batch, x[[place[id] for id in batch]])
    print(start, flush=True)
"""
HEAD = """
from core.workspace import Workspace
from tests.workspace.making import items, vectors
workspace = Workspace.open({path!r})
"""
WAIT = 120
COUNT = 240


@contextmanager
def working(workspace: Workspace, body: str, **values: int) -> Iterator[subprocess.Popen]:
    """A process that runs the body and prints a line after each batch."""
    script = (HEAD + body).format(path=workspace.path, **values)
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_after(process: subprocess.Popen, lines: int, seconds: float) -> None:
    """SIGKILL in the middle of the batch that follows so many printed ones."""
    assert process.stdout is not None
    for _ in range(lines):
        assert process.stdout.readline(), "the process ended before it was killed"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    assert process.wait(WAIT) == -signal.SIGKILL


def is_whole(workspace: Workspace) -> None:
    """Every item has its own picture, thumbnail and caption, once."""
    table = workspace.table(["image", "thumbnail", "caption"])
    number = [int(caption.removeprefix("caption ")) for caption in table["caption"].to_pylist()]
    assert len(set(number)) == len(number)
    assert table["image"].to_pylist() == [items(1, n)[0].image for n in number]
    assert table["thumbnail"].null_count == 0
    assert len(set(table["id"].to_pylist())) == table.num_rows


def test_killed_while_adding(workspace: Workspace) -> None:
    for seconds in (0.0, 0.007):
        before = workspace.count()
        with working(workspace, ADD, count=COUNT, first=0) as process:
            kill_after(process, lines=before // 4 + 3, seconds=seconds)
        assert before + 12 <= workspace.count() < COUNT
        assert workspace.count() % 4 == 0
        is_whole(workspace)
    left = COUNT - workspace.count()
    added = workspace.add(items(COUNT))
    assert (added.added, added.skipped) == (left, COUNT - left)
    assert workspace.table(["caption"])["caption"].to_pylist() == [item.caption for item in items(COUNT)]
    is_whole(workspace)


def test_killed_while_embedding(workspace: Workspace) -> None:
    ids = list(workspace.add(items(COUNT)).ids)
    x = vectors(COUNT)
    with working(workspace, EMBED, count=COUNT) as process:
        kill_after(process, lines=3, seconds=0.004)
    found = workspace.embeddings("pocket", "image")
    done = len(found)
    assert 12 <= done < COUNT
    assert done % 4 == 0
    assert (found.vectors == x[:done]).all()
    assert workspace.missing("pocket", "image") == ids[done:]
    with working(workspace, EMBED, count=COUNT) as process:
        assert process.wait(WAIT) == 0
    assert (workspace.embeddings("pocket", "image").vectors == x).all()


def test_two_processes_add_while_a_third_reads(workspace: Workspace) -> None:
    """Half of what they add is the same."""
    count = COUNT // 2
    with working(workspace, ADD, count=count, first=0) as one, working(workspace, ADD, count=count, first=60) as two:
        reads = 0
        while one.poll() is None or two.poll() is None:
            is_whole(workspace)
            reads += 1
        assert (one.returncode, two.returncode) == (0, 0)
    assert reads > 3
    assert sorted(workspace.table(["caption"])["caption"].to_pylist()) == sorted(i.caption for i in items(count + 60))
    is_whole(workspace)


def test_a_reader_waits_for_no_writer(workspace: Workspace) -> None:
    workspace.add(items(4))
    with workspace._store.writing():
        assert fast(lambda: Workspace.open(workspace.path).table(["image"]).num_rows) == 4
        assert fast(lambda: Workspace.open(workspace.path).version) == workspace.version


def fast(read: Callable[[], int]) -> int:
    start = time.monotonic()
    found = read()
    assert time.monotonic() - start < 10
    return found
