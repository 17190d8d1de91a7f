"""The command `gap`: images against captions before and after centring, kept as a run and as a derived model."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.commands import COMMANDS
from core.errors import Cancelled
from core.maps.neighbours import normalised
from core.progress import Progress
from core.reduced import model_titles
from core.reduction.retrieval import ranks, recall
from core.results import Pairs
from core.sources import Item
from core.workspace import Workspace
from tests.clustering.making import Stop
from tests.semantics.making import DIMENSIONS, ITEMS, Encoder, meaning, unit
from tests.terminal import Terminal

SPACE = {"size", "alignment", "uniformity", "pair_cosine", "other_cosine", "i2t", "t2i"}


@pytest.fixture
def pairs(place: Workspace) -> Pairs:
    return Pairs(*(place.embeddings("pocket", modality).vectors for modality in ("image", "text")))


def centred(x: np.ndarray) -> np.ndarray:
    return normalised(x - x.astype(np.float64).mean(axis=0))


def test_json_as_promised(place: Workspace, pairs: Pairs, terminal: Terminal) -> None:
    found = terminal.json("gap", place.path)
    names = {"run", "model", "items", "matched", "before", "after", "changed", "histogram", "derived", "seconds"}
    assert set(found) == names
    assert (found["model"], found["items"], found["matched"], found["derived"]) == ("pocket", ITEMS, ITEMS, None)
    after = Pairs(centred(pairs.image), centred(pairs.text))
    for name, space in (("before", pairs), ("after", after)):
        told, own = found[name], ranks(space)
        assert set(told) == SPACE
        assert (told["i2t"], told["t2i"]) == (recall(own.image_to_text), recall(own.text_to_image))
        assert told["size"] == pytest.approx(np.linalg.norm(space.image.mean(0) - space.text.mean(0)), abs=1e-5)
        assert told["pair_cosine"] == pytest.approx((space.image * space.text).sum(axis=1).mean(), abs=1e-5)
        counts = found["histogram"][name]
        assert (sum(counts["pairs"]), sum(counts["others"])) == (ITEMS, ITEMS * (ITEMS - 1))
    assert found["after"]["size"] < found["before"]["size"]
    for way in ("i2t", "t2i"):
        change = found["changed"][way]["won"] - found["changed"][way]["lost"]
        assert change == pytest.approx(ITEMS * (found["after"][way] - found["before"][way]))


def test_the_run_holds_what_is_drawn(place: Workspace, pairs: Pairs) -> None:
    found = COMMANDS["gap"](place.path)
    run = place.run(found["run"])
    assert (run.card.kind, run.card.title, run.card.model, run.card.items) == ("gap", "Modality gap", "pocket", ITEMS)
    assert run.card.metrics["before"] == found["before"]
    json.dumps([found, asdict(run.card)])
    arrays = run.arrays
    assert np.allclose(arrays["gap"], pairs.image.mean(0) - pairs.text.mean(0), atol=1e-6)
    assert np.allclose(arrays["image_mean"], pairs.image.mean(0), atol=1e-6)
    assert arrays["plane"].shape == (2, DIMENSIONS)
    assert arrays["before.pairs"].tolist() == found["histogram"]["before"]["pairs"]
    assert recall(arrays["after.i2t"]) == found["after"]["i2t"]
    assert arrays["ids"][arrays["matched"]].tolist() == place.table([])["id"].to_pylist()


def test_only_items_of_a_tag(place: Workspace, encoder: Encoder) -> None:
    """In all three commands; the card says which."""
    ids = place.table([])["id"].to_pylist()
    place.set_column("mine", dict.fromkeys(ids[:30], True))
    place.set_column("blurred", dict.fromkeys(ids[:5], True))
    some = {"tag": "mine", "exclude": "blurred"}
    for found in (
        COMMANDS["gap"](place.path, **some),
        COMMANDS["semantics"](place.path, prompts=["a", "b"], **some),
        COMMANDS["direction"](place.path, ["a"], ["b"], **some),
    ):
        card = place.run(found["run"]).card
        assert (found["items"], card.items) == (25, 25)
        assert {name: card.metrics[name] for name in some} == some


def test_captions_that_say_the_same_are_no_other_captions(place: Workspace) -> None:
    ids = place.table([])["id"].to_pylist()
    vectors = place.embeddings("pocket", "text").vectors
    place.set_column("caption", {ids[5]: "Caption  4", ids[6]: "caption 4"})
    place.add_embeddings("pocket", "text", ids[5:7], vectors[[4, 4]])
    found = COMMANDS["gap"](place.path)
    assert (found["items"], found["matched"]) == (ITEMS, ITEMS - 2)
    assert sum(found["histogram"]["before"]["others"]) == ITEMS * (ITEMS - 1) - 6


def test_the_centred_space_is_a_model(place: Workspace, pairs: Pairs, encoder: Encoder) -> None:
    found = COMMANDS["gap"](place.path, centre=True)
    assert found["derived"] == "pocket/centred"
    assert model_titles(place)["pocket/centred"] == "pocket, images and captions centred"
    for modality in ("image", "text"):
        moved = place.embeddings("pocket/centred", modality).vectors
        assert np.allclose(moved, centred(getattr(pairs, modality)), atol=1e-5)
    query = meaning("anything") - pairs.text.mean(axis=0)
    scores = centred(pairs.image) @ query / np.linalg.norm(query)
    hits = COMMANDS["search"](place.path, "anything", model="pocket/centred", top=3)["hits"]
    assert [hit["score"] for hit in hits] == pytest.approx(sorted(scores.tolist(), reverse=True)[:3], abs=1e-5)
    assert COMMANDS["gap"](place.path, centre=True)["derived"] == "pocket/centred"
    assert COMMANDS["gap"](place.path, model="pocket/centred")["before"]["size"] == pytest.approx(
        found["after"]["size"]
    )
    drawn = place.run(COMMANDS["map"](place.path, "pca", model="pocket/centred")["run"])
    assert len(drawn.arrays["ids"]) == 2 * ITEMS


def test_pairs_of_a_file(tmp_path: Path, pairs: Pairs, place: Workspace, terminal: Terminal) -> None:
    source, out = str(tmp_path / "pairs.npz"), tmp_path / "gap.npz"
    np.savez(source, image=2 * pairs.image, text=pairs.text)
    found, own = COMMANDS["gap"](source, out=str(out)), COMMANDS["gap"](place.path)
    assert found["run"] is None
    for name in ("before", "after"):
        assert found[name]["alignment"] == pytest.approx(own[name]["alignment"], abs=1e-5)
    with np.load(out) as arrays:
        assert arrays["before.others"].tolist() == found["histogram"]["before"]["others"]
    assert "a .npz keeps no derived models" in terminal.refused("gap", source, "--centre")
    np.savez(source, x=unit(9))
    assert "holds `x`: pairs are needed" in terminal.refused("gap", source)
    np.savez(source, image=np.zeros((3, 4)), text=unit(3, 4))
    assert "image: row 0 is all zeros" in terminal.refused("gap", source)
    np.savez(source, image=unit(1), text=unit(1))
    assert "1 pairs with 1 different captions: bring at least 2" in terminal.refused("gap", source)


def lacking(folder: Path, modality: str) -> Workspace:
    place = Workspace.create(folder / modality)
    ids = place.add([Item(str(row), caption=f"caption {row}") for row in range(3)]).ids
    place.add_embeddings("pocket", modality, ids, unit(3))
    return place


@pytest.mark.parametrize(
    ("modality", "line"), [("text", "captions and no images"), ("image", "images and no captions")]
)
def test_a_workspace_that_lacks_one_side(tmp_path: Path, terminal: Terminal, modality: str, line: str) -> None:
    place = lacking(tmp_path, modality)
    assert f"pocket has embedded {line}: add and embed them" in terminal.refused("gap", place.path)
    assert place.runs() == []


def test_a_caption_that_all_share_cannot_be_centred(place: Workspace, terminal: Terminal) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("caption", dict.fromkeys(ids, "the same"))
    place.add_embeddings("pocket", "text", ids, np.repeat(unit(1), ITEMS, axis=0))
    assert "40 pairs with 1 different captions: bring at least 2" in terminal.refused("gap", place.path)
    assert "no items are embedded by other" in terminal.refused("gap", place.path, "--model", "other")
    assert "exclude mine: no item has this tag" in terminal.refused("gap", place.path, "--exclude", "mine")


def test_stopped_it_keeps_nothing(place: Workspace) -> None:
    with pytest.raises(Cancelled):
        COMMANDS["gap"](place.path, report=Stop("uniformity"))
    assert place.runs() == []


def test_progress_rises_and_a_person_reads_a_table(place: Workspace, terminal: Terminal) -> None:
    told: list[Progress] = []
    COMMANDS["gap"](place.path, centre=True, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    output = terminal.text("gap", place.path)
    assert "before and after centring" in output
    assert "lost" in output


def test_what_is_told_is_plain(place: Workspace) -> None:
    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(map(plain, value.values()))
        return all(map(plain, value)) if isinstance(value, list) else isinstance(value, str | int | float | None)

    assert plain(COMMANDS["gap"](place.path))
