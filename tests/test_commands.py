"""The commands, on workspaces whose vectors are made up: two groups of items, pictures and captions alike."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import encoders
from core.commands import COMMANDS
from core.errors import BadInput, BadParameter, Cancelled, MissingData
from core.inputs import read_rows
from core.maps.neighbours import normalised
from core.progress import Progress
from core.sources import Item
from core.workspace import Workspace
from tests.workspace import making

CORE = Path(encoders.__file__).parents[1]

ITEMS, DIMENSIONS = 24, 8
FAST = {"max_iter": 50, "early_exaggeration_iter": 50, "perplexity": 5}


def picture(number: int) -> bytes:
    data = BytesIO()
    Image.new("RGB", (8, 8), (number, 255 - number, number // 2)).save(data, "PNG")
    return data.getvalue()


def vectors(count: int, seed: int, shift: float = 0) -> np.ndarray:
    """Unit rows, even ones about one direction, odd ones about another; `shift` is the modality gap."""
    random = np.random.default_rng(seed)
    centres = np.eye(2, DIMENSIONS)[np.arange(count) % 2]
    return normalised(centres + 0.1 * random.normal(size=(count, DIMENSIONS)) + shift * np.eye(1, DIMENSIONS, 5))


def fill(place: Workspace, start: int, count: int) -> list[str]:
    """Items with vectors by "pocket", the captions shifted away from the images."""
    names = [f"picture {number}" for number in range(start, start + count)]
    items = [Item(f"{name}.png", picture(start + row), name) for row, name in enumerate(names)]
    return making.fill(place, items, vectors(count, seed=start), vectors(count, seed=start + 1, shift=1))


@pytest.fixture
def place(place: Workspace) -> Workspace:
    fill(place, 0, ITEMS)
    return place


class Encoder:
    """Gives every text the first direction and every picture the second."""

    name, dimension = "pocket", DIMENSIONS

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(DIMENSIONS, dtype=np.float32)[[0] * len(texts)]

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        return np.eye(DIMENSIONS, dtype=np.float32)[[1] * len(images)]


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Encoder]:
    made = Encoder()
    monkeypatch.setattr(encoders, "load", lambda name: made)
    return made


# maps


@pytest.mark.parametrize("space", ["images", "captions", "both"])
def test_a_map_is_kept_as_a_run_with_its_card(place: Workspace, space: str) -> None:
    result = COMMANDS["map"](place.path, "pca", space, {"whiten": True}, seed=4)
    run = Workspace.open(place.path).run(result["run"])
    rows = read_rows(place.path, space)
    assert set(result) == {"run", "seconds", "trustworthiness", "neighbour_preservation"}
    assert run.arrays["xy"].shape == (len(rows), 2)
    assert run.arrays["xy"].dtype == np.float32
    assert run.arrays["ids"].tolist() == rows.ids.tolist()
    assert run.arrays["modality"].tolist() == rows.modality.tolist()
    card = run.card
    assert (card.kind, card.method, card.space, card.model, card.seed) == ("map", "pca", space, "pocket", 0)
    assert card.params == {"whiten": True, "gap": "keep"}
    assert card.items == ITEMS
    assert card.fingerprint == rows.fingerprint
    assert card.metrics["trustworthiness"] == result["trustworthiness"]
    assert card.versions["numpy"] == np.__version__
    assert card.created
    json.dumps(asdict(card))


def test_runs_that_follow_each_other_stand_in_that_order(place: Workspace) -> None:
    """Maps and clusterings alike, though both take less than a second."""
    made = [
        COMMANDS["map"](place.path, "pca")["run"],
        COMMANDS["cluster"](place.path, ["kmeans"], k=2, seeds=1)["runs"][0]["run"],
    ]
    made.append(COMMANDS["map"](place.path, "pca")["run"])
    assert [card.id for card in place.runs()] == made
    assert all("torch" in card.versions for card in place.runs("clustering"))


def test_points_go_into_a_file(place: Workspace, tmp_path: Path) -> None:
    run = place.run(COMMANDS["map"](place.path, "pca", out=str(tmp_path / "map.npz"))["run"])
    with np.load(tmp_path / "map.npz") as arrays:
        assert {name: array.tolist() for name, array in arrays.items()} == {
            name: array.tolist() for name, array in run.arrays.items()
        }
    with pytest.raises(BadInput, match=r"^/no/such/x\.npz cannot be written: No such file or directory$"):
        COMMANDS["map"](place.path, "pca", out="/no/such/x.npz")


def test_a_card_can_be_run_again(place: Workspace) -> None:
    first = place.run(COMMANDS["map"](place.path, "tsne", "both", FAST, seed=2, gap="centre")["run"])
    card = first.card
    second = place.run(COMMANDS["map"](place.path, card.method, card.space, card.params, model=card.model)["run"])
    assert np.array_equal(first.arrays["xy"], second.arrays["xy"])
    assert second.card.params == card.params
    assert second.card.fingerprint == card.fingerprint


def test_centring_closes_the_gap_between_images_and_captions(place: Workspace) -> None:
    distance = {}
    for gap in ("keep", "centre"):
        arrays = place.run(COMMANDS["map"](place.path, "pca", gap=gap)["run"]).arrays
        images = arrays["modality"] == "image"
        xy = arrays["xy"]
        distance[gap] = np.linalg.norm(xy[images].mean(axis=0) - xy[~images].mean(axis=0))
    assert distance["keep"] > 0.3
    assert distance["centre"] < 1e-5


def test_a_stopped_tsne_is_kept_and_says_so(place: Workspace) -> None:
    stopped = []

    def report(progress: Progress) -> None:
        if progress.done >= 50 and not stopped:
            stopped.append(progress)
            raise Cancelled("stopped")

    result = COMMANDS["map"](place.path, "tsne", params=FAST, report=report)
    card = place.run(result["run"]).card
    assert result["partial"] is True
    assert card.metrics["partial"] is True
    assert 0 < result["trustworthiness"] <= 1


def test_a_stop_before_there_is_a_map_keeps_none(place: Workspace) -> None:
    def report(progress: Progress) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        COMMANDS["map"](place.path, "tsne", params=FAST, report=report)
    assert place.runs() == []


def test_progress_of_a_map_rises(place: Workspace) -> None:
    told: list[Progress] = []
    COMMANDS["map"](place.path, "tsne", params=FAST, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert told[-1].done == told[-1].total == 100


# placing


@pytest.mark.parametrize("method", ["tsne", "umap", "pca"])
def test_new_items_come_onto_a_map_that_stays_as_it_is(place: Workspace, method: str) -> None:
    params = FAST if method == "tsne" else {"epochs": 50} if method == "umap" else {}
    before = place.run(COMMANDS["map"](place.path, method, params=params)["run"])
    new = fill(place, 100, 6)
    result = COMMANDS["place"](place.path, before.card.id)
    after = place.run(result["run"])
    assert result["placed"] == 12
    assert after.card.id != before.card.id
    assert (after.card.kind, after.card.method, after.card.params) == ("map", method, before.card.params)
    assert after.card.metrics["parent"] == before.card.id
    assert after.card.metrics["placed"] == 12
    assert after.card.items == ITEMS + 6
    assert np.array_equal(after.arrays["xy"][: 2 * ITEMS], before.arrays["xy"])
    assert after.arrays["ids"][2 * ITEMS :].tolist() == new * 2
    assert after.arrays["modality"][2 * ITEMS :].tolist() == ["image"] * 6 + ["text"] * 6
    assert len(place.runs("map")) == 2


def test_placing_on_a_centred_map_uses_its_means(place: Workspace) -> None:
    before = place.run(COMMANDS["map"](place.path, "pca", gap="centre")["run"])
    fill(place, 100, 6)
    after = place.run(COMMANDS["place"](place.path, before.card.id)["run"])
    centre = np.linalg.norm(after.arrays["xy"][2 * ITEMS :].mean(axis=0))
    assert after.card.params["gap"] == "centre"
    assert centre < 0.3


def test_with_nothing_new_the_map_is_as_good_as_it_was(place: Workspace) -> None:
    run = COMMANDS["map"](place.path, "pca")["run"]
    assert COMMANDS["place"](place.path, run) == {"run": run, "seconds": 0.0, "placed": 0}
    assert len(place.runs()) == 1


# search


def test_words_find_the_images_that_mean_them(place: Workspace, encoder: Encoder) -> None:
    hits = COMMANDS["search"](place.path, "anything", top=12)["hits"]
    assert set(hits[0]) == {"id", "score", "caption", "source"}
    assert {int(hit["caption"].split()[1]) % 2 for hit in hits} == {0}
    assert hits[0]["source"] == f"{hits[0]['caption']}.png"
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    json.dumps(hits)


@pytest.mark.parametrize("target", ["images", "captions"])
def test_a_picture_finds_images_or_captions(place: Workspace, encoder: Encoder, tmp_path: Path, target: str) -> None:
    file = tmp_path / "query.png"
    file.write_bytes(picture(9))
    hits = COMMANDS["search"](place.path, image=str(file), top=5, target=target)["hits"]
    assert {int(hit["caption"].split()[1]) % 2 for hit in hits} == {1}


@pytest.mark.parametrize("target", ["images", "captions"])
def test_an_item_finds_its_like_without_itself_and_without_a_model(place: Workspace, target: str) -> None:
    item = place.table(["caption"])["id"][3].as_py()
    hits = COMMANDS["search"](place.path, item=item, top=8, target=target)["hits"]
    assert len(hits) == 8
    assert item not in {hit["id"] for hit in hits}
    assert {int(hit["caption"].split()[1]) % 2 for hit in hits} == {1}


def test_captions_are_searched_where_there_are_no_images(tmp_path: Path, encoder: Encoder) -> None:
    place = Workspace.create(tmp_path / "words")
    ids = place.add([Item("a", caption="one"), Item("b", caption="two")]).ids
    place.add_embeddings("pocket", "text", ids, np.eye(2, DIMENSIONS, dtype=np.float32))
    assert [hit["caption"] for hit in COMMANDS["search"](place.path, "x")["hits"]] == ["one", "two"]


# what cannot be done


def test_what_cannot_be_done_is_said_in_one_line(place: Workspace, tmp_path: Path) -> None:
    empty = Workspace.create(tmp_path / "empty").path
    for kind, call in [
        (MissingData, lambda: COMMANDS["map"](empty, "pca")),
        (MissingData, lambda: COMMANDS["search"](empty, "x")),
        (MissingData, lambda: COMMANDS["map"](place.path, "pca", model="other")),
        (BadParameter, lambda: COMMANDS["map"](place.path, "pca", "everything")),
        (BadParameter, lambda: COMMANDS["map"](place.path, "pca", gap="jump")),
        (BadParameter, lambda: COMMANDS["search"](place.path, "x", target="sounds")),
        (BadInput, lambda: COMMANDS["search"](place.path)),
        (BadInput, lambda: COMMANDS["search"](place.path, " ")),
        (BadInput, lambda: COMMANDS["search"](place.path, "x", image="y.png")),
        (BadInput, lambda: COMMANDS["map"](str(tmp_path / "none"), "pca")),
        (MissingData, lambda: COMMANDS["search"](place.path, item="nobody")),
    ]:
        with pytest.raises(kind, match=r"^[^\n]+$"):
            call()
    assert place.runs() == []


# embedding, with the bundled model


def test_embed_adds_and_embeds_then_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(picture(number))
    (folder / "broken.png").write_bytes(b"no picture")
    (tmp_path / "captions.csv").write_text("image,caption\n0.png,a red square\n1.png,a blue square\n")
    arguments = (str(tmp_path / "set"), str(folder), "pocket", str(tmp_path / "captions.csv"))
    first = COMMANDS["embed"](*arguments)
    assert set(first) == {"added", "embedded", "skipped", "refused", "model", "seconds", "rate", "understood"}
    assert (first["added"], first["embedded"], first["skipped"], first["model"]) == (3, 3, 0, "pocket")
    assert [set(each) for each in first["refused"]] == [{"source", "reason"}]
    assert first["refused"][0]["source"].endswith("broken.png")
    (folder / "3.png").write_bytes(picture(3))
    second = COMMANDS["embed"](*arguments)
    assert (second["added"], second["embedded"], second["skipped"]) == (1, 1, 3)
    counts = {each.modality: each.count for each in Workspace.open(tmp_path / "set").models()}
    assert counts == {"image": 4, "text": 2}


def test_embed_tells_what_was_not_taken_whole(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(folder / "stack.tif", save_all=True, append_images=[second])
    second.save(folder / "one.png")
    long = "a very long caption " * 50
    (folder / "captions.csv").write_text(f"image,caption1,caption2\none.png,{long},{long} too\nstack.tif,red,\n")
    arguments = (str(tmp_path / "set"), str(folder), "pocket")
    length = encoders.load("pocket").context_length
    assert COMMANDS["embed"](*arguments)["notes"] == [
        {"source": "stack.tif", "reason": "holds 2 pictures: the first is taken"},
        {
            "source": "2 captions",
            "reason": f"over the {length} tokens that pocket reads: cut off",
        },
    ]
    assert "notes" not in COMMANDS["embed"](*arguments)


def test_a_source_that_is_none_leaves_no_workspace_behind(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        COMMANDS["embed"](str(tmp_path / "set"), str(tmp_path / "none"))
    assert not (tmp_path / "set").exists()


# listing


def test_methods_list_every_package() -> None:
    found = COMMANDS["methods"]()
    written = [path.parent.name for path in CORE.glob("*/*.py") if "\nMETHOD = Method(" in path.read_text()]
    assert sorted(each for each, methods in found.items() for _ in methods) == sorted(written)
    assert [method["name"] for method in found["maps"]] == ["pca", "tsne", "umap"]
    json.dumps(found)


def test_models_begin_with_the_bundled_one() -> None:
    names = [model["name"] for model in COMMANDS["models"]()["models"]]
    assert names[:2] == ["pocket-2", "pocket"]
    assert "ViT-B-32:openai" in names


def test_datasets_can_be_written_as_json() -> None:
    known = COMMANDS["datasets"]()["datasets"]
    assert {each["name"] for each in known} == {"emoji", "fashion", "faces", "photos"}
    for each in known:
        assert {"name", "title", "summary", "licence", "items"} <= set(json.loads(json.dumps(each)))
