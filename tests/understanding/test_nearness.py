"""How far images lie from those of the bundled sets: two made-up sets in a folder of their own."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from core.maps.neighbours import normalised
from core.understanding.nearness import EXPECTED, nearness

D = 12


def around(directions: list[int], count: int, seed: int) -> np.ndarray:
    """Unit rows near some of the axes."""
    random = np.random.default_rng(seed)
    return normalised(np.eye(D)[random.choice(directions, count)] + 0.15 * random.normal(size=(count, D)))


def write(folder: Path, model: str, images: np.ndarray) -> None:
    """As `export` does, in half precision; a text vector each, which must not count."""
    folder.mkdir(parents=True)
    captions = np.tile(np.eye(D)[D - 1], (len(images), 1))
    modality = ["image"] * len(images) + ["text"] * len(images)
    vectors = pa.array(list(np.vstack([images, captions]).astype(np.float16)), pa.list_(pa.float16()))
    table = {"id": [str(row) for row in range(len(modality))], "model": [model] * len(modality), "modality": modality}
    parquet.write_table(pa.table({**table, "vector": vectors}), folder / "embeddings.parquet")


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """The images of both sets that "pocket" has embedded; another model has embedded a third one."""
    images = around([0, 1, 2], 400, seed=0)
    write(tmp_path / "first", "pocket", images[:300])
    write(tmp_path / "second", "pocket", images[300:])
    write(tmp_path / "third", "other", around([7], 50, seed=1))
    monkeypatch.setattr("core.sources.bundled.ASSETS", tmp_path)
    return normalised(images.astype(np.float16).astype(np.float32))


def test_far_is_what_lies_farther_than_95_per_cent_of_the_known_ones(known: np.ndarray) -> None:
    asked = around([0, 1, 2, 5], 80, seed=3)
    among = known @ known.T
    np.fill_diagonal(among, -1)
    limit = np.quantile(among.max(axis=1), 0.05)
    found = nearness(asked, "pocket")
    assert found.far == np.count_nonzero((asked @ known.T).max(axis=1) < limit)
    assert 0 < found.far < 80
    assert (found.images, found.of, found.expected) == (80, 80, EXPECTED)
    assert found.sets == ("first", "second")


def test_images_of_the_same_kind_may_be_understood_and_others_hardly(known: np.ndarray) -> None:
    assert nearness(around([0, 1, 2], 200, seed=5), "pocket").verdict == "perhaps"
    assert nearness(around([6], 200, seed=6), "pocket").verdict == "hardly"
    assert nearness(around([0, 1, 2, 6], 200, seed=7), "pocket").verdict == "not shown"


def test_a_bundled_image_is_not_compared_with_itself(known: np.ndarray) -> None:
    """Of the bundled ones themselves as many lie far as are expected to; the vectors differ as of another processor."""
    again = normalised(known + 1e-4 * np.random.default_rng(0).normal(size=known.shape).astype(np.float32))
    assert nearness(known, "pocket").far == pytest.approx(EXPECTED * len(known), abs=1)
    assert nearness(again, "pocket").far == pytest.approx(EXPECTED * len(known), abs=4)


def test_few_images_tell_nothing(known: np.ndarray) -> None:
    found = nearness(around([6], 3, seed=6), "pocket")
    assert (found.far, found.too_few, found.verdict) == (3, True, "not shown")


def test_of_a_model_that_the_sets_do_not_know_nothing_is_told(known: np.ndarray) -> None:
    assert nearness(around([0], 50, seed=5), "ViT-B-32:openai") is None
    assert nearness(np.zeros((0, D), np.float32), "pocket") is None
    assert nearness(normalised(np.ones((50, 5))), "pocket") is None
