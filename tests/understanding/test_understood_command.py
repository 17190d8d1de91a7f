"""The command on workspaces whose vectors are made up, and how its result is kept."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.commands import COMMANDS
from core.commands.understanding import kept
from core.errors import BadInput, MissingData
from core.inputs import open_workspace
from core.maps.neighbours import normalised
from core.runs.understood import UnderstoodRun
from core.sources import Item
from core.workspace import Workspace
from tests.terminal import Terminal
from tests.test_commands import picture
from tests.workspace import making

COUNT, D = 60, 16


@pytest.fixture(autouse=True)
def no_bundled_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.sources.bundled.ASSETS", tmp_path / "assets")


def vectors(count: int, seed: int) -> np.ndarray:
    return normalised(np.random.default_rng(seed).normal(size=(count, D)))


def fill(place: Workspace, start: int, count: int, understood: bool, captions: int | None = None) -> list[str]:
    """Captioned pictures: an own caption each, or so many in all; understood: a caption lies where its image does."""
    numbers = [row % (captions or count) for row in range(count)]
    items = [Item(f"{start + row}.png", picture(start + row), f"saying {start + numbers[row]}") for row in range(count)]
    images, texts = vectors(count, start)[numbers], vectors(count, start + 1)[numbers]
    return making.fill(place, items, images, images if understood else texts)


@pytest.mark.parametrize(("understood", "grade", "share"), [(True, "partly", 1.0), (False, "hardly", 0.0)])
def test_it_tells_a_model_that_understands_from_one_that_does_not(
    place: Workspace, understood: bool, grade: str, share: float
) -> None:
    """60 pairs, all right: the band begins at .94, which is not enough for more than "partly"."""
    fill(place, 0, COUNT, understood)
    found = COMMANDS["understood"](place.path)
    assert (found["verdict"], found["by"], found["model"], found["images"]) == (grade, "captions", "pocket", COUNT)
    for way in ("image_to_text", "text_to_image"):
        top = found["match"][way]
        assert (top["chance"], top["asked"], top["candidates"]) == (pytest.approx(1 / COUNT), COUNT, COUNT)
        assert top["share"] == pytest.approx(share, abs=0.1)
        assert top["band"]["low"] <= top["share"] <= top["band"]["high"]
    assert found["words"].startswith("pocket ")
    json.dumps(found)


def test_equal_captions_are_one_candidate_though_written_otherwise(place: Workspace) -> None:
    fill(place, 0, COUNT, understood=True, captions=6)
    ids = place.table([])["id"].to_pylist()
    place.set_column("caption", {ids[0]: " Saying  0"})
    place.add_embeddings("pocket", "text", ids[:1], vectors(COUNT, 0)[:1])
    found = COMMANDS["understood"](place.path)
    assert found["match"]["image_to_text"]["candidates"] == 6
    assert found["match"]["image_to_text"]["share"] == 1


def test_it_is_measured_anew_only_when_an_embedding_has_changed(place: Workspace) -> None:
    fill(place, 0, COUNT, understood=True)
    first = COMMANDS["understood"](place.path)
    (card,) = place.runs(UnderstoodRun.KIND)
    assert (card.model, card.items, card.metrics["images"]) == ("pocket", COUNT, COUNT)
    assert kept(place, "pocket").verdict == first["verdict"]
    COMMANDS["understood"](place.path)
    assert place.runs(UnderstoodRun.KIND) == [card]
    fill(place, 100, COUNT, understood=False)
    assert kept(place, "pocket") is None
    second = COMMANDS["understood"](place.path)
    (after,) = place.runs(UnderstoodRun.KIND)
    assert (after.id, second["images"], second["match"]["of"]) == (card.id, 2 * COUNT, 2 * COUNT)
    assert after.fingerprint != card.fingerprint
    assert 0.3 < second["match"]["image_to_text"]["share"] < 0.7
    assert kept(place, "pocket").match.of == 2 * COUNT
    assert kept(place, "other") is None


def test_a_caption_that_changes_is_no_longer_told_of(place: Workspace) -> None:
    ids = fill(place, 0, COUNT, understood=True)
    COMMANDS["understood"](place.path)
    place.set_column("caption", {ids[0]: "something else"})
    assert kept(place, "pocket") is None
    assert COMMANDS["understood"](place.path)["match"]["of"] == COUNT - 1


def test_each_model_is_kept_for_itself(place: Workspace) -> None:
    ids = fill(place, 0, COUNT, understood=True)
    for modality, seed in (("image", 3), ("text", 4)):
        place.add_embeddings("other", modality, ids, vectors(COUNT, seed))
    verdicts = {model: COMMANDS["understood"](place.path, model)["verdict"] for model in ("pocket", "other")}
    assert verdicts == {"pocket": "partly", "other": "hardly"}
    assert {model: kept(place, model).verdict for model in verdicts} == verdicts


def test_images_without_captions_and_captions_without_images(tmp_path: Path) -> None:
    pictures, words = Workspace.create(tmp_path / "pictures"), Workspace.create(tmp_path / "words")
    ids = list(pictures.add([Item("a.png", picture(1)), Item("b.png", picture(2))]).ids)
    pictures.add_embeddings("pocket", "image", ids, vectors(2, 0))
    found = COMMANDS["understood"](pictures.path)
    assert (found["verdict"], found["by"], found["images"]) == ("not shown", None, 2)
    ids = list(words.add([Item("a", caption="one"), Item("b", caption="two")]).ids)
    words.add_embeddings("pocket", "text", ids, vectors(2, 0))
    assert COMMANDS["understood"](words.path)["words"] == "There are no images here that pocket could understand."


def test_features_read_no_words(place: Workspace) -> None:
    ids = fill(place, 0, COUNT, understood=True)
    place.add_embeddings("pocket features", "image", ids, vectors(COUNT, 3))
    with pytest.raises(BadInput, match=r"choose pocket$"):
        COMMANDS["understood"](place.path, "pocket features")


def test_nothing_embedded_is_said(place: Workspace) -> None:
    with pytest.raises(MissingData, match=r"^set: no items are embedded: embed them first$"):
        COMMANDS["understood"](place.path)


def test_on_the_command_line_it_is_whole_sentences(place: Workspace, terminal: Terminal) -> None:
    fill(place, 0, COUNT, understood=False)
    words = COMMANDS["understood"](place.path)["words"]
    lines = terminal.text("understood", place.path).splitlines()
    assert f"words    {words}" in lines
    assert terminal.json("understood", place.path)["words"] == words


def test_embedding_tells_it(tmp_path: Path, terminal: Terminal) -> None:
    """With the bundled model on three plain squares: too few to tell anything."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(picture(number * 80))
    (tmp_path / "captions.csv").write_text("image,caption\n0.png,a red square\n1.png,a square\n2.png,a blue square\n")
    how = [str(folder), "--workspace", str(tmp_path / "set"), "--captions", str(tmp_path / "captions.csv")]
    (line,) = [line for line in terminal.text("embed", *how).splitlines() if line.startswith("understood")]
    assert line == (
        "understood  Whether pocket-2 understands these images cannot be told: 3 images with 3 different captions are "
        "too few. Bring captions, or more of them."
    )
    told = terminal.json("embed", *how)["understood"]
    assert (told["verdict"], told["match"]["images"]) == ("not shown", 3)
    assert kept(open_workspace(tmp_path / "set"), "pocket-2").verdict == "not shown"
