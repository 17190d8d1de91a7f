"""The Groups page."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import store
from app.scatter import maps
from app.views.groups import (
    actions,
    answer,
    curves,
    form,
    grouping,
    heat,
    places,
    retrieval,
    runs,
    searched,
    sides,
    styles,
    theorem,
    together,
)
from app.views.groups import table as methods_table
from app.views.groups.cards import Side
from app.views.groups.runs import SELECTOR
from core.commands import COMMANDS
from core.commands.grouping import RUN
from core.errors import BadParameter
from core.groups.figures import AgainstMean
from core.groups.significance import Difference
from core.groups.verdict import Answer
from core.methods import discover
from core.runs.groups import GroupsRun
from core.runs.record import metrics
from core.sources import Item
from core.workspace import RunCard, Workspace, create_named
from tests.app.conftest import FakeJobs, clean, ids, page, picture, save_map, texts, unit

CLASSES, EACH, WIDTH = 8, 10, 6
NAMES = [f"class {letter}" for letter in "abcdefgh"]
SIZES = [1, 2, 4]


@pytest.fixture(autouse=True)
def few_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.groups.counterexample.SHAPES", [(1, 1, 1, 1)])


@pytest.fixture
def shown(cold: None) -> Callable[..., AppTest]:
    def open_page(workspace: Workspace, **kept: object) -> AppTest:
        """kept: what the session has been told before, by the widgets' keys with underscores."""
        test = AppTest.from_function(page, args=(workspace.path, "groups"), default_timeout=60)
        for key, value in kept.items():
            test.session_state[key.replace("_", "-")] = value
        return test.run()

    return open_page


@pytest.fixture
def workspace(home) -> Workspace:
    """Eighty pictures of eight classes, which lie about centres of their own."""
    made, random = create_named("classes"), np.random.default_rng(0)
    of = np.repeat(np.arange(CLASSES), EACH)
    made.add(
        Item(f"{row}.png", picture(row), f"item {row}", NAMES[group], {"pair": f"{row // 2}", "odd": row % 2 == 1})
        for row, group in enumerate(of)
    )
    rows = np.repeat(random.normal(size=(CLASSES, WIDTH)), EACH, axis=0) + random.normal(size=(len(of), WIDTH))
    made.add_embeddings("pocket", "image", ids(made), unit(rows))
    return made


@pytest.fixture
def compared(workspace: Workspace) -> Workspace:
    """The mean, the normalised mean and the whitened mean, over three splits."""
    COMMANDS["groups"](workspace.path, "label", ["normalised-mean", "whitened-mean"], seeds=3, sizes=[*SIZES, 64])
    return workspace


def every(workspace: Workspace) -> list[GroupsRun]:
    cards = workspace.runs("groups")
    return runs.found(workspace, cards, SELECTOR.inputs(cards)[0])


def button(test: AppTest, key: str):
    return next(each for each in test.button if each.key == key)


# without embeddings


def test_without_embeddings_one_line_says_what_to_do(shown, home) -> None:
    assert "Bring images or captions with labels first" in texts(clean(shown(create_named("nothing"))))


def test_items_that_wait_are_counted(shown, home) -> None:
    made = create_named("waiting")
    made.add([Item("1.png", picture(1), "one", "")])
    assert "1 item wait to be embedded" in texts(clean(shown(made)))


def test_while_items_are_embedded_the_page_says_so(shown, home, jobs: FakeJobs) -> None:
    made = create_named("nothing")
    jobs.start("embed", {}, "Embed", made.path)
    assert "being embedded" in texts(clean(shown(made)))


# the form


def test_columns_that_make_groups_enough(workspace: Workspace) -> None:
    known = grouping.columns(workspace, store.items(workspace))
    assert {each.name: (each.groups, each.middling) for each in known} == {"label": (8, 10.0), "pair": (40, 2.0)}


@pytest.mark.parametrize(
    ("known", "chosen"),
    [
        ([("coarse", 9, 900.0), ("fine", 97, 71.0), ("concept", 1889, 5.0)], "fine"),
        ([("small", 10, 2.0), ("larger", 5, 6.0)], "larger"),
        ([], None),
    ],
)
def test_the_usual_grouping_is_fine_but_can_be_halved(known, chosen) -> None:
    assert grouping.usual([grouping.Column(*each) for each in known]) == chosen


def test_compare_starts_one_job_with_what_the_form_says(shown, workspace: Workspace, jobs: FakeJobs) -> None:
    test = clean(shown(workspace))
    assert "6 methods, 5 splits: each learns from one half of the groups" in texts(test)
    button(test, "start-groups").click().run()
    (job,) = jobs.known
    assert (job.command, job.title) == (
        "groups",
        "Groups by label (8 groups): Normalised mean, Gaussian, Wasserstein, Whitened mean and 3 more",
    )
    told = job.arguments
    assert told["methods"] == list(form.FIRST)
    assert (told["by"], told["seeds"], told["sizes"]) == ("label", 5, [1, 2, 4, 8, 16, 32])
    assert (told["model"], told["space"], told["params"]) == ("pocket", "images", {})
    assert "is running" in texts(clean(test))


def test_without_a_method_the_mean_is_there_alone(shown, workspace: Workspace, jobs: FakeJobs) -> None:
    test = shown(workspace)
    test.button_group(key="groups-methods").set_value([]).run()
    assert "The mean alone, 5 splits" in texts(clean(test))
    button(test, "start-groups").click().run()
    assert jobs.known[0].arguments["methods"] == ["mean"]


def test_parameters_go_with_the_job(shown, workspace: Workspace, jobs: FakeJobs) -> None:
    test = shown(workspace)
    test.button_group(key="groups-methods").set_value(["gaussian"]).run()
    test.number_input(key="groups-gaussian-prior").set_value(2.0).run()
    button(test, "start-groups").click().run()
    assert jobs.known[0].arguments["params"] == {"prior": 2.0}


def test_tags_may_be_groups(shown, workspace: Workspace, jobs: FakeJobs) -> None:
    words = {id: ("sea", "sky", "wood", "town")[row % 4] for row, id in enumerate(ids(workspace)[:20])}
    workspace.set_column("tag", words)
    test = shown(workspace)
    test.selectbox(key="group-by-classes").set_value(grouping.TAGS).run()
    tags = test.multiselect(key="group-tags-classes")
    tags.set_value(["sea", "sky", "wood", "town"]).run()
    button(clean(test), "start-groups").click().run()
    by = jobs.known[0].arguments["by"]
    assert {name: len(items) for name, items in by.items()} == dict.fromkeys(("sea", "sky", "wood", "town"), 5)
    assert all(words[id] == name for name, items in by.items() for id in items)
    test = shown(workspace)
    test.selectbox(key="group-by-classes").set_value(grouping.TAGS).run()
    test.multiselect(key="group-tags-classes").set_value(["sea"]).run()
    assert "Nothing to group by" in texts(clean(test))


def test_clusters_may_be_groups(shown, workspace: Workspace, jobs: FakeJobs) -> None:
    card = RunCard("", "clustering", "kmeans", "K-means", {"k": 4}, 7, "pocket", "images", 80)
    id = workspace.save_run(card, {"ids": np.array(ids(workspace)), "labels": np.arange(80) % 4})
    test = shown(workspace)
    test.selectbox(key="group-by-classes").set_value(RUN + id).run()
    button(clean(test), "start-groups").click().run()
    assert jobs.known[0].arguments["by"] == RUN + id
    assert runs.by_title(workspace, RUN + id) == "the clusters of K-means, seed 7"
    workspace.delete_run(id)
    assert runs.by_title(workspace, RUN + id) == "the clusters of a deleted run"


@pytest.mark.parametrize(("given", "line"), [("many", "'many' is no size"), ("0", "groups of 0 items")])
def test_sizes_that_cannot_be_are_answered_with_a_line(given: str, line: str) -> None:
    with pytest.raises(BadParameter, match=line):
        form.asked(["2", given])
    assert form.asked(["8", "2", 8]) == (2, 8)


def test_nothing_repeats(shown, home) -> None:
    made = create_named("single")
    made.add(Item(f"{n}.png", picture(n), f"item {n}", "") for n in range(6))
    made.add_embeddings("pocket", "image", ids(made), unit(np.eye(6)))
    test = clean(shown(made))
    assert "Nothing to group by" in texts(test)
    assert button(test, "start-groups").disabled


# while it runs


def test_what_was_refused_or_failed_is_told(shown, compared: Workspace, jobs: FakeJobs) -> None:
    job = jobs.start("groups", {}, "Groups by label", compared.path)
    assert "Each method appears here when it is done" in texts(clean(shown(compared)))
    job.state, job.result = "done", {"refused": [{"method": "smog", "reason": "too few"}]}
    assert "Momentum groups (SMoG)** was left out: too few" in texts(clean(shown(compared)))
    job.state, job.error = "failed", "no memory"
    test = shown(compared)
    assert [each.value for each in test.error] == ["Groups by label: no memory"]


# does it represent the group?


def test_the_page_answers_in_words_and_figures(shown, compared: Workspace) -> None:
    test = clean(shown(compared))
    said = texts(test)
    assert "8 groups by label, 80 items, 3 splits, pocket, images" in test.selectbox(key="groups-given-classes").options
    assert "does learning beat the plain mean? **By mAP" in said
    assert "| | 2 items | 4 items |" in said
    assert "Each split learns from 4 groups and asks about 4 others" in said
    assert "Too few groups have halves of 64 items" in said
    table = test.dataframe[0].value
    for row, each in enumerate(every(compared)):
        assert table["Method"][row] == runs.title(each)
        assert table["4"][row] == pytest.approx(each.map[2].mean())
    test.button_group(key="groups-measure").set_value("top1").run()
    assert clean(test).dataframe[0].value["1"][0] == pytest.approx(every(compared)[0].top1[0].mean())


ANSWERS = [
    Answer(2, "smog", 0.03, 0.02, 0.04, 0.001, 0.0004, ("smog", "deepsets")),
    Answer(4, "deepsets", -0.002, -0.01, 0.006, 0.5, 0.6, ()),
]


def test_the_answer_says_where_and_by_how_much_not() -> None:
    assert answer.short({"mAP": ANSWERS, "Top-1": ANSWERS[1:]}) == "By mAP yes at 2 items, not at 4; by Top-1 no."
    lines = answer.table({"mAP": ANSWERS}).splitlines()
    assert lines[0] == "| | 2 items | 4 items |"
    assert "yes:] Momentum groups (SMoG) **+0.030** (+0.020 to +0.040, p < 0.001), 1 more beat it" in lines[2]
    assert "no:] DeepSets **−0.002** (−0.010 to +0.006, p = 0.60)" in lines[2]


def test_one_split_is_no_test() -> None:
    alone_one = replace(ANSWERS[1], low=None, high=None, p=None, q=None)
    assert answer.cell(alone_one) == "DeepSets **−0.002**, one split: no test"
    assert answer.short({"mAP": [], "Top-1": []}).startswith("Not known yet")


def test_curves_are_means_with_their_spread(compared: Workspace) -> None:
    found = every(compared)
    assert [each.card.method for each in found] == ["mean", "normalised-mean", "whitened-mean"]
    line = (found[2].card.id, 4)
    drawn = curves.found(found, "map", line)
    lines = [trace for trace in drawn.data if trace.mode == "lines+markers"]
    for each, trace in zip(found, lines, strict=True):
        assert list(trace.y) == pytest.approx(each.map.mean(axis=1))
        assert [row[2] for row in trace.customdata] == pytest.approx(each.map.std(axis=1, ddof=1))
    assert list(lines[2].marker.size) == [7, 7, 14]
    less = curves.less_mean(found, "top1", line)
    for each, trace in zip(found[1:], less.data, strict=True):
        wanted = each.top1.mean(axis=1) - found[0].top1.mean(axis=1)
        assert list(trace.y) == pytest.approx(wanted)


def test_arrows_stand_where_the_interval_leaves_zero(compared: Workspace) -> None:
    found = every(compared)[1]
    ends = ((0.1, 0.2), (-0.1, 0.2), (-0.2, -0.1))
    tested = [Difference((low + high) / 2, low, high, 0.5) for low, high in ends]
    against = [AgainstMean(size, each, each) for size, each in zip(SIZES, tested, strict=True)]
    marked = replace(found, card=replace(found.card, metrics=metrics(replace(found.figures, against_mean=against))))
    assert [cell[-1] for cell in methods_table._cells(marked, "map")][::2] == ["↑", "↓"]


def test_a_click_chooses_method_and_size(shown, compared: Workspace) -> None:
    mean = every(compared)[0]
    test = clean(shown(compared, groups_line=mean.card.id, groups_size=2))
    assert test.selectbox(key="groups-line").value == mean.card.id
    made = mean.answers[2]
    assert f"Mean, groups of 2 items: {int(made.right.sum())} of {len(made.right)} right" in texts(test)


def test_what_single_groups_found(compared: Workspace) -> None:
    found = every(compared)
    for each in found:
        for size in SIZES:
            made = each.answers[size]
            ways = searched.sorted_ways(found, each, made, size)
            mean = found[0].answers[size]
            assert sorted([*ways["wrong"], *ways["right"]]) == list(range(len(made.place)))
            assert (np.diff(made.place[ways["wrong"]]) <= 0).all()
            if each is not found[0]:
                assert set(ways["won"]) == set(np.flatnonzero(made.right & ~mean.right))
                assert set(ways["lost"]) == set(np.flatnonzero(~made.right & mean.right))
    made = found[0].answers[1]
    row = int(made.place.argmax())
    given, got = searched.card(found[0], made, row).sides
    labels = store.items(compared).frame["label"]
    assert {labels[id] for id in given.ids} == {given.title}
    assert {labels[id] for id in got.ids} == {got.title}
    assert (got.tone == "right") == (given.title == got.title) == bool(made.right[row])


def test_runs_of_an_earlier_version_say_so(shown, compared: Workspace) -> None:
    for each in every(compared):
        kept = {name: array for name, array in each.arrays().items() if not name.startswith(("queries", "bound_rows"))}
        compared.save_run(replace(each.card, id=""), kept)
    assert "made by an earlier version" in texts(clean(shown(compared)))
    assert "made by an earlier version" in texts(clean(shown(compared, groups_view="The bound")))


def test_comparisons_on_other_groups_are_apart(shown, compared: Workspace) -> None:
    COMMANDS["groups"](compared.path, "pair", ["mean"], seeds=2, sizes=[1])
    givens = SELECTOR.inputs(compared.runs("groups"))
    assert [each.by for each in givens] == ["pair", "label"]
    test = clean(shown(compared))
    assert "40 groups by pair" in test.selectbox(key="groups-given-classes").options[0]
    assert "Only the mean is there yet" in texts(test)
    test.selectbox(key="groups-given-classes").set_value(1).run()
    assert len(clean(test).dataframe[0].value) == 3


def test_settings_are_told_in_the_title() -> None:
    card = RunCard(
        "", "groups", "gaussian", "Gaussian, Wasserstein", {"prior": 2.0, "seed": 0}, 0, "pocket", "images", 8
    )
    assert SELECTOR.title(card) == "Gaussian, Wasserstein, prior 2.0"


def test_what_a_job_has_found_is_told(workspace: Workspace) -> None:
    from app.views.groups.page import PAGE

    result = COMMANDS["groups"](workspace.path, "label", ["normalised-mean"], seeds=1, sizes=[1])
    assert PAGE.outcomes["groups"].summary(result) == "8 groups by 2 methods"


def test_a_method_comes_back_as_it_was(compared: Workspace) -> None:
    each = every(compared)[1]
    again = GroupsRun.load(compared, each.save(compared))
    assert again.figures == each.figures
    kept = each.arrays()
    assert all(np.array_equal(array, kept[name]) for name, array in again.arrays().items())
    assert {"queries_1", "gallery_2", "nearest_4", "place_4", "bound_rows"} < set(again.arrays()) == set(kept)


# the group map


def test_groups_stand_on_the_map(shown, compared: Workspace) -> None:
    assert "There is no map of these items yet" in texts(clean(shown(compared, groups_view="Group map")))
    map_id = save_map(compared, 0, len(ids(compared)))
    test = clean(shown(compared, groups_view="Group map"))
    assert "Click a group" in texts(test)
    each = every(compared)[0]
    drawn = maps.drawn(compared, next(card for card in compared.runs("map") if card.id == map_id), "Images")
    made = places.figure(each, drawn, 3, {group: b"picture" for group in range(CLASSES)})
    circles = next(trace for trace in made.data if trace.customdata is not None)
    places_of = dict(zip(drawn.ids.tolist(), drawn.points.xy.tolist(), strict=True))
    for group, x, y in zip([row[0] for row in circles.customdata], circles.x, circles.y, strict=True):
        assert (x, y) == pytest.approx(places_of[str(each.ids[each.central[group]])])
    assert len(made.layout.images) == CLASSES
    chosen = next(trace for trace in made.data if trace.marker.color == places.CHOSEN)
    assert len(chosen.x) == EACH


def test_areas_grow_with_counts() -> None:
    sizes = places.across(np.array([400, 100, 1]))
    assert sizes.tolist() == [places.LARGE, places.LARGE / 2, places.SMALL]


def test_no_more_items_than_a_browser_moves() -> None:
    assert places.shown(7).tolist() == list(range(7))
    many = places.shown(1_000_000)
    assert len(many) == places.ITEMS
    assert (many[0], many[-1]) == (0, 999_999)


def test_the_nearest_groups_are_those_of_the_distances(shown, compared: Workspace) -> None:
    each = every(compared)[0]
    between = each.between
    for group in range(CLASSES):
        near = together.nearest(each, group)
        assert [other for other, _ in near] == [other for other in np.argsort(between[group]) if other != group]
        assert [far for _, far in near] == pytest.approx(np.sort(between[group])[1:], abs=1e-5)
    test = clean(shown(compared, groups_view="Group map", groups_group="class c"))
    assert "**class c**, 10 items" in texts(test)
    test.selectbox(key="groups-group").set_value("class e").run()
    assert "**class e**, 10 items" in texts(clean(test))


def test_members_begin_with_the_most_central(compared: Workspace) -> None:
    each = every(compared)[0]
    members = each.members(2)
    assert members[0] == each.ids[each.central[2]]
    assert set(members) == {id for id, group in zip(each.ids, each.group, strict=True) if group == 2}


def test_levels_of_a_heat_map() -> None:
    values, low, high = heat.levels(np.array([[0, 2, 4], [2, 0, 3], [4, 3, 0]], dtype=np.float32))
    assert (low, high) == (2, 4)
    assert values.tolist() == [[0, 0, 255], [0, 0, 128], [255, 128, 0]]


def test_equal_distances_have_one_level() -> None:
    values, low, high = heat.levels(1 - np.eye(3, dtype=np.float32))
    assert (low, high, set(values.ravel())) == (1, 1, {0})


def test_of_many_groups_the_nearest_are_left(shown, compared: Workspace) -> None:
    each = every(compared)[0]
    none = {"order": np.zeros(0, np.int64), "between": np.zeros((0, 0), np.float32)}
    compared.save_run(replace(each.card, id=""), {**each.arrays(), **none})
    test = shown(compared, groups_view="Group map", groups_line=every(compared)[0].card.id, groups_usual=None)
    assert "only the nearest are kept" in texts(clean(test))


def test_a_card_has_place_for_eight() -> None:
    short = Side("many", tuple("abcdefghijk"), more=2).short
    assert (short.ids, short.more) == (tuple("abcdefg"), 6)
    assert Side("few", tuple("abcdefgh")).short.more == 0


# the bound


def test_both_sides_of_the_bound(shown, compared: Workspace) -> None:
    each = every(compared)[0]
    test = clean(shown(compared, groups_view="The bound"))
    said = texts(test)
    bound = each.figures.bound
    values = {metric.label: metric.value for metric in test.metric}
    assert values["Triplet margin m"] == f"{bound.margin:.3f}".replace("-", "−")
    assert values["Broken"] == values["Counter-examples found"] == "0"
    assert "No pair breaks the bound" in said
    assert "As it was written, it fails" in said
    pair = int((each.bound_left / each.bound_right).argmax())
    assert f"the two sets lie **{each.bound_left[pair]:.3f}** apart" in said
    chosen = clean(shown(compared, groups_view="The bound", groups_pair=(bound_of(each), 5)))
    assert f"the two sets lie **{each.bound_left[5]:.3f}** apart" in texts(chosen)


def bound_of(each: GroupsRun) -> str:
    return each.figures.comparison


def test_the_pictures_of_a_pair_are_its_sets(compared: Workspace) -> None:
    each = every(compared)[0]
    vectors = compared.embeddings("pocket", "image")
    of = dict(zip(vectors.ids.tolist(), vectors.vectors, strict=True))
    pairs = range(0, len(each.bound_left), 7)
    assert len(pairs) > 2
    for pair in pairs:
        first, second, other = (np.mean([of[each.ids[row]] for row in rows], axis=0) for rows in each.sets_of(pair))
        assert np.linalg.norm(first - second) == pytest.approx(each.bound_left[pair], abs=1e-5)
        assert each.name_of(each.sets_of(pair)[2][0]) == each.names[each.bound_other[pair]]
        assert other.shape == (WIDTH,)


def test_the_scatter_holds_every_pair_below_the_line(compared: Workspace) -> None:
    each = every(compared)[0]
    for trace in [trace for trace in sides.scatter(each, 0).data if trace.customdata is not None]:
        assert len(trace.x) == each.figures.bound.pairs
        assert (np.array(trace.y) <= np.array(trace.x) + 1e-6).all()
    shares = [np.sum(trace.y) for trace in sides.slack(each).data]
    assert shares == pytest.approx([1, 1])


def test_what_the_margin_says(compared: Workspace) -> None:
    told = every(compared)[0].figures.bound
    assert "nearer to one of another group" in theorem.plainly(replace(told, margin=0.5))
    assert "nearer to all of its own group than to any other, by 0.50" in theorem.plainly(replace(told, margin=-0.5))
    assert "The bound is broken" in theorem.plainly(replace(told, holds=False))


def test_the_literal_statement_fails_on_a_case(compared: Workspace) -> None:
    said = theorem.fails(every(compared)[0].figures.bound.literal)
    assert "the left side is **10**" in said
    assert "**6**: the statement is false" in said


# what to take away


def test_tables_hold_what_was_found(compared: Workspace) -> None:
    found = every(compared)
    each = found[2]
    figures = actions.figures(found)
    mine = figures[(figures["method"] == runs.title(each)) & (figures["size"] == 2)]
    assert mine["map"].tolist() == pytest.approx(each.map[1].tolist())
    groups = actions.groups(each)
    assert groups["items"].tolist() == [EACH] * CLASSES
    assert groups["nearest_1"][0] == NAMES[each.nearest[0, 0]]
    matrix = actions.distances(each)
    assert matrix.loc["class a", "class d"] == pytest.approx(each.between[0, 3])
    pairs = actions.bound(each)
    assert len(pairs) == each.figures.bound.pairs
    assert (pairs["left"] <= pairs["right"]).all()
    for name, make, *_ in actions._files(found, each):
        assert make(), name


def test_a_deleted_method_is_gone_however_often_it_was_made(compared: Workspace) -> None:
    COMMANDS["groups"](compared.path, "label", ["normalised-mean"], seeds=3, sizes=[*SIZES, 64])
    found = every(compared)
    assert [each.card.method for each in found] == ["mean", "normalised-mean", "whitened-mean"]
    actions.delete(compared, found, found[0].card.id)
    assert [each.card.method for each in every(compared)] == ["normalised-mean", "whitened-mean"]
    assert {card.method for card in compared.runs("groups")} == {"normalised-mean", "whitened-mean"}


def test_the_usual_choice_is_the_best_until_a_person_chooses(compared: Workspace) -> None:
    found = every(compared)
    means = [each.map[2].mean() for each in found]
    assert retrieval.best(found) is found[int(np.argmax(means))]


def test_every_method_has_a_colour_of_its_own() -> None:
    colours = styles.colours()
    assert set(colours) == set(discover("core.groups"))
    assert len(set(colours.values())) == len(colours)
