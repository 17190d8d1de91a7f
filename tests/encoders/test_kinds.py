"""Models of every kind go the same way, and give what open_clip itself gives."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from core.encoders import choices, encoder, kept, load
from core.encoders.encoder import Encoder
from core.encoders.fetching import fetch, plan
from core.encoders.texts import tower
from core.errors import BadInput, MissingWeights
from tests.encoders.conftest import photograph
from tests.encoders.hub import FakeHub, lead_to, serving
from tests.encoders.kinds import KINDS, OF_TRANSFORMERS, make_kind, source

WITHOUT = pytest.mark.skipif(find_spec("transformers") is None, reason="needs the package transformers")
EVERY = [pytest.param(kind, marks=WITHOUT if kind in OF_TRANSFORMERS else ()) for kind in KINDS]
SIDES = {"336 px": 336, "ResNet": 64, "ConvNeXt": 96, "SigLIP": 160}
LENGTHS = {"ConvNeXt": 24, "CoCa": 15, "multilingual": 20}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


def folder_of(kind: str, folders: Path) -> Path:
    """Made once."""
    folder = folders / kind.replace(" ", "-")
    return folder if folder.exists() else make_kind(kind, folder)


@pytest.fixture
def folder(request: pytest.FixtureRequest, folders: Path) -> Path:
    return folder_of(request.getfixturevalue("kind"), folders)


@pytest.fixture
def model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Encoder:
    monkeypatch.setattr("core.encoders.device.cpu_has_bfloat16", lambda: False)
    return load(str(folder))


@pytest.mark.parametrize("kind", EVERY)
def test_images_and_texts_are_as_open_clip_has_them(kind: str, folder: Path, model: Encoder) -> None:
    reference, _, transform = open_clip.create_model_and_transforms(
        f"local-dir:{folder}", load_weights=False, **tower(source(folder))
    )
    open_clip.load_checkpoint(reference, str(folder / "open_clip_model.safetensors"))
    reference.eval()
    pictures, words = [photograph(100, 70), photograph(50, 90, 1)], ["a cat", "two red trees", "cat " * 30]
    with torch.inference_mode():
        images = reference.encode_image(torch.stack([transform(picture) for picture in pictures]))
        captions = reference.encode_text(open_clip.get_tokenizer(f"local-dir:{folder}")(words))
    assert cosines(model.encode_images(pictures), images) == pytest.approx(1, abs=1e-3)
    assert cosines(model.encode_texts(words), captions) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(model.encode_texts(words), axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", EVERY)
def test_sides_and_lengths_are_the_models_own(kind: str, model: Encoder) -> None:
    assert (model.image_side, model.context_length) == (SIDES.get(kind, 48), LENGTHS.get(kind, 16))
    assert model.pixels(photograph(200, 100)).shape == (model.image_side, model.image_side, 3)
    assert model.tokens(["a cat"]).shape == (1, model.context_length)
    assert model.encode_images([Image.new("RGB", (30, 20))]).shape == (1, 32)


@pytest.mark.parametrize("kind", EVERY)
def test_cut_texts_are_named(kind: str, model: Encoder) -> None:
    """A text that just fits is not cut, whatever the tokenizer writes around it and fills up with."""
    around = 1 if kind == "SigLIP" else 2
    fits = " ".join(["cat"] * (model.context_length - around))
    assert model.truncated([fits, f"{fits} dog", "a cat", "", f"{fits} cat cat cat"]) == [1, 4]
    assert np.array_equal(model.encode_texts([f"{fits} dog dog"]), model.encode_texts([f"{fits} dog two"]))


@WITHOUT
def test_signs_that_a_tokenizer_leaves_out_do_not_count(folders: Path) -> None:
    """SigLIP's texts are read without punctuation."""
    model = load(str(folder_of("SigLIP", folders)))
    fits = " ".join(["cat"] * (model.context_length - 1))
    assert model.truncated([fits + "!?!...", fits.replace(" ", ", ")]) == []


@WITHOUT
@pytest.mark.parametrize("kind", OF_TRANSFORMERS)
def test_tokenizer_and_text_tower_come_along_from_the_hub(
    kind: str, folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the repositories that the configuration names; afterwards nobody is asked any more."""
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path))
    files = {path.name: path.read_bytes() for path in folder_of(kind, folders).iterdir()}
    weights = {name: files[name] for name in ("open_clip_config.json", "open_clip_model.safetensors")}
    others = {name: data for name, data in files.items() if name not in weights}
    text = KINDS[kind]["text_cfg"]["hf_tokenizer_name"]
    with serving(FakeHub({"someone/whole": weights, text: others})) as hub:
        lead_to(hub.address, tmp_path / "cache", monkeypatch)
        fetch("hf-hub:someone/whole")
        hub.asked.clear()
        kept_model = load("hf-hub:someone/whole")
        expected = load(str(folder_of(kind, folders)))
        np.testing.assert_allclose(
            kept_model.encode_texts(["two cats"]), expected.encode_texts(["two cats"]), atol=1e-2
        )
        assert hub.asked == []


@pytest.mark.parametrize("kind", OF_TRANSFORMERS)
def test_without_transformers_one_line_says_so_before_the_download(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path))
    monkeypatch.setattr("core.encoders.kept.find_spec", lambda name: None)
    configuration = json.dumps({"model_cfg": {"embed_dim": 32} | KINDS[kind]}).encode()
    repository = {"open_clip_config.json": configuration, "open_clip_model.safetensors": b"12345678"}
    text = KINDS[kind]["text_cfg"]["hf_tokenizer_name"]
    with serving(FakeHub({"someone/whole": repository, text: {"tokenizer.json": b"{}"}})) as hub:
        lead_to(hub.address, tmp_path / "cache", monkeypatch)
        assert plan("hf-hub:someone/whole").needs == "transformers"
        fetch("hf-hub:someone/whole")
    with pytest.raises(MissingWeights, match=r"someone/whole reads texts by the package transformers: pip install"):
        load("hf-hub:someone/whole")


@pytest.mark.parametrize("kind", OF_TRANSFORMERS)
def test_a_folder_without_its_tokenizer_says_so_and_asks_no_hub(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.encoders.kept.find_spec", lambda name: object())
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": {"embed_dim": 32} | KINDS[kind]}))
    what = r"lacks config\.json" if kind == "multilingual" else "lacks the files of its tokenizer"
    with serving(FakeHub()) as hub:
        lead_to(hub.address, tmp_path / "cache", monkeypatch)
        with pytest.raises(MissingWeights, match=what):
            encoder.build(source(tmp_path))
        assert hub.asked == []


def test_code_that_comes_along_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.encoders.kept.find_spec", lambda name: object())
    configuration = {"model_cfg": {"embed_dim": 32} | KINDS["multilingual"]}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(configuration))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mine", "auto_map": {"AutoConfig": "x.Config"}}))
    with pytest.raises(BadInput, match="names code of its own"):
        encoder.build(source(tmp_path))


def test_the_list_knows_lengths_and_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path))
    assert kept.kept() == []
    known = {model.name: model for model in choices.models()}
    siglip, coca = known["ViT-B-16-SigLIP-i18n-256:webli"], known["coca_ViT-L-14:laion2b_s13b_b90k"]
    assert (siglip.image_side, siglip.context, siglip.dimension) == (256, 64, 768)
    assert (coca.image_side, coca.context) == (224, 76)
    assert known["ViT-L-14-336:openai"].image_side == 336


def cosines(vectors: np.ndarray, expected: torch.Tensor) -> np.ndarray:
    rows = expected.numpy()
    return (vectors * rows / np.linalg.norm(rows, axis=1, keepdims=True)).sum(axis=1)
