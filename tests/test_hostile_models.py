"""Model files that were made to do harm: one line that says what is wrong, and never an editor or a model of it."""

import json
import math
import shutil
import struct
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.encoders import choices, encoder, importing, kept, weights
from core.errors import BadInput, ClipscapeError
from core.faces import editor
from core.faces.labelled import LabelledFaces
from core.faces.optimisation import Checkpoint
from core.reducer_file import export_reducer, read_reducer
from core.tensor_file import KEY
from tests.encoders.models import make_folder
from tests.faces.making import SIDE, small_editor
from tests.reduction.test_reducer_file import run

DEEP = "[" * 100_000 + "]" * 100_000
WRONG = ["0", "-1", "1e999", "1e15", "NaN", "[]", "{}", '""', "null", "true", '[{"a": [0]}]', '{"0": {"0": 0}}', DEEP]
"""As JSON, where something else belongs."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_editor(tmp_path_factory.mktemp("editor") / "editor.safetensors")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def header(file: Path) -> dict[str, Any]:
    data = file.read_bytes()
    return json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])


def with_header(file: Path, text: str, to: Path) -> Path:
    """The file's tensors behind another header."""
    data = file.read_bytes()
    to.write_bytes(struct.pack("<Q", len(text.encode())) + text.encode() + data[8 + struct.unpack("<Q", data[:8])[0] :])
    return to


def described(file: Path, description: str, to: Path) -> Path:
    """The file with another description in its metadata."""
    return with_header(file, json.dumps(header(file) | {"__metadata__": {KEY: description}}), to)


def changed(file: Path, to: Path, **tensors: Callable[[np.ndarray], np.ndarray] | None) -> Path:
    """The file with some tensors made into others, or taken out."""
    held = load_file(file)
    for name, change in tensors.items():
        tensor = held.pop(name)
        if change is not None:
            held[name] = change(tensor)
    save_file(held, to, header(file)["__metadata__"])
    return to


def refusal(read: Callable[[], object]) -> str:
    """What is said, in one line; any other exception is a failure."""
    with pytest.raises(ClipscapeError) as raised:
        read()
    assert "\n" not in str(raised.value)
    assert 20 < len(str(raised.value)) < 600
    return str(raised.value)


def replaced(text: Mapping[str, Any], path: tuple[str, ...], value: str) -> str:
    """JSON with what lies at a path replaced by other JSON."""
    plain = json.loads(json.dumps(text))
    inner = plain
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = "HERE"
    return json.dumps(plain).replace('"HERE"', value)


PLACES = [
    *(("format",), ("kind",), ("side",), ("sizes",), ("sizes", "sex"), ("factors",), ("factors", "sex")),
    *(("card",), ("card", "error"), ("card", "error", "quantile_99")),
]
ALLOWED = {("card",): ["{}", WRONG[-2]], ("card", "error"): ["null"], ("card", "error", "quantile_99"): ["0", "1e15"]}


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_an_editor_whose_description_says_something_else(place: tuple[str, ...], file: Path, tmp_path: Path) -> None:
    description = json.loads(header(file)["__metadata__"][KEY])
    save_file({"x": np.zeros(1)}, tmp_path / "empty.safetensors")
    for value in WRONG:
        allowed, text = value in ALLOWED.get(place, []), replaced(description, place, value)
        other = described(file if allowed else tmp_path / "empty.safetensors", text, tmp_path / "other.safetensors")
        if allowed:
            assert editor.load(other).side == SIDE
        else:
            assert "holds no editor of faces" in refusal(partial(editor.load, other)), value[:20]


@pytest.mark.parametrize("description", [*WRONG, "", "{", "\ud800".encode("utf-8", "replace").decode()])
def test_metadata_that_are_no_description(description: str, file: Path, tmp_path: Path) -> None:
    other = described(file, description, tmp_path / "other.safetensors")
    for read in (editor.load, LabelledFaces.load, lambda path: Checkpoint(path).read(), read_reducer):
        assert "other.safetensors holds no" in refusal(partial(read, other))


@pytest.mark.parametrize("metadata", ["0", "[]", '"x"', '{"clipscape": 0}', '{"clipscape": {}}', DEEP])
def test_a_header_that_is_none(metadata: str, file: Path, tmp_path: Path) -> None:
    text = json.dumps(header(file) | {"__metadata__": "HERE"}).replace('"HERE"', metadata)
    other = with_header(file, text, tmp_path / "other.safetensors")
    for read in (editor.load, LabelledFaces.load, lambda path: Checkpoint(path).read(), read_reducer):
        assert "is no safetensors file" in refusal(partial(read, other))


@pytest.mark.parametrize(
    "lie",
    [
        {"dtype": "F33"},
        {"dtype": 0},
        {"shape": [2**62, 2**62]},
        {"shape": [-1]},
        {"shape": {}},
        {"shape": 0},
        {"data_offsets": [0, 2**63]},
        {"data_offsets": [5, 1]},
        {"data_offsets": [0, 8]},
        {"data_offsets": [0]},
        {"data_offsets": None},
        {"more": 1, "dtype": None},
    ],
    ids=str,
)
def test_a_tensor_whose_place_is_a_lie(lie: dict, file: Path, tmp_path: Path) -> None:
    """Offsets that overlap, end beyond the file or run backwards; shapes that are none."""
    told = header(file)
    told["means.0"] |= lie
    other = with_header(file, json.dumps(told), tmp_path / "other.safetensors")
    assert "is no safetensors file" in refusal(partial(editor.load, other))


def test_a_file_that_breaks_off_anywhere(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    for length in (0, 1, 7, 8, 9, 500, len(data) // 2, len(data) - 1):
        (tmp_path / "other.safetensors").write_bytes(data[:length])
        assert "is no safetensors file" in refusal(partial(editor.load, tmp_path / "other.safetensors"))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["means.0", "readers.2", "autoencoder.patches.mean", "network.deviation"])
def test_numbers_that_are_not_finite(name: str, value: float, file: Path, tmp_path: Path) -> None:
    def one(tensor: np.ndarray) -> np.ndarray:
        tensor.flat[-1] = value
        return tensor

    other = changed(file, tmp_path / "other.safetensors", **{name: one})
    assert f"{name} holds numbers that are not finite" in refusal(partial(editor.load, other))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("means.0", None),
        ("means.0", lambda tensor: tensor[:, :1]),
        ("latent_means.1", lambda tensor: tensor[:1]),
        ("readers.0", lambda tensor: tensor.T.copy()),
        ("readers.0", lambda tensor: tensor.astype(np.int64)),
        ("means.2", lambda tensor: tensor[None]),
        ("network.places.0", lambda tensor: np.zeros((2, 99), np.float32)),
        ("autoencoder.patches.mean", lambda tensor: np.zeros((), np.float16)),
        ("network.mean", None),
        ("network.deviation", lambda tensor: np.full_like(tensor, 3e38)),
    ],
)
def test_arrays_of_another_shape_or_type(name: str, change: Any, file: Path, tmp_path: Path) -> None:
    other = changed(file, tmp_path / "other.safetensors", **{name: change})
    assert "its arrays are not as its description says" in refusal(partial(editor.load, other))


@pytest.mark.parametrize("name", ["pairs", "dimensions", "from", "seed"])
@pytest.mark.parametrize("value", ["x", "NaN", "-9999999999999999999999", "9" * 5_000, "[]", "1.5"])
def test_a_reducer_whose_numbers_are_none(name: str, value: str, tmp_path: Path) -> None:
    export_reducer(run(), tmp_path / "reducer.safetensors")
    told = header(tmp_path / "reducer.safetensors")
    told["__metadata__"][name] = value
    other = with_header(tmp_path / "reducer.safetensors", json.dumps(told), tmp_path / "other.safetensors")
    assert "holds no reducer" in refusal(partial(read_reducer, other))


CONFIGURED = [
    *(("model_cfg",), ("model_cfg", "embed_dim"), ("model_cfg", "vision_cfg"), ("model_cfg", "vision_cfg", "layers")),
    *(("model_cfg", "vision_cfg", "image_size"), ("model_cfg", "text_cfg", "width"), ("preprocess_cfg", "mean")),
    *(("model_cfg", "text_cfg", "vocab_size"), ("model_cfg", "text_cfg", "context_length"), ("preprocess_cfg", "std")),
]


def configured(folder: Path, text: str, to: Path) -> Path:
    shutil.copytree(folder, to, dirs_exist_ok=True)
    (to / "open_clip_config.json").write_text(text)
    return to


@pytest.mark.parametrize("place", CONFIGURED, ids=".".join)
def test_a_configuration_that_says_something_else(place: tuple[str, ...], folder: Path, tmp_path: Path) -> None:
    good = json.loads((folder / "open_clip_config.json").read_text())
    for value in WRONG:
        if (value == "null" and place[0] == "preprocess_cfg") or (value == "null" and len(place) == 3):
            continue  # which is as if it were left out
        other = configured(folder, replaced(good, place, value), tmp_path / "other")
        said = refusal(partial(importing.bring, str(other)))
        assert "is no open_clip configuration" in said or ("{" in value and place[-1] == "vision_cfg"), said


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [("text_cfg", "vocab_size", 10**7), ("text_cfg", "width", 60_000), ("vision_cfg", "width", 100_000)],
)
def test_a_model_far_larger_than_its_weights_is_not_made(
    section: str, name: str, value: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = json.loads((folder / "open_clip_config.json").read_text())
    other = configured(folder, replaced(good, ("model_cfg", section, name), str(value)), tmp_path / "other")
    monkeypatch.setattr("open_clip.create_model", lambda *args, **kwargs: pytest.fail("it was made"))
    assert "take its own weights" in refusal(partial(importing.bring, str(other)))


def test_what_timm_would_fetch_is_refused(folder: Path, tmp_path: Path) -> None:
    good = json.loads((folder / "open_clip_config.json").read_text())
    text = replaced(good, ("model_cfg", "vision_cfg", "timm_model_name"), '"hf-hub:someone/something"')
    assert "timm_model_name" in refusal(partial(importing.bring, str(configured(folder, text, tmp_path / "other"))))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_of_a_model_that_are_not_finite(value: float, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "other")
    path = tmp_path / "other" / "open_clip_model.safetensors"

    def one(tensor: np.ndarray) -> np.ndarray:
        tensor.flat[0] = value
        return tensor

    held = load_file(path)
    save_file(held | {"ln_final.weight": one(held["ln_final.weight"])}, path)
    said = refusal(partial(importing.bring, str(tmp_path / "other")))
    assert "ln_final.weight holds numbers that are not finite" in said
    source = weights.Source("other", f"local-dir:{tmp_path / 'other'}", path)
    assert refusal(partial(encoder.build, source)).endswith("take other weights")


@pytest.mark.parametrize("text", [*WRONG, "{", '{"weight_map": 0}', '{"weight_map": {"a": 0}}', '{"weight_map": []}'])
def test_an_index_of_weights_that_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(text)
    assert "is no index of weights" in refusal(partial(weights.choose_weights, tmp_path))


@pytest.mark.parametrize("text", [*WRONG, '{"name": 0}', '{"name": "x", "weights": "../x.safetensors"}'])
def test_the_card_of_a_kept_model_that_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "clipscape.json").write_text(text)
    assert kept.read_card(tmp_path) is None


def test_a_kept_model_that_is_damaged_hides_no_other(folder: Path, home: Path) -> None:
    for name in ("one", "two"):
        importing.bring(str(folder), name)
    (home / "models" / "one" / "open_clip_model.safetensors").write_bytes(b"\xff" * 50)
    one, two = (choices.of_card(card) for card in kept.kept())
    assert (one.parameters, two.parameters is None) == (None, False)
    assert "damaged since" in one.title
    with pytest.raises(BadInput, match="is no safetensors file"):
        encoder.build(weights.find("one"))
