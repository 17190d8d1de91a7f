"""Several captions an image in the comparison of reducers: never in both halves, any of them right, each asks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.commands import COMMANDS
from core.commands.pairs import every_pair, read_pairs, wordings
from core.errors import BadInput
from core.reduction import contrastive
from core.reduction.compare import splits
from core.reduction.nearest import nearest
from core.reduction.retrieval import ranks
from core.results import Pairs
from core.sources import Item
from core.workspace import Workspace
from tests.reduction.test_retrieval import several
from tests.workspace.making import fill

IMAGES, DIMENSIONS = 130, 16


@pytest.fixture
def pairs() -> Pairs:
    return several(IMAGES)


@pytest.fixture
def place(tmp_path: Path, pairs: Pairs) -> Workspace:
    """The pairs as items; the items have their rows' captions in the rows' order."""
    assert pairs.item is not None
    place = Workspace.create(tmp_path / "pairs")
    rows = [np.flatnonzero(pairs.item == item) for item in range(IMAGES)]
    given = [Item(str(n), captions=tuple(f"caption {row}" for row in mine)) for n, mine in enumerate(rows)]
    fill(place, given, pairs.image[[mine[0] for mine in rows]])
    place.add_embeddings("pocket", "text", place.missing("pocket", "text"), pairs.text[np.concatenate(rows)])
    return place


def test_no_image_is_in_both_halves_and_each_split_is_as_large(pairs: Pairs) -> None:
    items, found = pairs.items, splits(pairs.items, 6)
    for split in found:
        assert not set(items[split.fit].tolist()) & set(items[split.held_out].tolist())
        assert np.array_equal(np.union1d(split.fit, split.held_out), np.arange(len(pairs)))
    assert len({(len(each.held_out), len(set(items[each.held_out].tolist()))) for each in found}) == 1
    assert len(set(items[found[0].held_out].tolist())) >= IMAGES // 2 - 4
    assert len({each.held_out.tobytes() for each in found}) == 6


def test_with_one_caption_each_the_halves_are_those_of_before() -> None:
    order = np.random.default_rng([0, 1]).permutation(61)
    split = splits(np.arange(61), 2)[1]
    assert np.array_equal(split.held_out, np.sort(order[:30]))
    assert np.array_equal(split.fit, np.sort(order[30:]))


@pytest.mark.parametrize("tile", [1_024, 50])
def test_the_nearest_other_is_of_another_image(pairs: Pairs, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.reduction.nearest.TILE", tile)
    scores = pairs.image @ pairs.text.T
    scores[pairs.items[:, None] == pairs.items] = -np.inf
    found, rows = nearest(pairs), np.arange(len(pairs))
    # The captions of an image tie: which of its rows wins hangs on the last digit, and that on the tiles.
    np.testing.assert_allclose(scores[rows, found.image_to_text], scores.max(axis=1), rtol=0, atol=1e-6)
    np.testing.assert_allclose(scores[found.text_to_image, rows], scores.max(axis=0), rtol=0, atol=1e-6)


def test_pairs_are_every_caption_with_its_image(place: Workspace, pairs: Pairs) -> None:
    found = every_pair(place.path)
    assert len(found) == len(pairs)
    assert len(found.pairs.image_rows) == len(set(found.ids.tolist())) == IMAGES
    said = [int(text.removeprefix("caption ")) for text in place.captions(found.rows.caption_ids())]
    assert sorted(said) == list(range(len(pairs)))
    assert np.allclose(found.pairs.text, pairs.text[said], atol=1e-6)
    assert np.allclose(found.pairs.image, pairs.image[said], atol=1e-6)
    assert pairs.item is not None
    assert np.array_equal(found.pairs.items, pairs.item[said])
    assert len(set(wordings(found.rows).tolist())) == len(pairs)


def test_a_caption_that_is_said_before_is_left_out_alone(place: Workspace, pairs: Pairs) -> None:
    ids = place.table(["id"])["id"].to_pylist()
    said = place.table(["captions"])["captions"].to_pylist()
    several = next(n for n, some in enumerate(said) if n and len(some) > 2)
    place.set_captions({ids[several]: [f" {said[0][0].upper()}", *said[several][1:]]})
    place.add_embeddings("pocket", "text", place.missing("pocket", "text"), pairs.text[:1])
    found = read_pairs(place.path)
    assert (len(found), found.repeated, len(found.pairs.image_rows)) == (len(pairs) - 1, 1, IMAGES)


def test_fewer_than_fifty_images_are_refused_however_many_captions(place: Workspace) -> None:
    ids = place.table(["id"])["id"].to_pylist()
    place.set_column("tag", dict.fromkeys(ids[:49], "few"))
    with pytest.raises(BadInput, match="49 pairs are fewer than 50"):
        read_pairs(place.path, tag="few")


def expected(pairs: Pairs, held_out: np.ndarray) -> dict[str, float]:
    """Recall of the images, once each, and of the captions."""
    held = pairs.take(held_out)
    found = ranks(held)
    first = [held.items.tolist().index(item) for item in range(int(held.items.max()) + 1)]
    return {"i2t": (found.image_to_text[first] < 1).mean(), "t2i": (found.text_to_image < 1).mean()}


def test_figures_count_images_once_and_captions_each(place: Workspace) -> None:
    result: dict[str, Any] = COMMANDS["reduce"](place.path, ["pca"], dims=[8, 12], seeds=3)
    given = read_pairs(place.path).pairs
    halves = [expected(given, split.held_out) for split in splits(given.items, 3)]
    for way in ("i2t", "t2i"):
        mean = np.mean([each[way] for each in halves])
        assert result["full"][way] == pytest.approx(mean)
        low, high = result["full"]["band"][way]
        assert low < mean < high
    assert result["full"]["both"][0] == pytest.approx(np.mean([list(each.values()) for each in halves]))
    assert (result["pairs"], result["images"]) == (len(given), IMAGES)
    assert result["held_out_images"] < IMAGES / 2 + 1 < result["held_out"]
    assert result["full"]["right"]["t2i"] == pytest.approx(result["full"]["t2i"] * result["held_out"])
    assert result["full"]["right"]["i2t"] == pytest.approx(result["full"]["i2t"] * result["held_out_images"])
    point = result["curves"]["pca"][1]
    assert point["difference"] == pytest.approx(point["both"][0] - result["full"]["both"][0], abs=0.02)


def test_a_run_knows_which_caption_each_row_is(place: Workspace) -> None:
    result = COMMANDS["reduce"](place.path, ["pca"], dims=[8], seeds=1)
    run, given = place.run(result["runs"]["pca"]), read_pairs(place.path)
    assert run.card.items == IMAGES
    assert run.arrays["ids"].tolist() == given.ids.tolist()
    assert given.rows.caption is not None
    assert run.arrays["caption"].tolist() == given.rows.caption.tolist()


def test_a_reducer_is_used_on_every_caption(place: Workspace) -> None:
    made = COMMANDS["project"](place.path, "pca", dims=8)
    assert place.caption_embeddings(made["model"]).ids.tolist() == place.caption_embeddings("pocket").ids.tolist()
    assert made["captions"] == len(place.caption_embeddings("pocket")) > IMAGES


def test_folds_never_part_an_image(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[set[int]] = []
    fitted: list[set[int]] = []

    def score(held: Pairs) -> float:
        assert held.item is not None
        evaluated.append(set(held.item.tolist()))
        return 0.0

    solutions = contrastive.solutions

    def watched(given: Pairs, *rest: Any) -> Any:
        assert given.item is not None
        fitted.append(set(given.item.tolist()))
        return solutions(given, *rest)

    monkeypatch.setattr(contrastive, "reciprocal_rank", score)
    monkeypatch.setattr(contrastive, "solutions", watched)
    contrastive.solved(pairs, 4, 3, 0, lambda progress: None)
    assert len(fitted) == 4
    for fold, some in enumerate(fitted[:3]):
        each = len(evaluated) // 3
        assert not some & set().union(*evaluated[fold * each : (fold + 1) * each])
