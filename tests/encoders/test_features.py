"""Features behind the vectors as embeddings of a workspace: one pass, up to date, only where no words are needed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.commands import COMMANDS
from core.encoders import pipeline
from core.encoders.encoder import Encoder
from core.encoders.pipeline import embed
from core.errors import BadInput, BadParameter, MissingData
from core.features import behind, features_of, is_features
from core.inputs import embedded_model, is_model, read_rows
from core.reduced import family, model_titles
from core.sources import Item
from core.workspace import Workspace
from tests.encoders.conftest import jpeg, photograph
from tests.terminal import Terminal

COUNT = 12


def items(first: int, count: int) -> list[Item]:
    return [Item(f"{row}.jpg", jpeg(photograph(60, 50, row)), f"picture {row}") for row in range(first, first + count)]


@pytest.fixture
def place(place: Workspace, encoder: Encoder) -> Workspace:
    """Twelve pictures with captions, embedded with their features."""
    place.add(items(0, COUNT))
    embed(place, encoder.name, features=True)
    return place


@pytest.fixture
def name(encoder: Encoder) -> str:
    return features_of(encoder.name)


def test_a_name_can_be_told_from_a_models(name: str, encoder: Encoder) -> None:
    assert is_features(name)
    assert not is_features(encoder.name)
    assert (behind(name), behind("pocket")) == (encoder.name, "pocket")
    assert is_model("/my/model@0123abcd features", "/my/model features")
    assert not is_model("/my/model@0123abcd features", "/my/model")
    assert not is_model("/my/model@0123abcd", "/my/model features")


def test_they_are_unit_rows_of_images_alone(place: Workspace, name: str, encoder: Encoder) -> None:
    here = {(each.model, each.modality): (each.count, each.dimension) for each in place.models()}
    own = {(encoder.name, "image"): (COUNT, 128), (encoder.name, "text"): (COUNT, 128)}
    assert here == {**own, (name, "image"): (COUNT, 64)}
    found = place.embeddings(name, "image")
    assert found.vectors.dtype == np.float32
    expected = encoder.encode_features([photograph(60, 50, row) for row in range(COUNT)])
    assert (found.vectors * expected).sum(axis=1).min() > 0.99


def test_one_pass_gives_both(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace.create(tmp_path / "space")
    workspace.add(items(0, COUNT))
    passed, original = [], encoder.model.encode_image
    monkeypatch.setattr(encoder.model, "encode_image", lambda batch: (passed.append(len(batch)), original(batch))[1])
    done = embed(workspace, encoder.name, features=True)
    assert (done.images, done.features, sum(passed)) == (COUNT, COUNT, COUNT)


def test_what_is_there_already_keeps_its_vector(encoder: Encoder, tmp_path: Path) -> None:
    """Features asked for later cost one pass, and write no vector again."""
    workspace = Workspace.create(tmp_path / "space")
    workspace.add(items(0, COUNT))
    assert embed(workspace, encoder.name).features is None
    before = workspace.fingerprint(encoder.name, "image")
    done = embed(workspace, encoder.name, features=True)
    assert (done.images, done.captions, done.features) == (0, 0, COUNT)
    assert workspace.fingerprint(encoder.name, "image") == before


def test_later_items_bring_them_up_to_date_without_asking(place: Workspace, name: str, encoder: Encoder) -> None:
    place.add(items(COUNT, 3))
    told = COMMANDS["embed"](place.path, model=encoder.name)
    assert (told["embedded"], told["features"]) == (3, name)
    assert len(place.embeddings(name, "image")) == COUNT + 3
    assert COMMANDS["embed"](place.path, model=name)["embedded"] == 0


def test_a_picture_without_direction_keeps_its_vector(
    encoder: Encoder, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = encoder.image_vectors_and_features

    def first_is_nothing(pixels: list) -> tuple[np.ndarray, np.ndarray]:
        vectors, features = original(pixels)
        features[0] = np.nan
        return vectors, features

    monkeypatch.setattr(encoder, "image_vectors_and_features", first_is_nothing)
    workspace = Workspace.create(tmp_path / "space")
    workspace.add(items(0, 3))
    done = embed(workspace, encoder.name, features=True)
    assert (done.images, done.features) == (3, 2)
    assert [each.reason for each in done.refused] == [f"{name} gives it no direction (a zero or infinite vector)"]


def test_a_tower_without_features_is_refused_and_the_items_stay(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setitem(encoder.model.visual._parameters, "proj", None)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    photograph(20, 20).save(pictures / "a.png")
    place = tmp_path / "space"
    said = terminal.refused("embed", str(pictures), "--workspace", str(place), "--model", encoder.name, "--features")
    assert "1 added and kept, but not embedded" in said
    assert "projects nothing, so its vectors are its features" in said
    assert (Workspace.open(place).count(), Workspace.open(place).models()) == (1, [])


def test_the_command_line_keeps_them(encoder: Encoder, tmp_path: Path, terminal: Terminal) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for row in range(3):
        photograph(20, 20, row).save(pictures / f"{row}.png")
    place = str(tmp_path / "space")
    found = terminal.json("embed", str(pictures), "--workspace", place, "--model", encoder.name, "--features")
    assert found["features"] == features_of(encoder.name)
    assert len(Workspace.open(place).embeddings(features_of(encoder.name), "image")) == 3


def test_it_is_never_chosen_by_itself(place: Workspace, encoder: Encoder) -> None:
    """Though it is by far the largest."""
    place.add_embeddings(features_of("another"), "image", place.pictured(), np.eye(COUNT, 16, dtype=np.float32))
    assert embedded_model(place) == embedded_model(place, "images") == encoder.name
    assert next(iter(model_titles(place))) == encoder.name
    place.delete_embeddings(encoder.name)
    with pytest.raises(MissingData, match="no images are embedded by a full model"):
        embedded_model(place, "images")


def test_what_is_of_images_alone_takes_it(place: Workspace, name: str) -> None:
    assert read_rows(place.path, "images", name).vectors.shape == (COUNT, 64)
    assert COMMANDS["map"](place.path, "pca", space="images", model=name)["run"]
    told = COMMANDS["cluster"](place.path, ["kmeans"], k=2, seeds=1, model=name)
    assert place.run(told["runs"][0]["run"]).card.model == name
    told = COMMANDS["care"](place.path, kinds=["duplicates", "outliers", "mismatches"], model=name)
    assert set(told["kinds"]) == {"duplicates", "outliers"}
    assert [each["kind"] for each in told["refused"]] == ["mismatches"]


WORDS: dict[str, Callable[[str, str], object]] = {
    "search": lambda path, model: COMMANDS["search"](path, "a picture", model=model),
    "captions": lambda path, model: COMMANDS["map"](path, "pca", space="captions", model=model),
    "gap": lambda path, model: COMMANDS["gap"](path, model=model),
    "reduce": lambda path, model: COMMANDS["reduce"](path, ["pca"], model=model),
    "prompts": lambda path, model: COMMANDS["semantics"](path, prompts=["a cat", "a dog"], model=model),
}


@pytest.mark.parametrize("command", WORDS)
def test_where_words_are_needed_it_says_in_a_line_why_not(command: str, place: Workspace, name: str) -> None:
    with pytest.raises(BadInput, match="are of images alone, taken before the space that images share with words"):
        WORDS[command](place.path, name)


def test_names_of_clusters_in_it_are_read_by_the_model_behind(place: Workspace, name: str, encoder: Encoder) -> None:
    run = COMMANDS["cluster"](place.path, ["kmeans"], k=2, seeds=1, model=name)["runs"][0]["run"]
    assert COMMANDS["names"](place.path, f"run:{run}")["model"] == encoder.name


def test_a_picture_finds_itself_in_it(place: Workspace, name: str, tmp_path: Path) -> None:
    (tmp_path / "5.jpg").write_bytes(jpeg(photograph(60, 50, 5)))
    hits = COMMANDS["search"](place.path, image=str(tmp_path / "5.jpg"), model=name, top=3)["hits"]
    assert hits[0]["source"] == "5.jpg"
    assert hits[0]["score"] > 0.99
    nearest = COMMANDS["search"](place.path, item=hits[0]["id"], model=name, top=1)["hits"][0]
    own = place.embeddings(name, "image")
    row = own.ids.tolist().index(hits[0]["id"])
    cosines = own.vectors @ own.vectors[row]
    cosines[row] = -1
    assert nearest["id"] == own.ids[cosines.argmax()]


def test_it_can_be_deleted_and_made_again(place: Workspace, name: str, encoder: Encoder) -> None:
    assert family(place, encoder.name) == [encoder.name, name]
    told = COMMANDS["discard"](place.path, name)
    assert (told["run"], told["images"], told["captions"]) == (None, COUNT, 0)
    assert {each.model for each in place.models()} == {encoder.name}
    with pytest.raises(BadParameter, match="not made of another model's embeddings"):
        COMMANDS["discard"](place.path, name)
    assert embed(place, encoder.name).features is None
    assert embed(place, encoder.name, features=True).features == COUNT


def test_stopping_keeps_both(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    workspace = Workspace.create(tmp_path / "space")
    workspace.add(items(0, COUNT))

    def stop(progress: object) -> None:
        if progress.done:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.embed(workspace, encoder.name, stop, batch=4, features=True)
    assert len(workspace.embeddings(encoder.name, "image")) == len(workspace.embeddings(name, "image")) == 4
