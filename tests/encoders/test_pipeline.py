"""Embedding a workspace: everything once, nothing lost, nothing fatal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from core.encoders import pace, pipeline
from core.encoders.encoder import Encoder
from core.encoders.pace import BatchSize
from core.encoders.pipeline import embed
from core.errors import BadParameter, Cancelled
from core.progress import Progress
from core.results import Embeddings
from core.sources import Item
from core.workspace import Workspace
from tests.encoders.conftest import jpeg, photograph

ROOT = Path(__file__).parents[2]


class Memory:
    """A workspace in memory, that remembers each write."""

    def __init__(self, images: Sequence[bytes] = (), captions: Sequence[str] = ()) -> None:
        count = max(len(images), len(captions))
        self.rows = {
            f"{row:04}": {
                "image": images[row] if row < len(images) else None,
                "caption": captions[row] if row < len(captions) else "",
            }
            for row in range(count)
        }
        self.writes: list[Embeddings] = []

    def known(self, modality: str) -> dict[str, np.ndarray]:
        mine = [each for each in self.writes if each.modality == modality]
        return {id: vector for each in mine for id, vector in zip(each.ids.tolist(), each.vectors, strict=True)}

    def models(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(model=each.model, count=len(each)) for each in self.writes]

    def missing(self, model: str, modality: str) -> list[str]:
        column = {"image": "image", "text": "caption"}[modality]
        return [id for id, row in self.rows.items() if row[column] and id not in self.known(modality)]

    def iterate(self, columns: Sequence[str], ids: Sequence[str], batch: int) -> Iterator[pa.Table]:
        for start in range(0, len(ids), batch):
            part = ids[start : start + batch]
            values = {name: [self.rows[id][name] for id in part] for name in columns if name != "id"}
            yield pa.table({"id": part, **values})

    def check_picture(self, id: str, image: bytes) -> None:
        """Its ids are numbers, not hashes of pictures."""

    def captions(self, ids: Sequence[str]) -> list[str]:
        return [self.rows[id]["caption"] for id in ids]

    def add_embeddings(self, model: str, modality: str, ids: Sequence[str], vectors: np.ndarray) -> None:
        self.writes.append(Embeddings(np.asarray(ids), vectors, model, modality))


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    return [jpeg(photograph(90, 70, seed)) for seed in range(40)]


def test_images_and_captions_are_embedded(encoder: Encoder, pictures: list[bytes]) -> None:
    workspace = Memory(pictures[:5], ["a cat", "a dog", "", "a cat", "a tree"])
    done = embed(workspace, encoder.name)
    assert (done.model, done.images, done.captions, done.skipped, done.refused) == (encoder.name, 5, 4, 0, ())
    expected = encoder.encode_images([photograph(90, 70, seed) for seed in range(5)])
    vectors = np.stack([workspace.known("image")[f"{row:04}"] for row in range(5)])
    assert (vectors * expected).sum(axis=1).min() > 0.99
    assert workspace.known("text")["0003"] == pytest.approx(encoder.encode_texts(["a cat"])[0], abs=1e-5)


def test_what_is_there_is_skipped(encoder: Encoder, pictures: list[bytes]) -> None:
    workspace = Memory(pictures[:3], ["a", "b", "c"])
    embed(workspace, encoder.name)
    written = len(workspace.writes)
    again = embed(workspace, encoder.name)
    assert (again.images, again.captions, again.skipped, len(workspace.writes)) == (0, 0, 6, written)


def test_equal_captions_are_encoded_once(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []
    original = encoder.text_vectors
    monkeypatch.setattr(encoder, "text_vectors", lambda texts: (encoded.extend(texts), original(texts))[1])
    monkeypatch.setattr(pipeline, "WRITE_ROWS", 300)
    workspace = Memory(captions=["a cat", "a dog", "a tree"] * 1000)
    assert embed(workspace, encoder.name).captions == 3000
    assert encoded == ["a cat", "a dog", "a tree"]
    assert max(len(each) for each in workspace.writes) <= 600
    known = workspace.known("text")
    assert len(known) == 3000
    assert np.array_equal(known["0001"], known["2998"])
    assert not np.array_equal(known["0001"], known["0002"])


def test_cut_captions_are_counted(encoder: Encoder) -> None:
    assert embed(Memory(captions=["short", "long " * 50, "long " * 50]), encoder.name).truncated == 2


def test_a_bad_picture_is_reported_and_the_rest_goes_on(encoder: Encoder, pictures: list[bytes]) -> None:
    workspace = Memory([pictures[0], b"no picture", pictures[1][:200], pictures[2]])
    done = embed(workspace, encoder.name)
    assert done.images == 2
    assert [each.id for each in done.refused] == ["0001", "0002"]
    assert "not a picture" in done.refused[0].reason
    assert sorted(workspace.known("image")) == ["0000", "0003"]


def test_a_row_without_direction_is_reported(
    encoder: Encoder, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = encoder.model.encode_image

    def second_is_nothing(batch: object) -> object:
        vectors = original(batch).clone()
        vectors[1 if len(vectors) > 1 else 0] = float("nan")
        return vectors

    monkeypatch.setattr(encoder.model, "encode_image", second_is_nothing)
    done = embed(Memory(pictures[:3]), encoder.name)
    assert done.images == 2
    assert [each.id for each in done.refused] == ["0001"]
    assert "no direction" in done.refused[0].reason


def test_progress_tells_rate_and_time_left(encoder: Encoder, pictures: list[bytes]) -> None:
    said: list[Progress] = []
    embed(Memory(pictures[:30], ["a"] * 30), encoder.name, said.append, batch=8)
    assert said[0].message.startswith("loading")
    steps = said[1:]
    assert [each.done for each in steps] == [8, 16, 24, 30, 60]
    assert {each.total for each in steps} == {60}
    assert all(each.metrics["rate"] > 0 for each in steps)
    assert steps[-1].metrics["left"] == 0
    assert steps[0].metrics["left"] == pytest.approx(52 / steps[0].metrics["rate"])


def test_stopping_keeps_all_before_it(encoder: Encoder, pictures: list[bytes]) -> None:
    workspace = Memory(pictures)

    def stop_at_16(progress: Progress) -> None:
        if progress.done >= 16:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        embed(workspace, encoder.name, stop_at_16, batch=8)
    assert len(workspace.known("image")) == 16
    assert embed(workspace, encoder.name).images == 24
    assert len(workspace.known("image")) == 40


def test_writes_are_gathered(encoder: Encoder, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "WRITE_SECONDS", 1000)
    workspace = Memory(pictures)
    embed(workspace, encoder.name, batch=2)
    assert len(workspace.writes) == 1
    monkeypatch.setattr(pipeline, "WRITE_SECONDS", 0)
    often = Memory(pictures)
    embed(often, encoder.name, batch=2)
    assert len(often.writes) == 20


def test_a_batch_takes_about_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(pace.time, "monotonic", lambda: clock.now)
    size, sizes = BatchSize("cpu"), []
    for seconds_each in [0.001] * 4 + [1.0] * 7:
        with size:
            clock.now += size.size * seconds_each
        sizes.append(size.size)
    assert sizes == [32, 64, 64, 64, 32, 16, 8, 4, 2, 2, 2]


def test_a_batch_of_nothing_is_refused(encoder: Encoder) -> None:
    with pytest.raises(BadParameter, match="batch=0"):
        embed(Memory(), encoder.name, batch=0)


def test_a_real_workspace_goes_on_after_kill(folder: Path, encoder: Encoder, tmp_path: Path) -> None:
    """`kill -9` in the middle loses nothing that was written."""
    pictures = (jpeg(photograph(40, 30, seed)) for seed in range(120))
    workspace = Workspace.create(tmp_path / "space")
    workspace.add(Item(f"{row}.jpg", data, f"picture {row}") for row, data in enumerate(pictures))
    script = f"""
import time
from core.encoders import pace, pipeline
from core.workspace import Workspace
pipeline.WRITE_SECONDS = 0
pipeline.embed(Workspace.open({str(tmp_path / "space")!r}), {str(folder)!r}, lambda progress: time.sleep(0.1), batch=4)
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    deadline = time.monotonic() + 300
    while (
        len(workspace.missing(encoder.name, "image")) == 120 and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = sum(each.count for each in workspace.models())
    assert 4 <= before < 240
    done = embed(workspace, str(folder))
    assert (done.skipped, done.images + done.captions) == (before, 240 - before)
    embeddings = workspace.embeddings(encoder.name, "image")
    assert len(embeddings) == len(set(embeddings.ids.tolist())) == 120


def test_every_caption_of_an_item_is_embedded(encoder: Encoder, pictures: list[bytes], tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "space")
    items = [Item("a", pictures[0], captions=("a cat", "a dog", "a tree")), Item("b", pictures[1], "a dog")]
    a, b = workspace.add(items).ids
    done = embed(workspace, encoder.name)
    assert (done.images, done.captions, done.skipped, done.refused) == (2, 4, 0, ())
    found = workspace.caption_embeddings(encoder.name)
    assert found.ids.tolist() == [a, f"{a}#1", f"{a}#2", b]
    assert found.vectors == pytest.approx(encoder.encode_texts(["a cat", "a dog", "a tree", "a dog"]), abs=1e-5)
    workspace.add([Item("again", pictures[1], "a bird")])
    assert (embed(workspace, encoder.name).captions, workspace.missing(encoder.name, "text")) == (1, [])
