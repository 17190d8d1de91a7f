"""The sampler, the losses and one tiny run of the image tower, on pictures made up here."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.recipes import image_tower
from core.recipes import model as shape
from core.recipes.image_tower import Sampler, Schedule
from core.recipes.pictures import Pictures


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """24 emoji of 3 concepts, the first with most pictures, and 16 icons of two sets."""
    concepts = np.array([0] * 16 + [1] * 4 + [2] * 4 + [-1] * 16)
    styles = np.array(["noto"] * 24 + ["tabler"] * 12 + ["maki"] * 4)
    kinds = np.where(concepts < 0, "icon", "emoji")
    pixels = np.random.default_rng(0).integers(0, 256, (40, 64, 64, 4), np.uint8)
    pixels[24:, ..., :3] = 0
    captions = [[concept, 3] if concept >= 0 else [4 + row % 2] for row, concept in enumerate(concepts)]
    return Pictures(pixels, styles, kinds, concepts, captions, ["cat", "left arrow", "sun", "thing", "bell", "key"])


def everything(pictures: Pictures) -> np.ndarray:
    return np.ones(len(pictures.styles), bool)


def test_emoji_are_drawn_evenly_over_concepts(pictures: Pictures) -> None:
    rows = Sampler(pictures, everything(pictures), 0).rows(5_000)
    counts = np.bincount(pictures.concepts[rows[pictures.concepts[rows] >= 0]])
    assert counts.sum() == 3_500
    assert counts.min() > 1_050


def test_pictures_that_are_not_allowed_are_never_drawn(pictures: Pictures) -> None:
    allowed = (pictures.concepts != 1) & (pictures.styles != "maki")
    rows = Sampler(pictures, allowed, 0).rows(2_000)
    assert allowed[rows].all()
    assert len(set(rows.tolist())) == allowed.sum()


def test_the_same_seed_draws_the_same(pictures: Pictures) -> None:
    first, second = (Sampler(pictures, everything(pictures), 7).rows(50) for _ in range(2))
    assert (first == second).all()


def test_captions_are_the_pictures_own_and_mostly_names(pictures: Pictures) -> None:
    rows = np.zeros(1_000, int)
    ids = Sampler(pictures, everything(pictures), 0).phrase_ids(rows)
    assert set(ids.tolist()) == {0, 3}
    assert (ids == 0).mean() == pytest.approx(image_tower.NAME_SHARE, abs=0.06)


def test_traits_tell_dark_icons_and_sides(pictures: Pictures) -> None:
    mono, flippable = image_tower.traits(pictures)
    assert mono.tolist() == [False] * 24 + [True] * 16
    assert flippable.tolist() == [True] * 16 + [False] * 4 + [True] * 20


def test_the_rate_goes_up_once_and_down_once() -> None:
    rates = np.array([image_tower.rate_at(each, 1.0) for each in np.linspace(0, 1, 101)])
    assert rates.max() == pytest.approx(1, abs=0.01)
    assert np.argmax(rates) in (9, 10, 11)
    assert (np.diff(rates[11:]) < 0).all()
    assert rates[-1] == pytest.approx(0.005)


def test_the_loss_is_least_at_the_own_caption() -> None:
    torch.manual_seed(0)
    text = F.normalize(torch.randn(8, 16), dim=-1)
    rows = torch.arange(8)
    own, other = (image_tower.loss_of(image, text, rows, torch.tensor(20.0)) for image in (text, text.roll(1, 0)))
    assert own < other


def test_the_average_follows() -> None:
    module = torch.nn.Linear(2, 2)
    average = image_tower.Average(module, 0.5)
    torch.nn.init.constant_(module.weight, 1.0)
    for _ in range(30):
        average.update(module)
    torch.testing.assert_close(average.module.weight, module.weight, atol=1e-4, rtol=0)


def test_a_run_changes_the_image_tower_only(pictures: Pictures, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = shape.new_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    texts = F.normalize(torch.randn(len(pictures.phrases), shape.DIM), dim=-1)
    plan = Schedule(steps=2, small_share=0.5, batch=8)
    image_tower.train(image_tower.Training(model, pictures, everything(pictures), texts, plan), tmp_path)
    after = shape.read(tmp_path).state_dict()
    same = {name for name, value in before.items() if torch.equal(value.half().float(), after[name].float())}
    assert {name for name in before if shape.is_text(name)} <= same
    assert {name for name in before if "conv.weight" in name and "visual" in name}.isdisjoint(same)
    assert "visual.head.proj.weight" in before.keys() - same


def test_held_out_names_are_not_among_those_to_choose_from(pictures: Pictures) -> None:
    allowed = pictures.concepts != 1
    model = shape.new_model()
    texts = F.normalize(torch.randn(len(pictures.phrases), shape.DIM), dim=-1)
    training = image_tower.Training(model, pictures, allowed, texts, Schedule(steps=1, batch=8))
    assert training.sampler.names.tolist() == [0, 2]
    assert 1 not in training.sampler.said


def test_pictures_are_small_and_little_altered_at_first() -> None:
    plan = Schedule(steps=10, small_share=0.5, mildest=0.4)
    assert [plan.side(0.49), plan.side(0.5)] == [48, shape.IMAGE_SIZE]
    assert [plan.strength(each) for each in (0, 0.25, 0.5, 0.9)] == pytest.approx([0.4, 0.7, 1, 1])
