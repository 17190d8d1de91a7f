"""Which pictures stage 1 may see, and how the towers come together."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.recipes import captions, pocket
from core.recipes import model as shape
from core.recipes.captions import Concept
from core.recipes.pictures import Pictures


@pytest.fixture
def concepts(monkeypatch: pytest.MonkeyPatch) -> list[Concept]:
    """A seen cat and a held-out steam locomotive."""
    table = [
        Concept("1F408", "🐈", "cat", "animals", "mammal", ["pet"]),
        Concept("1F682", "🚂", "locomotive", "travel", "ground", ["steam"], ["steam engine"], held_out=True),
    ]
    monkeypatch.setattr(captions, "concepts", lambda: table)
    for found in (captions._held_out_phrases, captions._held_out_index):
        found.cache_clear()
    yield table
    for found in (captions._held_out_phrases, captions._held_out_index):
        found.cache_clear()


def shown(*rows: tuple[str, int, list[str]]) -> Pictures:
    """Pictures by style, concept and captions."""
    phrases = sorted({caption for _, _, said in rows for caption in said})
    ids = [[phrases.index(caption) for caption in said] for _, _, said in rows]
    styles, numbers = (np.array([row[place] for row in rows]) for place in (0, 1))
    pixels = np.zeros((len(rows), 64, 64, 4), np.uint8)
    return Pictures(pixels, styles, np.array(["emoji"] * len(rows)), numbers, ids, phrases)


@pytest.mark.usefixtures("concepts")
def test_stage_1_sees_neither_the_style_nor_the_concepts() -> None:
    found = shown(
        ("noto", 0, ["cat", "pet"]),
        ("openmoji", 0, ["cat"]),
        ("openmoji+lines", 0, ["cat"]),
        ("noto", 1, ["locomotive"]),
        ("tabler", -1, ["bell"]),
        ("tabler", -1, ["old locomotives"]),
        ("stamps", -1, ["a train", "the steam engine of a train"]),
        ("stamps", -1, ["steam of an engine"]),
    )
    assert pocket.stage1_allowed(found).tolist() == [True, False, False, False, True, False, False, True]
    assert pocket.everything_allowed(found).all()


@pytest.mark.usefixtures("concepts")
@pytest.mark.parametrize(
    ("caption", "named"), [("Locomotive!", True), ("a locomotive shed", True), ("loco", False), ("engine steam", False)]
)
def test_captions_that_name_a_held_out_concept_are_found(caption: str, named: bool) -> None:
    assert captions.names_held_out(caption) is named


def test_towers_come_from_their_own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, name in enumerate(("image", "text")):
        torch.manual_seed(seed)
        shape.write(shape.new_model(), tmp_path / name)
    monkeypatch.setattr(pocket, "text_folder", lambda: tmp_path / "text")
    both = pocket.joined(tmp_path / "image").state_dict()
    image, text = (load_file(tmp_path / name / "open_clip_model.safetensors") for name in ("image", "text"))
    for name, value in both.items():
        own = (text if shape.is_text(name) else image)[name]
        assert torch.equal(value, own.to(value.dtype))
    assert not torch.equal(text["text_projection"], image["text_projection"])
