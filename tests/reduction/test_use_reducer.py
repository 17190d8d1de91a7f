"""Using a reducer: its embeddings stand beside the full ones, and every command can choose them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import encoders
from core.cli import status
from core.commands import COMMANDS
from core.encoders.pipeline import Embedded
from core.errors import BadInput, BadParameter, Cancelled, MissingData
from core.inputs import embedded_model
from core.methods import find
from core.progress import Progress, Report
from core.reduced import model_titles, reduced_models
from core.reducer_file import read_reducer
from core.results import Pairs, Reducer
from core.sources import Item
from core.workspace import Workspace
from core.workspace.shipping import export, restore
from tests.sources.making import png
from tests.terminal import Terminal
from tests.workspace import making
from tests.workspace.making import items

PAIRS, DIMENSIONS, KEPT = 60, 8, 4
SMALL = "pocket/pca-4"


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def pairs(count: int = PAIRS, seed: int = 0) -> Pairs:
    random = np.random.default_rng(seed)
    image = random.normal(size=(count, DIMENSIONS)) * np.linspace(2, 0.1, DIMENSIONS)
    return Pairs(unit(image), unit(image + 0.1 * random.normal(size=image.shape) + 1))


def fill(workspace: Workspace, count: int = PAIRS, first: int = 0) -> list[str]:
    made = pairs(count, first)
    return making.fill(workspace, items(count, first), made.image, made.text)


@pytest.fixture
def place(place: Workspace) -> Workspace:
    """60 captioned pictures that "pocket" has embedded into 8 dimensions."""
    fill(place)
    return place


class Encoder:
    """Gives every text and every picture the vectors of one pair."""

    name, dimension = "pocket", DIMENSIONS

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return pairs().text[[7] * len(texts)]

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        return pairs().image[[7] * len(images)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that were loaded to encode a query."""
    names: list[str] = []
    monkeypatch.setattr(encoders, "load", lambda name, *_: names.append(name) or Encoder())
    return names


def project(place: Workspace, **how: Any) -> dict[str, Any]:
    return COMMANDS["project"](place.path, **({"method": "pca", "dims": KEPT} | how))


def counts(place: Workspace) -> dict[tuple[str, str], int]:
    return {(each.model, each.modality): each.count for each in place.models()}


def test_it_makes_reduced_embeddings_of_everything(place: Workspace) -> None:
    found = project(place)
    assert (found["model"], found["base"], found["method"], found["dimensions"]) == (SMALL, "pocket", "pca", KEPT)
    assert (found["pairs"], found["images"], found["captions"], found["left_out"]) == (PAIRS, PAIRS, PAIRS, 0)
    reducer = Reducer.of(place.run(found["run"]).arrays)
    for modality in ("image", "text"):
        small, full = (place.embeddings(name, modality) for name in (SMALL, "pocket"))
        assert small.ids.tolist() == full.ids.tolist()
        assert np.allclose(small.vectors, getattr(reducer, modality)(full.vectors), atol=1e-6)
    json.dumps(found)


def test_the_run_says_how_it_was_made(place: Workspace) -> None:
    run = place.run(project(place)["run"])
    card = run.card
    assert (card.kind, card.method, card.title, card.model) == ("reducer", "pca", "PCA, centred", "pocket")
    assert card.params["dimensions"] == KEPT
    assert (card.metrics["base"], card.metrics["derived"]) == ("pocket", SMALL)
    assert card.items == PAIRS
    assert card.fingerprint
    assert card.versions["numpy"]
    assert json.loads(str(run.arrays["history"][0])) == {}


def test_again_does_nothing_new(place: Workspace) -> None:
    first, second = project(place), project(place)
    assert second["run"] == first["run"]
    assert (second["images"], second["captions"]) == (0, 0)
    assert len(place.runs()) == 1


def test_a_card_that_names_a_seed_where_there_is_no_chance_is_the_same_reducer(place: Workspace) -> None:
    """As cards once did; what was reduced then is not reduced again."""
    first = project(place)["run"]
    run = place.run(first)
    assert "seed" not in run.card.params
    place.delete_run(first)
    place.save_run(replace(run.card, params={**run.card.params, "seed": 0}), run.arrays)
    assert project(place)["run"] == first


def test_each_reducer_has_a_name_of_its_own(place: Workspace) -> None:
    names = [project(place)["model"], project(place, dims=3)["model"]]
    fill(place, 5, first=100)
    names += [project(place)["model"], project(place, seed=1)["model"]]
    assert names[:3] == [SMALL, "pocket/pca-3", f"{SMALL}-seed0"]
    assert names[3] == names[2], "PCA knows no chance"
    fill(place, 5, first=200)
    fourth = project(place)
    assert fourth["model"] == f"{SMALL}-{fourth['run']}"


def test_an_earlier_run_completes_what_is_new(place: Workspace) -> None:
    first = project(place)
    before = place.embeddings(SMALL, "image").vectors
    fill(place, 5, first=100)
    found = COMMANDS["project"](place.path, run=first["run"])
    assert (found["model"], found["images"], found["captions"]) == (SMALL, 5, 5)
    after = place.embeddings(SMALL, "image")
    assert len(after) == PAIRS + 5
    assert np.array_equal(after.vectors[:PAIRS], before)


def test_what_has_no_direction_is_left_out(place: Workspace) -> None:
    mean = place.run(project(place)["run"]).arrays["image.mean"]
    ids = list(place.add(items(1, first=100)).ids)
    reducer = place.run(project(place)["run"])
    card, arrays = reducer.card, dict(reducer.arrays) | {"image.mean": mean / np.linalg.norm(mean)}
    place.save_run(card, arrays)
    place.add_embeddings("pocket", "image", ids, arrays["image.mean"][None])
    found = COMMANDS["project"](place.path, run=card.id)
    assert (found["images"], found["left_out"]) == (0, 1)


def test_chunks_change_nothing(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.reduced.CHUNK", 7)
    told: list[Progress] = []
    project(place, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert counts(place)[SMALL, "text"] == PAIRS


def test_stopped_it_goes_on_where_it_was(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(progress: Progress) -> None:
        if f"writing {SMALL}" in progress.message and progress.done > 920:
            raise Cancelled("stopped")

    monkeypatch.setattr("core.reduced.CHUNK", 7)
    with pytest.raises(Cancelled):
        project(place, report=stop)
    written = counts(place)[SMALL, "image"]
    assert 0 < written < PAIRS
    assert project(place)["images"] == PAIRS - written


def test_a_reducer_that_was_stopped_is_not_used(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    method = find("core.reduction", "pca")
    half = replace(method, fit=lambda *given: replace(method.fit(*given), partial=True))
    monkeypatch.setattr("core.commands.projecting.find", lambda package, name: half)
    with pytest.raises(Cancelled, match="nothing was kept"):
        project(place)
    assert place.runs() == []


# the other commands


def test_no_command_chooses_it_by_itself(place: Workspace) -> None:
    project(place)
    assert embedded_model(place) == "pocket"
    assert embedded_model(place, model=SMALL) == SMALL


def test_where_only_reduced_embeddings_are_left_one_must_be_named(place: Workspace, tmp_path: Path) -> None:
    run = place.run(project(place)["run"])
    other = Workspace.create(tmp_path / "other")
    ids = list(other.add(items(PAIRS)).ids)
    other.add_embeddings(SMALL, "image", ids, place.embeddings(SMALL, "image").vectors)
    other.save_run(run.card, run.arrays)
    with pytest.raises(MissingData, match="by a full model; there is pocket/pca-4"):
        embedded_model(other)


def test_local_weights_are_not_mistaken_for_what_was_reduced_of_them(tmp_path: Path) -> None:
    place = Workspace.create(tmp_path / "set")
    ids = list(place.add(items(PAIRS)).ids)
    for modality in ("image", "text"):
        place.add_embeddings("/my/model@0123abcd", modality, ids, getattr(pairs(), modality))
    small = project(place, model="/my/model")["model"]
    assert small == "/my/model@0123abcd/pca-4"
    fill(place, 3, first=100)
    assert embedded_model(place, model="/my/model") == "/my/model@0123abcd"
    assert embedded_model(place, model=small) == small


@pytest.mark.parametrize("kind", ["text", "image"])
def test_a_query_goes_through_the_reducer(place: Workspace, asked: list[str], tmp_path: Path, kind: str) -> None:
    reducer = Reducer.of(place.run(project(place)["run"]).arrays)
    (tmp_path / "query.png").write_bytes(png((1, 2, 3)))
    query = {"text": "anything"} if kind == "text" else {"image": str(tmp_path / "query.png")}
    hits = COMMANDS["search"](place.path, model=SMALL, top=PAIRS, **query)["hits"]
    assert asked == ["pocket"]
    vector = getattr(reducer, kind)(getattr(pairs(), kind)[[7]])[0]
    scores = dict(
        zip(place.embeddings(SMALL, "image").ids, place.embeddings(SMALL, "image").vectors @ vector, strict=True)
    )
    assert [hit["score"] for hit in hits] == pytest.approx(sorted(map(float, scores.values()), reverse=True), abs=1e-5)
    assert all(hit["score"] == pytest.approx(float(scores[hit["id"]]), abs=1e-5) for hit in hits)


def test_a_reduced_model_can_be_reduced(place: Workspace, asked: list[str]) -> None:
    project(place)
    smaller = project(place, dims=2, model=SMALL)["model"]
    assert smaller == f"{SMALL}/pca-2"
    assert len(COMMANDS["search"](place.path, "anything", model=smaller, top=5)["hits"]) == 5
    assert asked == ["pocket"]
    assert model_titles(place) == {
        "pocket": "pocket",
        SMALL: "pocket, reduced to 4 dimensions by PCA, centred",
        smaller: "pocket, reduced to 4 dimensions by PCA, centred, reduced to 2 dimensions by PCA, centred",
    }


def test_maps_and_clusters_can_be_of_it(place: Workspace) -> None:
    project(place)
    drawn = place.run(COMMANDS["map"](place.path, "pca", model=SMALL)["run"])
    assert (drawn.card.model, len(drawn.arrays["ids"])) == (SMALL, 2 * PAIRS)
    found = COMMANDS["cluster"](place.path, ["kmeans"], k=3, seeds=1, model=SMALL)["runs"][0]
    assert place.run(found["run"]).card.model == SMALL
    with pytest.raises(BadParameter, match="is a map of what pocket/pca-4 embedded"):
        COMMANDS["cluster"](place.path, ["kmeans"], k=3, space=f"map:{drawn.card.id}", model="pocket")
    fill(place, 2, first=100)
    COMMANDS["project"](place.path, run=next(iter(reduced_models(place).values())).id)
    assert COMMANDS["place"](place.path, drawn.card.id)["placed"] == 4


@pytest.fixture
def embedder(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Embeds what is missing by "pocket" without a model."""

    def embed(workspace: Workspace, model: str, report: Report, batch: int | None, features: bool) -> Embedded:
        for modality in ("image", "text"):
            missing = workspace.missing(model, modality)
            workspace.add_embeddings(model, modality, missing, getattr(pairs(len(missing), 5), modality))
        return Embedded(model, 0, 0, 0, (), 0, 1.0)

    monkeypatch.setattr("core.encoders.pipeline.embed", embed)


def test_embedding_brings_it_up_to_date(place: Workspace, embedder: None) -> None:
    project(place)
    smaller = project(place, dims=2, model=SMALL)["model"]
    place.add([Item("new.png", png((9, 99, 199)), "something new")])
    place.set_column("caption", {place.table([])["id"][0].as_py(): "another caption"})
    found = COMMANDS["embed"](place.path, model=smaller)
    assert (found["model"], found["reduced"], found["embedded"]) == ("pocket", [SMALL, smaller], 2)
    every = {(name, modality) for name in ("pocket", SMALL, smaller) for modality in ("image", "text")}
    assert counts(place) == dict.fromkeys(every, PAIRS + 1)


def test_it_is_exported_and_restored_with_the_workspace(place: Workspace, asked: list[str], tmp_path: Path) -> None:
    project(place)
    export(place, tmp_path / "files")
    restored = restore(tmp_path / "files", tmp_path / "restored")
    assert counts(restored) == counts(place)
    before, after = (COMMANDS["search"](each.path, "x", model=SMALL, top=5)["hits"] for each in (place, restored))
    assert [hit["id"] for hit in before] == [hit["id"] for hit in after]


# files


def test_a_file_of_a_reducer_is_written_and_brought_elsewhere(place: Workspace, tmp_path: Path) -> None:
    file, other = str(tmp_path / "reducer.safetensors"), Workspace.create(tmp_path / "other")
    found = project(place, out=file)
    assert found["file"] == file
    assert "def reduce(" in found["loader"]
    fill(other, 5)
    brought = COMMANDS["project"](other.path, file=file)
    assert (brought["model"], brought["images"], brought["pairs"]) == (SMALL, 5, PAIRS)
    ids = other.embeddings(SMALL, "text").ids.tolist()
    same = read_reducer(file)[0].text(other.embeddings("pocket", "text").vectors)
    assert np.allclose(other.embeddings(SMALL, "text", ids).vectors, same, atol=1e-6)
    again = COMMANDS["project"](other.path, file=file)
    assert (again["run"], again["images"]) == (brought["run"], 0)


def test_pairs_in_a_npz_give_a_file_alone(tmp_path: Path) -> None:
    source, file = str(tmp_path / "pairs.npz"), str(tmp_path / "reducer.safetensors")
    np.savez(source, image=pairs().image, text=pairs().text)
    found = COMMANDS["project"](source, "pca", KEPT, out=file)
    assert (found["run"], found["model"], found["pairs"]) == (None, None, PAIRS)
    assert read_reducer(file)[0].dimensions == KEPT


# the command line, and what it refuses


def test_the_command_line(place: Workspace, tmp_path: Path, terminal: Terminal) -> None:
    file = str(tmp_path / "reducer.safetensors")
    found = terminal.json("project", place.path, "--method", "pca", "--dims", "4", "--out", file)
    assert found["model"] == SMALL
    assert status(["project", place.path, "--run", found["run"]]) == 0
    assert "loader" not in terminal.text("project", place.path, "--from", file)


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ([], "one reducer is needed"),
        (["--method", "pca", "--run", "1"], "one reducer is needed"),
        (["--run", "nothing"], "no run 'nothing'"),
        (["--from", "nothing"], "there is no such file"),
        (["--method", "pca", "--dims", "8"], "8 dimensions are not between 2 and 7"),
        (["--method", "pca", "--dims", "1"], "dimensions=1 is below 2"),
        (["--method", "nothing", "--dims", "4"], "no method 'nothing'"),
        (["--method", "pca", "--dims", "4", "--model", "other"], "other"),
        (["--method", "pca", "--dims", "4", "--out", "none/reducer.safetensors"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(place: Workspace, terminal: Terminal, how: list[str], line: str) -> None:
    assert line in terminal.refused("project", place.path, *how)
    assert SMALL not in {each.model for each in place.models()}


def test_a_npz_needs_a_file_to_write(tmp_path: Path) -> None:
    source = str(tmp_path / "pairs.npz")
    np.savez(source, image=pairs().image, text=pairs().text)
    with pytest.raises(BadInput, match=r"a \.npz keeps no reducer: name a .safetensors for it"):
        COMMANDS["project"](source, "pca", KEPT)
    with pytest.raises(BadInput, match="only pairs to fit a reducer on"):
        COMMANDS["project"](source, file="reducer.safetensors")


def test_a_reducer_of_other_dimensions_and_a_run_of_another_kind(place: Workspace, tmp_path: Path) -> None:
    project(place, out=str(tmp_path / "reducer.safetensors"))
    ids = place.table([])["id"].to_pylist()
    place.add_embeddings("other", "image", ids, unit(np.eye(PAIRS, 5) + 0.1))
    with pytest.raises(BadInput, match="reduces 8 dimensions, other has 5"):
        COMMANDS["project"](place.path, file=str(tmp_path / "reducer.safetensors"), model="other")
    drawn = COMMANDS["map"](place.path, "pca")["run"]
    with pytest.raises(BadInput, match="is no reducer but a map run"):
        COMMANDS["project"](place.path, run=drawn)


# deleting


def test_a_reduced_model_is_deleted_and_what_was_made_of_it_stays(place: Workspace) -> None:
    made = project(place)
    drawn = COMMANDS["map"](place.path, "pca", model=SMALL)["run"]
    points = place.run(drawn).arrays["xy"]
    before = place.version
    found = COMMANDS["discard"](place.path, SMALL)
    assert found == {"model": SMALL, "run": made["run"], "images": PAIRS, "captions": PAIRS, "runs": 1}
    assert counts(place) == {("pocket", "image"): PAIRS, ("pocket", "text"): PAIRS}
    assert place.version > before, "what is kept by version must not come back"
    assert np.array_equal(place.run(drawn).arrays["xy"], points)
    assert [card.id for card in place.runs()] == [drawn]
    with pytest.raises(MissingData, match="no images are embedded by pocket/pca-4; there is pocket"):
        COMMANDS["search"](place.path, "anything", model=SMALL, target="images")


def test_its_files_go_from_the_disk(place: Workspace) -> None:
    def size() -> int:
        files = Path(place.path).rglob("*.lance")
        return sum(each.stat().st_size for each in files if "embeddings" in str(each) and each.is_file())

    before = size()
    project(place)
    assert size() > before
    COMMANDS["discard"](place.path, SMALL)
    assert size() == before


def test_it_can_be_made_again_and_nothing_else_makes_it(place: Workspace, embedder: None) -> None:
    project(place)
    before = place.embeddings(SMALL, "image")
    COMMANDS["discard"](place.path, SMALL)
    place.add([Item("new.png", png((9, 99, 199)), "something new")])
    assert "reduced" not in COMMANDS["embed"](place.path, model="pocket")
    assert SMALL not in {each.model for each in place.models()}
    assert project(place, dims=2)["model"] == "pocket/pca-2"
    assert project(place)["model"] == SMALL
    after = place.embeddings(SMALL, "image", before.ids.tolist())
    assert after.vectors.shape == before.vectors.shape
    assert counts(place)[SMALL, "text"] == PAIRS + 1


def test_one_that_others_are_made_of_is_deleted_after_them(place: Workspace) -> None:
    project(place)
    smaller = project(place, dims=2, model=SMALL)["model"]
    with pytest.raises(BadParameter, match=f"^{smaller} is made of {SMALL}: delete that first$"):
        COMMANDS["discard"](place.path, SMALL)
    assert (SMALL, "image") in counts(place)
    COMMANDS["discard"](place.path, smaller)
    COMMANDS["discard"](place.path, SMALL)
    assert {model for model, _ in counts(place)} == {"pocket"}


def test_killed_in_the_middle_it_is_still_a_reduced_model(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of the embeddings must never pass for a full model's."""
    project(place)

    def die(self: Workspace, id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "delete_run", die)
        with pytest.raises(KeyboardInterrupt):
            COMMANDS["discard"](place.path, SMALL)
    assert embedded_model(place) == "pocket"
    assert SMALL in reduced_models(place)
    COMMANDS["discard"](place.path, SMALL)
    assert reduced_models(place) == {}


@pytest.mark.parametrize("model", ["pocket", "nothing", f"{SMALL}/pca-2"])
def test_no_other_model_is_ever_deleted(place: Workspace, terminal: Terminal, model: str) -> None:
    for made in (False, True):
        before = counts(place)
        told = terminal.refused("discard", place.path, model)
        assert f"{model} was not made of another model's embeddings: name one that was; there is" in told
        assert counts(place) == before
        if not made:
            project(place)


def test_the_command_line_deletes_one(place: Workspace, terminal: Terminal) -> None:
    project(place)
    assert terminal.json("discard", place.path, SMALL)["images"] == PAIRS
