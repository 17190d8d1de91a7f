"""Weights from another machine are copied, tried, and named; what cannot be used is one line, and leaves nothing."""

import json
import shutil
from pathlib import Path

import pytest

from core.encoders import choices, kept, load
from core.encoders.importing import bring
from core.encoders.kept import Card, write_card
from core.encoders.weights import content_hash, find
from core.errors import BadInput, Cancelled, MissingWeights
from core.progress import Progress
from tests.encoders.models import make_folder
from tests.encoders.test_names import trap

WEIGHTS = "open_clip_model.safetensors"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def stick(folder: Path, tmp_path: Path) -> Path:
    """The tiny model as it came from elsewhere."""
    shutil.copytree(folder, tmp_path / "stick" / "tiny")
    return tmp_path / "stick" / "tiny"


def test_an_imported_folder_is_named_and_may_go(stick: Path, folder: Path) -> None:
    card = bring(str(stick), "mine")
    shutil.rmtree(stick)
    model = load("mine")
    assert (card.name, model.name.split("@")[0], len(model.name.split("@")[1])) == ("mine", "mine", 8)
    assert load(model.name) is model
    assert model.encode_texts(["a cat"]) == pytest.approx(load(str(folder)).encode_texts(["a cat"]))
    (listed,) = [each for each in choices.models() if each.name == "mine"]
    assert (listed.where, listed.here, listed.dimension, listed.image_side, listed.context) == (
        "local",
        True,
        128,
        64,
        16,
    )
    assert listed.parameters == sum(each.numel() for each in model.model.state_dict().values())


def test_without_a_name_it_is_called_as_its_folder(stick: Path) -> None:
    assert bring(str(stick)).name == "tiny"
    assert bring(f"{stick}/{WEIGHTS}", "other").name == "other"


def test_two_models_of_one_name_are_refused(stick: Path) -> None:
    bring(str(stick), "mine")
    with pytest.raises(BadInput, match=r"there is a model mine already.*choose another name"):
        bring(str(stick), "mine")


def test_other_weights_under_the_same_name_are_another_model(stick: Path, home: Path, tmp_path: Path) -> None:
    bring(str(stick), "mine")
    first = find("mine").name
    shutil.rmtree(home / "models" / "mine")
    bring(str(make_folder(tmp_path / "seven", seed=7)), "mine")
    assert find("mine").name != first
    with pytest.raises(BadInput, match="has changed since"):
        find(first)


def test_what_fetch_made_elsewhere_keeps_the_hubs_name(stick: Path) -> None:
    digest = content_hash(stick / WEIGHTS, 0)
    card = Card("ViT-Tiny:first", WEIGHTS, "someone/tiny", "c0ffee", "mit", {WEIGHTS: digest})
    write_card(stick, card)
    assert bring(str(stick)) == card
    assert kept.card_of("ViT-Tiny:first") == card
    named = bring(str(stick), "mine")
    assert (named.name, named.from_hub, named.licence) == ("mine", False, "mit")


def test_other_weights_do_not_get_the_hubs_name(stick: Path) -> None:
    write_card(stick, Card("ViT-Tiny:first", WEIGHTS, "someone/tiny", "c0ffee", "mit", {WEIGHTS: "0" * 64}))
    with pytest.raises(BadInput, match="is not what ViT-Tiny:first has on the hub: give it a name of its own"):
        bring(str(stick))
    assert bring(str(stick), "mine").name == "mine"


def test_files_of_the_tokenizer_come_along_and_others_do_not(stick: Path) -> None:
    (stick / "tokenizer.json").write_text("{}")
    (stick / "holiday.jpg").write_bytes(b"x")
    trap(stick / "pytorch_model.bin")
    bring(str(stick), "mine")
    names = {path.name for path in kept.folder_for("mine").iterdir()}
    assert names == {"clipscape.json", "open_clip_config.json", WEIGHTS, "tokenizer.json"}
    assert not (stick / "sprung").exists()


@pytest.mark.parametrize(
    ("files", "source", "line"),
    [
        ({}, "none", r"none: no such folder or file"),
        ({"x.safetensors": b"8"}, ".", r"holds no open_clip_config\.json: name the weights as ARCHITECTURE:FILE"),
        ({"open_clip_config.json": b"[]", "x.safetensors": b"8"}, ".", "is no open_clip configuration"),
        ({"x.safetensors": b"8"}, "x.safetensors", "say which architecture it is, as in ViT-B-32:"),
        ({"x.npz": b"8"}, "x.npz", "is no safetensors file"),
        ({"x.safetensors": b"8"}, "ViT-B-33:x.safetensors", "no architecture 'ViT-B-33': did you mean ViT-B-32"),
        ({"x.safetensors": b"8"}, "ViT-S-32-alt:x.safetensors", "x.safetensors is no safetensors file"),
    ],
)
def test_what_is_no_model_is_one_line(
    files: dict, source: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "given"
    place.mkdir()
    monkeypatch.chdir(place)
    for name, data in files.items():
        (place / name).write_bytes(data)
    with pytest.raises(BadInput, match=line) as raised:
        bring(source)
    assert "\n" not in str(raised.value)
    assert nothing_is_left()


@pytest.mark.parametrize("way", ["folder", "file", "architecture", "card"])
def test_a_pickle_is_refused_unopened(way: str, stick: Path) -> None:
    (stick / WEIGHTS).unlink()
    pickled = trap(stick / "open_clip_pytorch_model.bin")
    if way == "card":
        write_card(stick, Card("ViT-Tiny:first", pickled.name, "someone/tiny"))
    source = {"file": str(pickled), "architecture": f"ViT-B-32:{pickled}"}.get(way, str(stick))
    with pytest.raises(BadInput, match="may run code when it is opened, so it is not"):
        bring(source)
    assert not (stick / "sprung").exists()
    assert nothing_is_left()


def test_weights_of_another_architecture_are_refused(stick: Path) -> None:
    configuration = json.loads((stick / "open_clip_config.json").read_text())
    configuration["model_cfg"]["vision_cfg"]["width"] = 96
    (stick / "open_clip_config.json").write_text(json.dumps(configuration))
    with pytest.raises(BadInput, match="does not fit"):
        bring(str(stick), "mine")
    assert nothing_is_left()


def test_a_model_without_its_tokenizer_is_refused(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.encoders.kept.find_spec", lambda name: object())
    configuration = json.loads((stick / "open_clip_config.json").read_text())
    configuration["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "someone/words"
    (stick / "open_clip_config.json").write_text(json.dumps(configuration))
    with pytest.raises(MissingWeights, match=r"mine: .*lacks the files of its tokenizer"):
        bring(str(stick), "mine")
    assert nothing_is_left()


@pytest.mark.parametrize("name", ["pocket", "a/b", "../up", "", "ViT-B-32:openai", "ViT-B-32--openai", "x" * 64])
def test_a_bad_name_is_refused(name: str, stick: Path) -> None:
    with pytest.raises(BadInput, match="give 1 to 63 letters"):
        bring(str(stick), name or "-")
    assert nothing_is_left()


def test_a_stopped_import_leaves_nothing(stick: Path) -> None:
    said: list[Progress] = []

    def stop(progress: Progress) -> None:
        said.append(progress)
        if progress.unit == "bytes" and progress.done > 2_000_000:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        bring(str(stick), "mine", stop)
    assert said[-1].total == (stick / WEIGHTS).stat().st_size
    assert nothing_is_left()


def nothing_is_left() -> bool:
    return kept.kept() == [] and not [path for path in kept.place().glob("*") if not path.name.startswith(".")]
