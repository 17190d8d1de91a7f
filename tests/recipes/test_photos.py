"""The bundled set `photos`, and what `pocket-2` makes of photographs."""

import io
import json
from collections import Counter
from functools import cache

import numpy as np
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from core.encoders import load
from core.encoders.catalogue import DEFAULT, INDEX, POCKET_2
from core.recipes.photos import evenly
from core.sources.bundled import ASSETS
from core.sources.pictures import open_picture

PHOTOS = ASSETS / "photos"
MEGABYTE = 1_000_000
OPEN = {"CC BY 2.0", "CC BY-SA 2.0", "CC0 1.0", "MIT"}


@cache
def rows() -> list[dict]:
    return parquet.read_table(PHOTOS / "items.parquet").to_pylist()


def captions(row: dict) -> list[str]:
    """All of an item's captions."""
    return [each for each in (row["captions"] or [row["caption"]]) if each]


@cache
def vectors() -> dict[str, np.ndarray]:
    """Of each image, as they were embedded beforehand."""
    table = parquet.read_table(PHOTOS / "embeddings.parquet").to_pylist()
    return {
        row["id"]: np.array(row["vector"], np.float32)
        for row in table
        if row["modality"] == "image" and row["model"] == DEFAULT
    }


def test_the_model_keeps_its_budget() -> None:
    sizes = [path.stat().st_size for path in POCKET_2.rglob("*") if path.is_file()]
    assert max(sizes) <= 25 * MEGABYTE
    assert sum(path.stat().st_size for path in POCKET_2.glob("*") if path.is_file()) <= 45 * MEGABYTE
    index = json.loads((POCKET_2 / INDEX).read_text())["weight_map"]
    assert set(index.values()) == {path.name for path in POCKET_2.glob("*.safetensors")}


def test_the_set_keeps_its_budget() -> None:
    assert sum(path.stat().st_size for path in PHOTOS.iterdir()) <= 20 * MEGABYTE


def test_there_are_scenes_with_five_captions_clothes_and_portraits() -> None:
    assert Counter(row["kind"] for row in rows()) == {"scene": 137, "clothing": 600, "portrait": 200}
    counts = {kind: {len(captions(row)) for row in rows() if row["kind"] == kind} for kind in ("scene", "portrait")}
    assert counts == {"scene": {5}, "portrait": {1}}
    assert len({row["label"] for row in rows() if row["kind"] == "clothing"}) == 10


def test_every_photograph_may_be_passed_on_and_says_who_made_it() -> None:
    assert {row["licence"] for row in rows()} == OPEN
    assert all(row["attribution"] for row in rows())
    scenes = [row for row in rows() if row["kind"] == "scene"]
    assert all("staticflickr.com" in row["attribution"] for row in scenes)
    assert {row["licence"] for row in scenes} == {"CC BY 2.0", "CC BY-SA 2.0"}


def test_pictures_can_be_opened_and_are_not_alike() -> None:
    assert len({row["image"] for row in rows()}) == len(rows())
    for row in rows()[::25]:
        assert min(Image.open(io.BytesIO(row["image"])).size) >= 150


def test_vectors_are_those_of_the_model_that_ships() -> None:
    some = rows()[::90]
    now = load(DEFAULT).encode_images([open_picture(row["image"]) for row in some])
    kept = np.stack([vectors()[row["id"]] for row in some])
    assert (now * kept).sum(axis=1).min() > 0.995


@pytest.mark.parametrize("thing", ["dog", "train", "pizza", "cat", "bed"])
def test_words_find_photographs_of_things(thing: str) -> None:
    scenes = [row for row in rows() if row["kind"] == "scene"]
    there = [any(thing in caption.lower() for caption in captions(row)) for row in scenes]
    assert 0 < sum(there) < 20
    query = load(DEFAULT).encode_texts([f"a {thing}"])[0]
    scores = np.array([vectors()[row["id"]] @ query for row in scenes])
    assert there[int(scores.argmax())]


def test_sentences_find_their_photograph_far_above_chance() -> None:
    portraits = [row for row in rows() if row["kind"] == "portrait"]
    scenes = [row for row in rows() if row["kind"] == "scene"]
    found = np.stack([vectors()[row["id"]] for row in [*scenes, *portraits]])
    said = load(DEFAULT).encode_texts([captions(row)[0] for row in scenes])
    rank = (said @ found.T >= (said * found[: len(scenes)]).sum(axis=1)[:, None]).sum(axis=1)
    assert (rank <= 10).mean() > 0.6


def test_clothes_that_taught_nothing_are_named() -> None:
    names = {"t-shirt": "t-shirt", "pants": "pair of pants", "shoes": "pair of shoes", "dress": "dress", "hat": "hat"}
    clothes = [row for row in rows() if row["label"] in names]
    prompts = load(DEFAULT).encode_texts([f"a photo of a {name}" for name in names.values()])
    found = np.stack([vectors()[row["id"]] for row in clothes]) @ prompts.T
    right = np.array(list(names))[found.argmax(axis=1)] == [row["label"] for row in clothes]
    assert right.mean() > 0.6


def test_the_same_number_of_each_as_far_as_there_are() -> None:
    given = [{"label": label, "number": number} for number, label in enumerate("aaaabbc")]
    assert [row["number"] for row in evenly(given, "label", 5)] == [0, 1, 4, 5, 6]
