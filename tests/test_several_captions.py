"""The commands on items with several captions: each a point, each judged, found once an item."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from core.commands import COMMANDS
from core.commands.items import item_rows
from core.inputs import read_rows
from core.maps.neighbours import normalised
from core.results import Pairs
from core.sources import Item
from core.workspace import Workspace
from core.workspace.captions import caption_id, item_of
from tests.test_commands import DIMENSIONS, Encoder, encoder, picture
from tests.workspace.making import fill

ITEMS = 24
COUNTS = [1 + number % 3 for number in range(ITEMS)]
__all__ = ["encoder"]


@pytest.fixture
def place(place: Workspace) -> Workspace:
    """Items with one to three captions; each caption lies near its image, but the last of item 5."""
    random = np.random.default_rng(0)
    said = [tuple(f"thing {number} way {way}" for way in range(count)) for number, count in enumerate(COUNTS)]
    images = normalised(random.normal(size=(ITEMS, DIMENSIONS)))
    ids = fill(place, (Item(f"{n}.png", picture(n), captions=some) for n, some in enumerate(said)), images)
    captions = place.missing("pocket", "text")
    of = np.array([ids.index(item_of(each)) for each in captions])
    text = normalised(images[of] + 0.2 * random.normal(size=(len(of), DIMENSIONS)))
    text[captions.index(f"{ids[5]}#2")] = -images[5]
    place.add_embeddings("pocket", "text", captions, text)
    return place


def ids(workspace: Workspace) -> list[str]:
    return workspace.table(["id"])["id"].to_pylist()


def test_every_caption_is_a_point_of_its_own(place: Workspace) -> None:
    run = place.run(COMMANDS["map"](place.path, "pca")["run"])
    known = ids(place)
    assert run.card.items == ITEMS
    assert run.arrays["ids"].tolist() == known + [
        id for id, count in zip(known, COUNTS, strict=True) for _ in range(count)
    ]
    assert run.arrays["caption"].tolist() == [0] * ITEMS + [way for count in COUNTS for way in range(count)]
    assert len(run.arrays["xy"]) == ITEMS + sum(COUNTS)
    assert "caption" not in place.run(COMMANDS["map"](place.path, "pca", space="images")["run"]).arrays


def test_a_new_caption_is_placed_and_no_other_moves(place: Workspace) -> None:
    fast = {"max_iter": 50, "early_exaggeration_iter": 50, "perplexity": 5}
    run = COMMANDS["map"](place.path, "tsne", params=fast)["run"]
    assert COMMANDS["place"](place.path, run)["placed"] == 0
    place.add([Item("again", picture(5), "another way")])
    place.add_embeddings("pocket", "text", place.missing("pocket", "text"), np.eye(1, DIMENSIONS, dtype=np.float32))
    placed = COMMANDS["place"](place.path, run)
    before, after = place.run(run).arrays, place.run(placed["run"]).arrays
    assert placed["placed"] == 1
    assert np.array_equal(after["xy"][: len(before["xy"])], before["xy"])
    assert (after["ids"][-1], after["caption"][-1], after["modality"][-1]) == (ids(place)[5], 3, "text")


def test_a_comparison_has_one_row_an_item_its_captions_averaged(place: Workspace) -> None:
    every = read_rows(place.path, "captions")
    assert len(every) == sum(COUNTS)
    once = item_rows(place.path, "captions")
    assert once.ids.tolist() == ids(place)
    mine = every.vectors[every.ids == once.ids[2]]
    assert len(mine) == 3
    assert np.allclose(once.vectors[2], normalised(mine.mean(axis=0)[None])[0], atol=1e-6)
    assert np.array_equal(once.vectors[0], every.vectors[0])
    both, image = item_rows(place.path, "both"), item_rows(place.path, "images")
    assert np.allclose(both.vectors, normalised(image.vectors + once.vectors), atol=1e-5)


def test_captions_that_are_found_show_once_an_item(place: Workspace, encoder: Encoder) -> None:
    known = ids(place)
    text = place.caption_embeddings("pocket")
    scores = {}
    for id, score in zip(text.ids.tolist(), text.vectors[:, 0].tolist(), strict=True):
        scores[item_of(id)] = max(score, scores.get(item_of(id), -1))
    best = sorted(known, key=lambda id: -scores[id])
    for top in (1, 7, ITEMS, 3 * ITEMS):
        hits = COMMANDS["search"](place.path, text="anything", target="captions", top=top)["hits"]
        assert [hit["id"] for hit in hits] == best[:top]
        assert [hit["score"] for hit in hits] == pytest.approx([scores[id] for id in best[:top]], abs=1e-6)
    near = COMMANDS["search"](place.path, item=known[5], target="captions", top=ITEMS)["hits"]
    assert sorted(hit["id"] for hit in near) == sorted(set(known) - {known[5]})


def by_hand(pairs: Pairs) -> np.ndarray:
    """Of each caption the shares of other images' captions and of other images' rows that come before it."""
    scores = pairs.image.astype(np.float64) @ pairs.text.T.astype(np.float64)
    item = pairs.items
    ways = np.zeros((2, len(pairs)))
    for row in range(len(pairs)):
        others = item != item[row]
        ways[0, row] = (scores[row, others] >= scores[row, row]).mean()
        ways[1, row] = (scores[others, row] >= scores[row, row]).mean()
    return ways


def test_data_care_asks_about_each_caption(place: Workspace) -> None:
    from core.commands.pairs import every_pair

    found = COMMANDS["care"](place.path, ["mismatches"], top=1, write="odd")["kinds"]["mismatches"]
    assert (found["ranked"], found["found"][0]["id"]) == (sum(COUNTS), ids(place)[5])
    assert found["found"][0]["caption"] == "thing 5 way 2"
    run, pairs = place.run(found["run"]), every_pair(place.path).pairs
    ways = by_hand(pairs)
    assert np.allclose(run.arrays["evidence.image_to_text"], ways[0], atol=1e-6)
    assert np.allclose(run.arrays["evidence.text_to_image"], ways[1], atol=1e-6)
    instead = run.arrays["evidence.instead"]
    assert not (pairs.items[instead] == pairs.items).any()
    odd = place.table(["odd"])["odd"].to_pylist()
    flagged = set(run.arrays["ids"][run.arrays["flagged"]].tolist())
    assert {id for id, each in zip(ids(place), odd, strict=True) if each} == flagged
    assert ids(place)[5] in flagged


def test_captions_of_the_same_words_are_no_rivals_nor_what_stands_beside_them(place: Workspace) -> None:
    known = ids(place)
    place.set_captions({known[1]: ["thing 1 way 0", "THING 2 way  1"]})
    text = place.caption_embeddings("pocket")
    same = text.vectors[text.ids == f"{known[2]}#1"]
    place.add_embeddings("pocket", "text", [f"{known[1]}#1"], same)
    found = COMMANDS["care"](place.path, ["mismatches"], top=100)["kinds"]["mismatches"]["found"]
    told = {each["id"] + each["caption"]: each for each in found}
    text = place.caption_embeddings("pocket")
    vectors, image = dict(zip(text.ids.tolist(), text.vectors, strict=True)), place.embeddings("pocket", "image")
    own = float(image.vectors[2] @ vectors[f"{known[2]}#1"])
    others = [v for id, v in vectors.items() if item_of(id) not in (known[1], known[2])] + [vectors[known[1]]]
    share = np.mean([float(image.vectors[2] @ other) >= own for other in others])
    assert told[known[2] + "thing 2 way 1"]["image_to_text"] == pytest.approx(share, abs=1e-6)


def test_the_gap_counts_an_image_once(place: Workspace) -> None:
    found = COMMANDS["gap"](place.path)
    image, text = place.embeddings("pocket", "image"), place.caption_embeddings("pocket")
    assert (found["items"], found["captions"], found["matched"]) == (ITEMS, sum(COUNTS), sum(COUNTS))
    size = np.linalg.norm(image.vectors.mean(axis=0) - text.vectors.mean(axis=0))
    assert found["before"]["size"] == pytest.approx(float(size), abs=1e-5)
    of = np.array([image.ids.tolist().index(item_of(id)) for id in text.ids.tolist()])
    distances = np.square(image.vectors[of] - text.vectors).sum(axis=1)
    assert found["before"]["alignment"] == pytest.approx(float(distances.mean()), abs=1e-5)
    scores = image.vectors @ text.vectors.T
    assert found["before"]["i2t"] == pytest.approx(np.mean(of[scores.argmax(axis=1)] == np.arange(ITEMS)))
    assert found["before"]["t2i"] == pytest.approx(np.mean(scores.argmax(axis=0) == of))
    assert sum(found["histogram"]["before"]["pairs"]) == sum(COUNTS)
    others = sum(of[a] != of[b] for a, b in product(range(len(of)), repeat=2))
    assert sum(found["histogram"]["before"]["others"]) == others


def test_names_look_at_every_caption(place: Workspace) -> None:
    known = ids(place)
    place.set_column("side", {id: "left" if n < 12 else "right" for n, id in enumerate(known)})
    for number in (2, 5, 8):  # the second of three captions
        said = [f"thing {number} way 0", "a red door", f"thing {number} way 2"]
        place.set_captions({known[number]: said})
    place.add_embeddings(
        "pocket", "text", place.missing("pocket", "text"), place.embeddings("pocket", "image").vectors[:3]
    )
    found = COMMANDS["names"](place.path, "side", rank="words", captions=50)["names"]
    left = next(each for each in found if each["group"] == "left")
    phrases = {phrase["phrase"] for phrase in left["phrases"]}
    assert "red door" in phrases
    assert not any("0 a" in phrase or "door thing" in phrase for phrase in phrases)
    said = {text for some in place.table(["captions"])["captions"].to_pylist()[:12] for text in some}
    assert {each["caption"] for each in left["captions"]} == said
    assert {each["id"] for each in left["captions"]} == set(known[:12])


def test_embedding_adds_captions_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.png").write_bytes(picture(number))
    (tmp_path / "one.csv").write_text("image,caption\n0.png,a red square\n1.png,a blue square\n")
    (tmp_path / "two.csv").write_text("image,caption1,caption2\n0.png,a red square,red\n1.png,blue,sky\n")
    first = COMMANDS["embed"](str(tmp_path / "set"), str(folder), captions=str(tmp_path / "one.csv"))
    second = COMMANDS["embed"](str(tmp_path / "set"), str(folder), captions=str(tmp_path / "two.csv"))
    assert "captions_added" not in first
    assert (second["added"], second["embedded"], second["skipped"], second["captions_added"]) == (0, 2, 2, 3)
    place = Workspace.open(tmp_path / "set")
    known = ids(place)
    every = [known[0], caption_id(known[0], 1), known[1], f"{known[1]}#1", f"{known[1]}#2"]
    assert place.caption_embeddings("pocket-2").ids.tolist() == every
