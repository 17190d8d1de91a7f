"""Half precision only where the processor has it and the vectors agree; top-1 stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import open_clip
import pyarrow.parquet as parquet
import pytest
import torch
from torch import nn

from core.encoders import device, load, precision
from core.encoders.encoder import Encoder, unit
from core.results import Floats
from core.sources.bundled import ASSETS
from core.sources.pictures import open_picture
from tests.encoders.models import make_folder

LEAST = 0.9995
HALF = torch.bfloat16


@pytest.fixture
def with_bfloat16() -> Iterator[None]:
    with a_processor_with_bfloat16():
        yield


@contextmanager
def a_processor_with_bfloat16() -> Iterator[None]:
    """Others compute the same, slowly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "cpu_has_bfloat16", lambda: True)
        patch.setattr(device, "best", lambda: torch.device("cpu"))
        yield


def fresh(name: str) -> Encoder:
    """The model anew, whatever others have made of the one in memory."""
    from core.encoders.encoder import build
    from core.encoders.weights import find

    return build(find(name))


def both(encoder: Encoder, pictures: list, captions: list[str]) -> list[tuple[Floats, Floats]]:
    """Images and captions in float32, then as the encoder has it."""
    pixels = [encoder.pixels(picture) for picture in pictures]
    batch, tokens = encoder.tensor(pixels), encoder.tokens(captions)
    exact = (
        unit(encoder._forward(encoder.model.encode_image, batch, None)),
        unit(encoder._forward(encoder.model.encode_text, tokens, None)),
    )
    return [exact, (encoder.image_vectors(pixels), encoder.text_vectors(captions))]


def bundled(name: str, every: int) -> tuple[list, list[str]]:
    """Pictures and captions of a bundled set, one of so many."""
    table = parquet.read_table(ASSETS / name / "items.parquet", columns=["image", "caption"])[::every]
    return [open_picture(data) for data in table["image"].to_pylist()], table["caption"].to_pylist()


@cache
def compared(name: str, every: int) -> tuple[list[tuple[Floats, Floats]], list[torch.dtype | None]]:
    """`both` of the bundled model on a bundled set, and the precision that its towers run in."""
    with a_processor_with_bfloat16():
        encoder = fresh("pocket")
        return both(encoder, *bundled(name, every)), [encoder.half("image"), encoder.half("text")]


@pytest.mark.parametrize(("name", "every"), [("emoji", 40), ("fashion", 80)])
def test_the_bundled_model_agrees_on_the_bundled_sets(name: str, every: int) -> None:
    vectors, halves = compared(name, every)
    for exact, now in zip(*vectors, strict=True):
        assert precision.least_cosine(exact, now) >= LEAST
    assert halves == [HALF, HALF]


def test_top_1_is_unchanged() -> None:
    """Of every image whose two nearest captions do not lie as near to each other as the rounding."""
    (exact, now), _ = compared("emoji", 40)
    before, after = (np.argmax(image @ text.T, axis=1) for image, text in (exact, now))
    surely = margin(exact[0] @ exact[1].T) > 2e-3
    assert surely.mean() > 0.9
    assert np.array_equal(before[surely], after[surely])
    own = np.arange(len(before))
    assert abs((before == own).mean() - (after == own).mean()) <= 0.01


def margin(cosines: Floats) -> Floats:
    """How far the nearest caption of each image lies before the next: (N,)."""
    highest = np.sort(cosines, axis=1)
    return highest[:, -1] - highest[:, -2]


@pytest.mark.usefixtures("with_bfloat16")
def test_a_vision_transformer_of_random_weights_agrees() -> None:
    torch.manual_seed(0)
    model = open_clip.create_model("ViT-S-32-alt")
    encoder = Encoder("random", model, open_clip.get_tokenizer("ViT-S-32-alt"), 256)
    exact = encoder._sample("image", None)
    assert encoder.half("image") is HALF
    assert precision.least_cosine(exact, encoder._sample("image", HALF)) >= LEAST
    assert model.visual.transformer.resblocks[0].mlp.c_fc.weight.dtype is HALF
    assert model.visual.ln_post.weight.dtype is torch.float32
    assert model.transformer.resblocks[0].mlp.c_fc.weight.dtype is torch.float32


@pytest.mark.usefixtures("with_bfloat16")
def test_a_model_that_does_not_agree_stays_in_float32(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first block multiplies so much that what is lost in rounding decides."""
    encoder = fresh(str(make_folder(tmp_path / "odd")))
    encoder.model.visual.ln_pre = Lost()
    before = {name: weights.clone() for name, weights in encoder.model.visual.state_dict().items()}
    exact = encoder._sample("image", None)
    assert encoder.half("image") is None
    assert encoder.half("text") is HALF
    assert np.array_equal(encoder._sample("image", encoder.half("image")), exact)
    for name, weights in encoder.model.visual.state_dict().items():
        assert weights.dtype is before[name].dtype
        assert torch.equal(weights, before[name])


class Lost(nn.Module):
    """The digits that half precision does not have."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.float() * 256).frac() - 0.5


def test_a_processor_without_it_uses_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    monkeypatch.setattr(device, "cpu_has_bfloat16", lambda: False)
    assert device.half(cpu) is None
    monkeypatch.setattr(device, "cpu_has_bfloat16", lambda: True)
    assert device.half(cpu) is HALF
    assert device.half(torch.device("mps")) is None
    assert not precision.agreed(nn.Linear(2, 2), None, lambda half: np.ones((1, 1), np.float32))


def test_a_layer_without_a_kernel_in_half_precision_stays_as_it_is() -> None:
    layer = nn.Linear(2, 2)
    weights = layer.weight.clone()

    def vectors(half: torch.dtype | None) -> Floats:
        if half:
            raise RuntimeError("not implemented for 'BFloat16'")
        return np.ones((1, 1), np.float32)

    assert not precision.agreed(layer, HALF, vectors)
    assert torch.equal(layer.weight, weights)


def test_broken_weights_do_not_agree() -> None:
    assert not precision.agreed(nn.Linear(2, 2), HALF, lambda half: np.full((1, 2), np.nan, np.float32))


def test_the_samples_are_the_same_each_time() -> None:
    first, second = (np.stack([np.asarray(each) for each in precision.pictures()]) for _ in range(2))
    assert np.array_equal(first, second)
    assert len({picture.tobytes() for picture in first}) == precision.SAMPLES


def test_the_model_in_memory_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load("pocket")
    encoder.half("image")
    monkeypatch.setattr(precision, "agreed", None)
    assert encoder.half("image") in (None, torch.bfloat16, torch.float16)
