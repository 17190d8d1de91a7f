"""The Dimensions page."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import derived_embeddings, store
from app.views.dimensions import actions, changes, chart, chosen, cost, curves, empty, form, pairs, spectrum, table
from app.views.dimensions.curves import SELECTOR, Input
from app.views.dimensions.measure import Measure, level, losses, lossless, mean_and_sd
from core.errors import BadParameter
from core.methods import discover, find
from core.reduction.figures import PointFigures, WholeFigures
from core.results import Projection
from core.runs.record import metrics
from core.runs.reducer import ReducerRun
from core.runs.reduction import ReductionFigures, ReductionRun
from core.sources import Item
from core.statistics import MeanAndSd
from core.workspace import RunCard, Workspace, create_named
from tests.app.conftest import FakeJobs, alone, clean, ids, picture, texts, unit

COUNT, WIDTH, SPLITS, HELD = 60, 16, 3, 30
DIMS = (4, 8)


@pytest.fixture
def shown(cold: None) -> Callable[..., AppTest]:
    def open_page(workspace: Workspace) -> AppTest:
        return alone("dimensions", workspace)

    return open_page


def made(name: str, count: int = COUNT, modalities: tuple[str, ...] = ("image", "text")) -> Workspace:
    """Captioned pictures, each caption near its image, embedded by "pocket"."""
    workspace = create_named(name)
    captioned = "text" in modalities
    workspace.add(Item(f"{n}.png", picture(n), f"card {n}" if captioned else "", "", {"odd": n % 2 == 1})
                  for n in range(count))  # fmt: skip
    random = np.random.default_rng(0)
    image = random.normal(size=(count, WIDTH))
    rows = {"image": image, "text": image + random.normal(scale=0.6, size=image.shape)}
    for modality in modalities:
        workspace.add_embeddings("pocket", modality, ids(workspace), unit(rows[modality]))
    return workspace


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return made("sixty")


def halves() -> np.ndarray:
    random = np.random.default_rng(1)
    return np.array([np.sort(random.permutation(COUNT)[:HELD]) for _ in range(SPLITS)])


NONE = MeanAndSd(0, 0)
"""Of figures that the page does not show: it reads ranks."""
SHARED = {"both": NONE, "right": {}, "recall": {}}


def figures(dims: tuple[int, ...]) -> ReductionFigures:
    loss = {"difference": 0, "p": 1, "standard_error": 0, "detectable_loss": 0, "lossless": True, "mcnemar": {}}
    return ReductionFigures(
        comparison="one",
        splits=SPLITS,
        pairs=COUNT,
        held_out=HELD,
        repeated=7,
        at=1,
        full=WholeFigures(i2t=0, t2i=0, sd={}, band={}, **SHARED),
        intrinsic_dimension={"image": 6.25, "text": 5.5},
        dims=dims,
        curve=[PointFigures(dim=dim, i2t=NONE, t2i=NONE, seconds=0.25, **loss, **SHARED) for dim in dims],
    )


def save(
    workspace: Workspace, wrong: tuple[int, ...] = (10, 0), dims: tuple[int, ...] = DIMS, method: str = "pca", **more
) -> RunCard:
    """A run as the command `reduce` writes it: all right at full D, at each D' so many images wrong in each split.

    others: whether it says what was nearest but for the partner; earlier versions did not.
    """
    full = np.zeros((SPLITS, HELD), np.int32)
    ranks = np.zeros((len(dims), SPLITS, HELD), np.int32)
    for place, count in enumerate(wrong):
        ranks[place, :, :count] = np.arange(count) + 1
    card = RunCard(
        id=f"{method}-{len(workspace.runs())}",
        kind="reduction",
        method=method,
        title=find("core.reduction", method).title,
        params={"dimensions": 64, "seed": 0},
        model="pocket",
        items=COUNT,
        fingerprint="abc",
        metrics=metrics(figures(dims)) | more.pop("metrics", {}),
    )
    arrays = {
        "ids": np.asarray(ids(workspace)),
        "held_out": halves(),
        "dims": np.array(dims),
        "full_i2t": full,
        "full_t2i": full,
        "i2t": ranks,
        "t2i": np.zeros_like(ranks),
        "explained": (np.full(WIDTH, 1 / WIDTH)).astype(np.float32),
    }
    following = np.roll(np.arange(HELD, dtype=np.int32), -1)
    if more.pop("others", True):  # the pair that follows among the held-out ones; the one before it at full D
        arrays |= {f"{way}_nearest": np.broadcast_to(following, ranks.shape) for way in ("i2t", "t2i")}
        arrays |= {f"full_{way}_nearest": np.broadcast_to(following - 2, full.shape) for way in ("i2t", "t2i")}
    card = replace(card, **more)
    workspace.save_run(card, arrays)
    return card


@pytest.fixture
def reduced(workspace: Workspace) -> Workspace:
    """PCA loses at 4 dimensions and nothing at 8; a second setting is wrong everywhere."""
    save(workspace)
    save(workspace, wrong=(30, 20), params={"dimensions": 64, "seed": 0, "steps": 9})
    return workspace


def found(workspace: Workspace) -> list[ReductionRun]:
    cards = workspace.runs("reduction")
    return curves.curves(workspace, cards, SELECTOR.inputs(cards)[0])


def choose(test: AppTest, *names: str) -> AppTest:
    test.button_group(key="reduce-methods").set_value(list(names))
    return test.run()


# without pairs


@pytest.mark.parametrize(
    ("modalities", "count", "said"),
    [
        (("image",), 60, "The images have no captions"),
        (("text",), 60, "The captions have no images"),
        (("image", "text"), 20, "at least 50 are needed"),
        ((), 60, "60 items wait to be embedded"),
    ],
)
def test_without_pairs_one_line_says_why(shown, home, modalities, count, said) -> None:
    test = clean(shown(made("lacking", count, modalities)))
    assert said in texts(test)
    assert not test.button_group


def test_an_empty_workspace(shown, home) -> None:
    assert "Bring images with captions first" in texts(clean(shown(create_named("nothing"))))


def test_while_items_are_embedded_the_page_says_so(shown, home, jobs: FakeJobs) -> None:
    empty_one = create_named("nothing")
    jobs.start("embed", {}, "Embed", empty_one.path)
    assert "being embedded" in texts(clean(shown(empty_one)))


def test_modalities_of_two_models_are_no_pairs(home) -> None:
    workspace = made("two", modalities=("image",))
    workspace.add_embeddings("other", "text", ids(workspace), unit(np.ones((COUNT, 4))))
    assert "embed the others with the same model" in empty.reason(workspace)


# the form


def test_the_form_starts_one_job(shown, workspace, jobs: FakeJobs) -> None:
    test = choose(shown(workspace), "pca")
    assert "1 reducer, 2 numbers of dimensions, 3 splits: each learns on one half of 60 pairs" in texts(clean(test))
    clean(test.button(key="start-reduce").click().run())
    (job,) = jobs.known
    assert (job.command, job.workspace) == ("reduce", workspace.path)
    assert job.arguments == {
        "source": workspace.path,
        "methods": ["pca"],
        "dims": [8, 12],
        "seeds": 3,
        "params": {},
        "model": "pocket",
        "tag": None,
        "exclude": None,
    }


def test_the_job_takes_what_the_form_gives(shown, home, jobs: FakeJobs) -> None:
    """The commands are called as the page calls them, on real rows; the page shows what they find."""
    from core.commands import COMMANDS

    workspace = made("more", 2 * COUNT)
    test = choose(shown(workspace), "pca")
    test.button(key="start-reduce").click().run()
    result = COMMANDS["reduce"](**jobs.known[0].arguments)
    jobs.known[0].state = "done"
    test = clean(test.run())
    (curve,) = found(workspace)
    for way in ("i2t", "t2i"):
        means, _ = mean_and_sd(curve, Measure(way))
        assert means == pytest.approx([point[way][0] for point in result["curves"]["pca"]])
        assert level(curve, Measure(way))[0] == pytest.approx(result["full"][way])
    assert lossless(curve, Measure()) == result["smallest_lossless"]["pca"]
    assert [loss.p for loss in losses(curve, Measure()).values()] == [point["p"] for point in result["curves"]["pca"]]
    test.button(key="use-reducer").click().run()
    COMMANDS["project"](**jobs.known[1].arguments)
    assert clean(test.run()).button(key="use-reducer").label == "In use"


def test_every_method_has_its_form(shown, workspace) -> None:
    methods = discover("core.reduction")
    test = clean(choose(shown(workspace), *methods))
    assert {tab.label for tab in test.tabs} == {method.title for method in methods.values()}
    keys = {each.key for each in [*test.number_input, *test.selectbox, *test.toggle, *test.text_input]}
    wanted = {
        f"reduce-{name}-{each.name}"
        for name, method in methods.items()
        for each in method.info.params
        if each.name not in curves.APART
    }
    assert wanted <= keys
    assert not any(key.endswith(("-dimensions", "-seed")) for key in keys if key)


def test_other_dimensions_and_splits(shown, workspace, jobs: FakeJobs) -> None:
    test = choose(shown(workspace), "pca")
    test.multiselect(key=f"reduce-dims-{WIDTH}").set_value(["2", "8"])
    test.number_input(key="reduce-splits").set_value(5)
    clean(test.run())
    clean(test.button(key="start-reduce").click().run())
    assert [jobs.known[0].arguments[name] for name in ("dims", "seeds")] == [[2, 8], 5]


def test_the_dimensions_asked_for() -> None:
    assert form.asked(["32", " 8", 16, "8"], 64) == (8, 16, 32)
    for wrong in ("64", "1", "many"):
        with pytest.raises(BadParameter, match=wrong):
            form.asked([wrong], 64)


def test_the_usual_dimensions() -> None:
    assert form.ladder(512) == [8, 16, 32, 64, 128, 256, 384]
    assert form.ladder(256) == [8, 16, 32, 64, 128, 192]
    assert form.ladder(4) == [3]


def test_without_a_method_nothing_can_be_started(shown, workspace) -> None:
    test = clean(choose(shown(workspace)))
    assert test.button(key="start-reduce").disabled


def test_pairs_are_chosen_by_tags(shown, workspace, jobs: FakeJobs) -> None:
    test = choose(shown(workspace), "pca")
    test.selectbox(key="reduce-tag").set_value("odd").run()
    assert "at least 50 are needed" in texts(clean(test))
    assert test.button(key="start-reduce").disabled


# while it runs


def test_a_running_comparison_is_told(shown, reduced, jobs: FakeJobs) -> None:
    jobs.start("reduce", {}, "Reduce by PCA", reduced.path)
    assert "“Reduce by PCA” is running." in texts(clean(shown(reduced)))


def test_a_comparison_that_failed_says_why(shown, workspace, jobs: FakeJobs) -> None:
    job = jobs.start("reduce", {}, "Reduce by PCA", workspace.path)
    job.state, job.error = "failed", "out of memory"
    assert "out of memory" in shown(workspace).error[0].value


def test_a_curve_that_was_stopped_is_said_to_be_one(shown, workspace, jobs: FakeJobs) -> None:
    save(workspace, metrics={"partial": True, "dims": [4, 8, 12]})
    assert "stopped after 2 of 3 numbers of dimensions" in texts(clean(shown(workspace)))
    jobs.start("reduce", {}, "Reduce by PCA", workspace.path)
    assert "stopped after" not in texts(clean(shown(workspace)))


def test_a_curve_that_grew_is_news(workspace) -> None:
    card = save(workspace, wrong=(1,), dims=(4,))
    before = curves.grown(workspace.runs("reduction"))
    save(workspace, id=card.id)
    assert before == {card.id: 1}
    assert curves.grown(workspace.runs("reduction")) == {card.id: 2}


def test_a_curve_without_a_point_waits(shown, workspace, jobs: FakeJobs) -> None:
    assert "Choose reducers, press Compare" in texts(clean(shown(workspace)))
    jobs.start("reduce", {}, "Reduce by PCA", workspace.path)
    save(workspace, wrong=(), dims=())
    assert not clean(shown(workspace)).dataframe


# the curve


def test_figures_come_from_the_ranks(reduced) -> None:
    best, _ = found(reduced)
    assert mean_and_sd(best, Measure())[0] == pytest.approx([1 - 10 / 30 / 2, 1.0])
    assert mean_and_sd(best, Measure("i2t"))[0] == pytest.approx([2 / 3, 1.0])
    assert mean_and_sd(best, Measure("t2i"))[0] == pytest.approx([1.0, 1.0])
    assert mean_and_sd(best, Measure("i2t", 5))[0] == pytest.approx([1 - 6 / 30, 1.0])
    assert mean_and_sd(best, Measure())[1] == pytest.approx([0, 0])
    assert level(best, Measure()) == (1.0, 1.0, 1.0)
    assert lossless(best, Measure()) == 8
    assert lossless(best, Measure("t2i")) == 4


def test_the_figure_has_a_line_and_a_band_each(reduced) -> None:
    both = found(reduced)
    drawn = chart.figure(both, Measure(), both[0], 8)
    lines = [trace for trace in drawn.data if trace.mode == "lines+markers"]
    assert [line.name for line in lines] == [curves.title(curve) for curve in both]
    assert lines[0].line.color == lines[1].line.color
    assert lines[0].line.dash != lines[1].line.dash
    assert list(lines[0].marker.size) == [9, 15]
    assert lines[0].customdata[1][:2] == [both[0].card.id, 8]
    rings = drawn.data[-1]
    assert (list(rings.x), list(rings.y)) == ([8], [1.0])
    assert list(drawn.layout.xaxis.tickvals) == [4, 8, 16]
    assert "all 16 dimensions: 1.00" in drawn.layout.annotations[0].text


def test_each_method_has_its_own_colour() -> None:
    shades = chart.colours()
    assert list(shades) == list(discover("core.reduction"))
    assert len(set(shades.values())) == len(shades)


def test_direction_and_depth(shown, reduced) -> None:
    test = clean(shown(reduced))
    assert "Top-1, mean of both" in [each.label for each in test.metric]
    test.segmented_control(key="curve-way").set_value("i2t").run()
    test.segmented_control(key="curve-depth").set_value(5).run()
    assert "Recall@5, image → text" in [each.label for each in clean(test).metric]


def test_what_the_figures_are_of_is_said(shown, reduced) -> None:
    said = texts(clean(shown(reduced)))
    assert "All figures are of pairs held out of the fit: 3 random half splits of 60 pairs" in said
    assert "30 judged in each. 7 pairs with a caption that repeats took no part." in said


def test_only_curves_of_the_same_pairs_are_compared(shown, reduced) -> None:
    save(reduced, fingerprint="other", metrics={"tag": "odd"})
    test = clean(shown(reduced))
    assert [curve.card.fingerprint for curve in found(reduced)] == ["other"]
    assert test.selectbox(key="reduced").options == [
        "pocket, 60 pairs, 3 splits, only “odd”",
        "pocket, 60 pairs, 3 splits",
    ]
    test.selectbox(key="reduced").set_value(1).run()
    assert len(clean(test).dataframe[0].value) == 2


def test_when_the_last_curve_of_some_pairs_goes_the_others_are_shown(shown, reduced) -> None:
    card = save(reduced, fingerprint="other", created="2000-01-01T00:00:00.000")
    test = shown(reduced)
    test.selectbox(key="reduced").set_value(1).run()
    assert len(clean(test).dataframe[0].value) == 1
    reduced.delete_run(card.id)
    assert len(clean(test.run()).dataframe[0].value) == 2


def test_the_same_curve_made_again_replaces_the_first(workspace) -> None:
    save(workspace)
    newer = save(workspace, wrong=(2, 1))
    assert [curve.card.id for curve in found(workspace)] == [newer.id]


# the table


def test_the_table_begins_with_the_fewest_dimensions(shown, reduced) -> None:
    board = clean(shown(reduced)).dataframe[0].value
    assert board["Smallest D'"].tolist()[0] == 8
    assert np.isnan(board["Smallest D'"].tolist()[1])
    assert board["At"].tolist() == [8, 8]
    assert board["Accuracy"].tolist() == pytest.approx([1.0, 1 - 20 / 30 / 2])
    assert board["Right"].tolist() == pytest.approx([30, 20])
    assert board["p"].tolist()[1] < 0.05
    assert board["Time (s)"].tolist() == [0.25, 0.25]


def test_a_click_on_a_line_or_a_point_chooses_it(monkeypatch, reduced) -> None:
    import streamlit as st

    session: dict = {}
    monkeypatch.setattr(st, "session_state", session)
    best, other = table.ordered(found(reduced), Measure())
    assert chosen.now([best, other], Measure()) == (best, 8)
    assert chosen.now([best, other], Measure("t2i")) == (best, 4)
    table._clicked({"selection": {"cells": [(1, "p")]}}, [best, other], Measure())
    assert chosen.now([best, other], Measure()) == (other, 8)
    chosen.POINT.clicked({"selection": {"points": [{"customdata": [best.card.id, 4, 0.0]}]}})
    assert chosen.now([best, other], Measure()) == (best, 4)
    chosen.POINT.clicked({"selection": {"points": [{"x": 3}]}})
    assert chosen.now([best, other], Measure()) == (best, 4)
    assert chosen.now([other], Measure()) == (other, 8)


# one point


def test_another_point_by_the_menus(shown, reduced) -> None:
    test = clean(shown(reduced))
    assert {each.label: each.value for each in test.metric}["Top-1, mean of both"] == "1.000"
    test.selectbox(key=chosen.DIMENSION).set_value(4).run()
    assert {each.label: each.value for each in clean(test).metric}["Top-1, mean of both"] == "0.833"


def test_pairs_that_broke_and_pairs_that_were_won(reduced) -> None:
    best, _ = found(reduced)
    moved = changes.changes(best, 4, Measure())
    assert (moved.tries, moved.lost_tries, moved.won_tries) == (SPLITS * HELD * 2, 30, 0)
    assert moved.lost["after"].tolist() == sorted(moved.lost["after"], reverse=True)
    assert set(moved.lost["id"]) == set(best.ids[best.held_out[:, :10]].ravel())
    right = np.zeros((2, SPLITS, HELD), np.int32)
    turned = replace(best, full_i2t=best.i2t[0], full_t2i=best.t2i, i2t=right, t2i=right)
    won = changes.changes(turned, 4, Measure("i2t"))
    assert (won.lost_tries, won.won_tries) == (0, 30)
    assert changes.changes(best, 4, Measure("i2t", 5)).lost_tries == 3 * 6


def test_broken_pairs_are_counted_and_paged(shown, reduced) -> None:
    test = shown(reduced)
    test.selectbox(key=chosen.DIMENSION).set_value(4).run()
    said = texts(clean(test))
    assert "**Broken: 30**" in said
    assert "**Won: 0**" in said


def test_a_card_shows_what_was_found_instead(reduced) -> None:
    best, _ = found(reduced)
    items = store.items(reduced)
    lost = changes.changes(best, 4, Measure()).lost
    (card,) = pairs.cards(reduced, items, lost[:1], "lost")
    row = lost.iloc[0]
    split, pair = next(zip(*np.nonzero(best.ids[best.held_out] == row["id"]), strict=True))
    image, own, instead = card.cells
    assert (card.id, row["after"], pair) == (row["id"], 10, 9)
    assert (image.title, image.thumbnail) == ("image", store.thumbnails(reduced, [card.id])[card.id])
    assert (own.title, own.words) == ("own: 1st → 11th", items.captions[card.id])
    wrong = best.ids[best.held_out[split, 10]]
    assert (instead.title, instead.words) == ("first now", items.captions[wrong])
    assert own.thumbnail is instead.thumbnail is None


def test_what_was_won_shows_what_was_found_before(reduced) -> None:
    best, _ = found(reduced)
    ones = np.ones((SPLITS, HELD), np.int32)
    other_way = replace(best, full_i2t=ones, full_t2i=ones)
    won = changes.changes(other_way, 8, Measure("t2i")).won
    (card,) = pairs.cards(reduced, store.items(reduced), won[:1], "won")
    caption, own, instead = card.cells
    assert (caption.title, caption.thumbnail) == ("caption", None)
    assert own.title == "own: 2nd → 1st"
    split, pair = next(zip(*np.nonzero(best.ids[best.held_out] == card.id), strict=True))
    wrong = str(best.ids[best.held_out[split, pair - 1]])
    assert (instead.title, instead.thumbnail) == ("first before", store.thumbnails(reduced, [wrong])[wrong])
    assert own.thumbnail == store.thumbnails(reduced, [card.id])[card.id]


def test_a_curve_of_an_earlier_version_shows_what_it_knows(shown, workspace) -> None:
    save(workspace, others=False)
    test = shown(workspace)
    test.selectbox(key=chosen.DIMENSION).set_value(4).run()
    said = texts(clean(test))
    assert "**Broken: 30**" in said
    assert "compare again to see what came first" in said
    (curve,) = found(workspace)
    (card,) = pairs.cards(workspace, store.items(workspace), changes.changes(curve, 4, Measure()).lost[:1], "lost")
    assert [cell.title for cell in card.cells] == ["image", "own: 1st → 11th"]
    assert pairs.first(changes.places(curve, 4, card.id), "after") == []


def test_what_came_first_is_told_once_for_all_splits(reduced) -> None:
    best, _ = found(reduced)
    id = str(best.ids[best.held_out[0, 3]])
    of = changes.places(best, 4, id)
    held = [(split, pair) for split, pair in zip(*np.nonzero(best.ids[best.held_out] == id), strict=True) if pair < 10]
    firsts = [best.ids[best.held_out[split, pair + 1]] for split, pair in held]
    assert pairs.first(of[of["way"] == "i2t"], "after") == list(dict.fromkeys(firsts))
    assert pairs.first(of, "before") == []


def test_a_pair_is_told_of_in_each_split(reduced) -> None:
    best, _ = found(reduced)
    id = str(best.ids[best.held_out[0, 3]])
    lines = [pairs.sentence(way, of, HELD, 4) for way, of in changes.places(best, 4, id).groupby("way", sort=False)]
    assert lines[0].startswith("The caption, sought for the image: **1st** of 30; in 4 dimensions **")
    assert "The image, sought for the caption: **1st** of 30; in 4 dimensions **1st**" in lines[1]


def test_storage_and_search(shown, reduced) -> None:
    test = clean(shown(reduced))
    assert {each.label: each.value for each in test.metric}["An embedding takes"] == "32 B"
    clean(test.button(key="time-search").click().run())
    (searched,) = [each for each in test.metric if each.label == "A search in 60 images"]
    assert searched.value.endswith(" ms")


def test_search_is_timed_not_computed() -> None:
    small, large = np.ones((50, 4), np.float32), np.ones((20_000, 256), np.float32)
    quick, slow = cost.seconds(small, large)
    assert 0 < quick < slow


def test_the_variance_and_the_intrinsic_dimension(shown, reduced) -> None:
    said = texts(clean(shown(reduced)))
    assert "Of 16 components **15** hold 90 % and **16** hold 99 % of the variance." in said
    assert "Intrinsic dimension **6.25** (images) and **5.50** (captions)." in said
    drawn = spectrum.scree(np.array([0.5, 0.3, 0.2], np.float32))
    assert drawn.data[0].y == pytest.approx([0.5, 0.8, 1.0])


# what to do with it


def reducer(workspace: Workspace, card: RunCard, dimension: int) -> None:
    straight = Projection.straight(np.eye(WIDTH, dtype=np.float32)[:dimension])
    metrics = {"base": "pocket", "derived": f"pocket/pca-{dimension}"}
    made = replace(card, id="made", kind="reducer", params=dict(card.params, dimensions=dimension), metrics=metrics)
    ReducerRun(made, straight, straight).save(workspace)


def test_the_reducer_is_applied_by_a_job(shown, workspace, jobs: FakeJobs) -> None:
    save(workspace)
    test = clean(shown(workspace))
    assert test.button(key="use-reducer").label == "Use this reducer"
    clean(test.button(key="use-reducer").click().run())
    (job,) = jobs.known
    assert job.command == "project"
    assert job.arguments == {
        "source": workspace.path,
        "method": "pca",
        "dims": 8,
        "params": {},
        "model": "pocket",
        "tag": None,
        "exclude": None,
    }
    assert test.button(key="use-reducer").disabled


def test_a_reducer_in_use_can_be_taken_away(shown, workspace) -> None:
    from safetensors.numpy import load

    card = save(workspace)
    reducer(workspace, card, 8)
    test = clean(shown(workspace))
    assert test.button(key="use-reducer").label == "In use"
    assert "choose the model “pocket, reduced to 8 dimensions by PCA" in texts(test)
    (curve,) = found(workspace)
    assert actions.model_in_use(workspace, curve, 8) == "pocket/pca-8"
    assert actions.model_in_use(workspace, curve, 4) is None
    assert load(actions.file(workspace, "pocket/pca-8"))["image.linear"].shape == (8, WIDTH)


def test_a_reducer_in_use_can_be_given_up(shown, workspace) -> None:
    card = save(workspace)
    assert "drop-reducer" not in [each.key for each in clean(shown(workspace)).button]
    reducer(workspace, card, 8)
    fewer = unit(workspace.embeddings("pocket", "image").vectors[:, :8])
    workspace.add_embeddings("pocket/pca-8", "image", ids(workspace), fewer)
    test = clean(shown(workspace))
    test.button(key="drop-reducer").click().run()
    assert "60 embeddings and the reducer that made them will be gone" in texts(test)
    derived_embeddings.delete(workspace, "pocket/pca-8")
    test = clean(test.run())
    assert (test.button(key="use-reducer").label, test.button(key="use-reducer").disabled) == (
        "Use this reducer",
        False,
    )


def test_a_curve_of_embeddings_that_are_deleted_is_still_there(shown, workspace) -> None:
    save(workspace, model="pocket/pca-12")
    test = clean(shown(workspace))
    assert len(test.dataframe[0].value) == 1
    assert "pocket/pca-12, 60 pairs, 3 splits" in test.selectbox(key="reduced").options
    assert "**Won: 0**" in texts(test)
    assert test.button(key="use-reducer").disabled
    assert "time-search" not in [each.key for each in test.button]


def test_the_curves_can_be_taken_away(reduced) -> None:
    told, title = pd.read_csv(BytesIO(actions.csv(found(reduced)))), curves.title(found(reduced)[0])
    assert len(told) == 2 * len(DIMS) * SPLITS * 2
    first = told[(told["method"] == title) & (told["dim"] == 4) & (told["direction"] == "i2t")]
    assert first["recall_at_1"].tolist() == pytest.approx([2 / 3] * SPLITS)
    assert first["full_recall_at_10"].tolist() == [1.0] * SPLITS


def test_a_line_can_be_deleted(shown, reduced) -> None:
    test = clean(shown(reduced))
    clean(test.button(key="delete-curve-now").click().run())
    assert len(reduced.runs("reduction")) == 1
    assert len(test.dataframe[0].value) == 1


def test_what_a_curve_was_made_from(workspace) -> None:
    card = save(workspace, items=1889, metrics={"splits": 1, "exclude": "blurred"})
    assert Input.of(card).title(workspace) == "pocket, 1,889 pairs, 1 split, without “blurred”"


def test_a_line_says_what_a_job_has_found() -> None:
    from app.views.dimensions.page import OUTCOMES

    def said(**smallest: int | None) -> str:
        shared = {name: value for name, value in metrics(figures(DIMS)).items() if name not in ("dims", "curve")}
        made = {"curves": {}, "runs": {}, "model": "pocket", "space": "both", "explained_variance": []}
        return OUTCOMES["reduce"].summary({**shared, **made, "smallest_lossless": smallest})

    assert said(pca=8, truncation=4, contrastive=None) == "4 dimensions lose nothing"
    assert said(pca=None) == "each number of dimensions loses something"
