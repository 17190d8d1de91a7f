"""Pictures and texts become unit vectors, the same as open_clip's own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from core.encoders.encoder import Encoder, checked, make_shaper, middle, unit
from core.encoders.texts import encode_text
from core.errors import BadInput
from tests.encoders.conftest import photograph

SIZES = [(640, 480), (480, 640), (64, 64), (65, 64), (31, 200), (1000, 333), (20, 20)]


@pytest.fixture(scope="module")
def reference(folder: Path) -> tuple[torch.nn.Module, Callable]:
    """The model and the transform as open_clip itself makes them."""
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    return model.eval(), transform


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_images_are_as_open_clip_has_them(size: tuple[int, int], encoder: Encoder, reference: tuple) -> None:
    image = photograph(*size)
    model, transform = reference
    with torch.inference_mode():
        expected = model.encode_image(transform(image)[None]).numpy()
    assert cosine(encoder.encode_images([image]), expected) >= 0.9999


@pytest.mark.parametrize("settings", [{}, {"resize_mode": "longest"}, {"resize_mode": "squash"}], ids=str)
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_shapes_are_as_open_clip_has_them(settings: dict, interpolation: str, size: tuple[int, int]) -> None:
    preprocessing = PreprocessCfg(size=64, interpolation=interpolation, mean=(0, 0, 0), std=(1, 1, 1), **settings)
    image = photograph(*size)
    expected = image_transform_v2(preprocessing, is_train=False)(image).permute(1, 2, 0).numpy() * 255
    difference = np.abs(np.asarray(make_shaper(preprocessing)(image), np.float32) - expected)
    assert difference.max() <= 2
    assert difference.mean() < 0.5


def test_an_extreme_picture_does_not_fill_the_memory() -> None:
    assert make_shaper(PreprocessCfg(size=224))(Image.new("RGB", (1, 100_000))).size == (224, 224)
    left, top, right, bottom = middle(1, 100_000, 224)
    assert (left, right) == (0, 1)
    assert bottom - top == pytest.approx(1, rel=1e-3)


def test_texts_are_as_open_clip_has_them(encoder: Encoder, reference: tuple, folder: Path) -> None:
    texts = ["a cat", "ein Hund, ein Baum", "", "?", "a very long text " * 20]
    tokens = open_clip.get_tokenizer(f"local-dir:{folder}")(texts)
    with torch.inference_mode():
        expected = reference[0].encode_text(tokens).numpy()
    assert cosine(encoder.encode_texts(texts), expected) >= 0.9999


@pytest.mark.parametrize("pool", ["argmax", "last"])
def test_leaving_out_the_padding_changes_nothing(
    pool: str, encoder: Encoder, reference: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = reference[0]
    monkeypatch.setattr(model, "text_pool_type", pool)
    tokens = encoder.tokens(["a cat", "one two three four"])
    with torch.inference_mode():
        expected = model.encode_text(tokens)
        assert torch.allclose(encode_text(model, tokens), expected, atol=1e-5)


def test_vectors_are_unit_norm_float32(encoder: Encoder) -> None:
    for vectors in (encoder.encode_images([photograph(80, 60)] * 3), encoder.encode_texts(["a", "b", "c"])):
        assert vectors.dtype == np.float32
        assert vectors.shape == (3, encoder.dimension) == (3, 128)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_many_go_in_batches_and_come_in_order(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"text {number}" for number in range(7)]
    images = [Image.new("RGB", (40, 40), (30 * number, 0, 90)) for number in range(7)]
    whole = encoder.encode_texts(texts), encoder.encode_images(images)
    sizes = []
    encode = encoder.text_vectors
    monkeypatch.setattr(encoder, "text_vectors", lambda some: (sizes.append(len(some)), encode(some))[1])
    monkeypatch.setattr("core.encoders.encoder.BATCH", 3)
    assert np.allclose(encoder.encode_texts(texts), whole[0], atol=1e-5)
    assert np.allclose(encoder.encode_images(images), whole[1], atol=1e-5)
    assert sizes == [3, 3, 1]


def test_nothing_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 128)
    assert encoder.truncated([]) == []


def test_what_the_model_wants_is_known(encoder: Encoder) -> None:
    assert (encoder.image_side, encoder.context_length) == (64, 16)
    assert encoder.logit_scale == pytest.approx(np.exp(encoder.model.logit_scale.item()))


def test_long_texts_are_cut_and_named(encoder: Encoder) -> None:
    fits = "cat " * 14
    assert encoder.truncated(["cat", fits, fits + "dog", "", "cat " * 400]) == [2, 4]
    assert np.array_equal(encoder.encode_texts([fits + "dog"]), encoder.encode_texts([fits + "horse"]))


def test_a_vector_without_direction_is_found() -> None:
    vectors = unit(np.array([[3, 4], [0, 0], [np.nan, 1], [np.inf, 1]], np.float32))
    assert vectors[0] == pytest.approx([0.6, 0.8])
    assert np.isnan(vectors[1:]).all()
    with pytest.raises(BadInput, match="row 1: the model gives a zero or infinite vector"):
        checked(vectors)


def test_broken_weights_are_found(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(encoder.model._parameters, "text_projection", torch.full((64, 128), torch.nan))
    with pytest.raises(BadInput, match="row 0"):
        encoder.encode_texts(["a cat"])


def test_what_overflows_in_float16_is_computed_again(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the rows concerned, in float32."""
    calls = []

    def overflow_at_first(batch: torch.Tensor) -> torch.Tensor:
        calls.append((len(batch), torch.is_autocast_enabled("cpu")))
        return torch.tensor([[1.0, 0.0], [torch.inf, 0.0]]) if len(calls) == 1 else torch.tensor([[0.0, 2.0]])

    monkeypatch.setitem(encoder._half, "image", torch.float16)
    numbers = encoder._numbers("image", overflow_at_first, torch.zeros(2, 1))
    assert calls == [(2, True), (1, False)]
    assert numbers.tolist() == [[1, 0], [0, 2]]


def test_a_folders_own_byte_pairs_are_used(folder: Path, tmp_path: Path) -> None:
    import gzip
    import shutil

    from core.encoders import load

    standard = open_clip.tokenizer.default_bpe()
    few = gzip.decompress(Path(standard).read_bytes()).splitlines()[:100]
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    (own / "merges.txt.gz").write_bytes(gzip.compress(b"\n".join(few)))
    assert load(str(own)).tokens(["umbrella"]).count_nonzero() > load(str(folder)).tokens(["umbrella"]).count_nonzero()


def cosine(vectors: np.ndarray, expected: np.ndarray) -> float:
    """The smallest between corresponding rows."""
    return float((vectors * expected / np.linalg.norm(expected, axis=1, keepdims=True)).sum(axis=1).min())
