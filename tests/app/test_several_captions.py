"""Several captions an item, as the pages read them: each a point, all shown, each judged, images counted once."""

import numpy as np
import pytest

from app.kit import item_view, store
from app.kit.gallery import pictures
from app.kit.items import Items
from app.kit.state import Group
from app.scatter.drawn import Drawn
from app.views.dimensions.changes import changes, places
from app.views.dimensions.measure import Measure, level, losses, mean_and_sd, tries
from app.views.dimensions.pairs import cards
from app.views.map import drawer
from app.views.semantics.care import captions, table
from core.commands import COMMANDS
from core.runs.care import MismatchRun
from core.runs.map import MapRun
from core.runs.reduction import ReductionRun
from core.workspace import Workspace
from tests.reduction.test_several_captions import IMAGES, pairs
from tests.reduction.test_several_captions import place as paired
from tests.test_several_captions import COUNTS, ITEMS, ids, place

__all__ = ["paired", "pairs", "place"]


@pytest.fixture
def items(place: Workspace) -> Items:
    return store.items(place)


def test_items_know_all_of_their_captions(place: Workspace, items: Items) -> None:
    one, two, three = ids(place)[:3]
    assert [list(items.captions_of(id)) for id in (one, two)] == [["thing 0 way 0"], ["thing 1 way 0", "thing 1 way 1"]]
    assert [items.caption(id) for id in (three, f"{three}#2", f"{three}#3", "gone")] == [
        "thing 2 way 0",
        "thing 2 way 2",
        "",
        "",
    ]
    assert items.lines[:2] == ["thing 0 way 0", "thing 1 way 0\nthing 1 way 1"]
    assert list(items.frame.columns) == ["caption", "label"]
    assert items.matching("2 WAY 2").tolist() == [three]
    assert len(items.matching("way 1")) == sum(count > 1 for count in COUNTS)


def test_a_gallery_tells_how_many_captions_there_are_besides(place: Workspace, items: Items) -> None:
    drawn = pictures(ids(place), items.captions, {}, several=items.several)
    assert [each.more for each in drawn] == [max(count - 1, 0) for count in COUNTS]


def test_each_caption_is_a_point_and_is_exported_with_its_words(place: Workspace, items: Items) -> None:
    drawn = Drawn.of(MapRun.load(place, COMMANDS["map"](place.path, "pca")["run"]), items, "Both")
    assert drawn.points.captions == items.lines
    assert drawn.points.modality.tolist() == [0] * ITEMS + [1] * sum(COUNTS)
    rows = np.flatnonzero(drawn.rows([ids(place)[2]]))
    table = drawer.table(drawn, items, rows, Group("Selection", (ids(place)[2],), (), "selected"))
    assert table["point"].tolist() == ["image", "caption", "caption", "caption"]
    assert table["caption"].tolist() == ["thing 2 way 0", "thing 2 way 0", "thing 2 way 1", "thing 2 way 2"]


def test_the_nearest_captions_are_of_others_and_each_its_own(place: Workspace, items: Items) -> None:
    id = ids(place)[2]
    hits = item_view.neighbours(place, "pocket", "text", items, id).ids.tolist()
    assert len(hits) == 6
    assert not any(hit.startswith(id) for hit in hits)
    text, image = place.caption_embeddings("pocket"), place.embeddings("pocket", "image", [id])
    scores = dict(zip(text.ids.tolist(), (text.vectors @ image.vectors[0]).tolist(), strict=True))
    assert hits == sorted((each for each in scores if not each.startswith(id)), key=lambda each: -scores[each])[:6]


def test_data_quality_shows_the_caption_that_does_not_fit(place: Workspace) -> None:
    run = COMMANDS["care"](place.path, ["mismatches"])["kinds"]["mismatches"]["run"]
    found = MismatchRun.load(place, run)
    assert found.noun == "caption"
    own, _, other = captions(place, found, found.rows[:1])[0].partition("\n→ ")
    assert own == "thing 5 way 2"
    assert other.startswith("thing ")
    assert not other.startswith("thing 5 ")
    assert found.taken(1) == [ids(place)[5]]
    assert table(store.items(place), found, 1)["caption"][0] == "thing 5 way 2"


def curve(workspace: Workspace) -> tuple[dict, ReductionRun]:
    result = COMMANDS["reduce"](workspace.path, ["pca"], dims=[6, 12], seeds=3)
    return result, ReductionRun.load(workspace, result["runs"]["pca"])


def test_curves_are_those_that_the_command_tells(paired: Workspace) -> None:
    result, found = curve(paired)
    for way in ("i2t", "t2i"):
        mean, sd = mean_and_sd(found, Measure(way))
        told = result["curves"]["pca"]
        assert mean == pytest.approx([point[way][0] for point in told])
        assert sd == pytest.approx([point[way][1] for point in told])
        assert level(found, Measure(way))[0] == pytest.approx(result["full"][way])
    lost = losses(found, Measure())
    assert [lost[dim].difference for dim in (6, 12)] == pytest.approx([p["difference"] for p in told])
    assert [lost[dim].p for dim in (6, 12)] == pytest.approx([p["p"] for p in told])
    assert (tries(found, Measure("i2t")), tries(found, Measure("t2i"))) == (
        result["held_out_images"],
        result["held_out"],
    )


def test_an_image_asks_once_and_each_caption_for_itself(paired: Workspace) -> None:
    result, found = curve(paired)
    by_image, by_caption = (changes(found, 6, Measure(way)) for way in ("i2t", "t2i"))
    assert by_image.tries == 3 * result["held_out_images"]
    assert by_caption.tries == 3 * result["held_out"]
    held = next(
        id for id in found.ids.tolist() if len(store.items(paired).captions_of(id)) > 2 and len(places(found, 6, id))
    )
    asked = places(found, 6, held)
    splits = asked["split"].nunique()
    assert (asked["way"] == "i2t").sum() == splits
    assert (asked["way"] == "t2i").sum() == splits * len(store.items(paired).captions_of(held))
    assert len(set(found.ids.tolist())) == IMAGES


def test_a_card_shows_the_caption_that_asked(paired: Workspace) -> None:
    found, items = curve(paired)[1], store.items(paired)
    lost = changes(found, 6, Measure("t2i")).lost
    match, row = cards(paired, items, lost.iloc[:1], "lost")[0], lost.iloc[0]
    assert row["caption"].startswith(row["id"])
    assert match.cells[0].words == items.caption(row["caption"])


def test_the_store_is_read_from_the_workspace(place: Workspace) -> None:
    assert len(store.embeddings(place, "pocket", "text")) == sum(COUNTS)
    assert store.missing(place, "pocket") == 0
    place.set_captions({ids(place)[0]: ["a new one", "and another"]})
    assert store.missing(place, "pocket") == 2
