"""The Semantics page: prompts, components, directions, the modality gap."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.comparison.source import Source
from app.kit import store
from app.kit.state import Group
from app.shell import pages
from app.views.semantics import (
    components,
    directions,
    examples,
    gap,
    matrix,
    prompts,
    removed,
    zero_shot,
)
from app.views.semantics.compared import Compared
from app.views.semantics.grid import Grid, Head, Scale
from core.commands import COMMANDS
from core.errors import BadInput
from core.jobs import Job
from core.runs.direction import DirectionRun
from core.runs.gap import GapRun
from core.semantics.directions import removing
from core.semantics.results import Direction
from core.workspace import RunCard, Workspace, create_named
from tests.app.conftest import COUNT, FakeJobs, alone, clean, save_map, session, texts
from tests.semantics.making import SCALE, meaning

COLOURS = ["red", "green", "blue"]


@pytest.fixture
def shown(cold: None) -> Callable[..., AppTest]:
    def open_page(workspace: Workspace, tab: str = "Prompts", **chosen: object) -> AppTest:
        test = alone("semantics", workspace, **chosen)
        return test if tab == "Prompts" else go_to(test, tab)

    return open_page


def go_to(test: AppTest, tab: str) -> AppTest:
    return test.button_group(key="semantics-tab").set_value(tab).run()


def compared(workspace: Workspace, prompts: list[str] = COLOURS, **more: Any) -> RunCard:
    """The run that the command makes; the colours are the items' labels."""
    result = COMMANDS["semantics"](workspace.path, prompts=prompts, **{"against": "components", **more})
    return workspace.run(result["run"]).card


def images(workspace: Workspace) -> np.ndarray:
    return workspace.embeddings("pocket", "image").vectors


def key(name: str) -> str:
    return f"{name}-small"


# without embeddings


def test_an_empty_workspace(shown, home) -> None:
    test = clean(shown(create_named("nothing")))
    assert "Bring images or captions first" in texts(test)
    assert not test.button_group


def test_while_items_are_embedded_the_page_says_so(shown, home, jobs: FakeJobs) -> None:
    empty_one = create_named("nothing")
    jobs.start("embed", {}, "Embed", empty_one.path)
    assert "being embedded" in texts(clean(shown(empty_one)))


INVITATIONS = {
    "Prompts": "Write prompts and press Compare",
    "Components": "which principal component moves with which prompt",
    "Directions": "every item gets its place along it",
    "Modality gap": "how far images lie from captions",
    "Names": "each group gets the phrases that its captions have",
    "Data quality": "near-duplicates, captions that do not fit, doubtful labels, outliers",
}


def test_every_tab_opens_on_a_workspace_without_results(shown, mapped, jobs: FakeJobs) -> None:
    test = shown(mapped)
    assert test.button_group(key="semantics-tab").options == list(INVITATIONS)
    for tab, invitation in INVITATIONS.items():
        said = texts(clean(go_to(test, tab)))
        assert [other for other, each in INVITATIONS.items() if each in said] == [tab], invitation


# the form of prompts


def test_the_form_starts_one_job(shown, workspace, jobs: FakeJobs) -> None:
    test = shown(workspace)
    test.text_area(key=key("prompts-text")).set_value("red: a red card\nblue: a blue card\nblue: the sky")
    test.text_area(key=key("prompts-templates")).set_value("a photo of {}\n\na drawing of {}")
    assert "3 prompts, 2 classes, 2 templates, against 24 items." in texts(clean(test.run()))
    clean(test.button(key="start-prompts").click().run())
    (job,) = jobs.known
    assert (job.command, job.workspace) == ("semantics", workspace.path)
    assert job.arguments == {
        "source": workspace.path,
        "prompts": ["a red card", "a blue card", "the sky"],
        "classes": ["red", "blue", "blue"],
        "templates": ["a photo of {}", "a drawing of {}"],
        "label": None,
        "against": "components",
        "model": "pocket",
        "space": "images",
        "tag": None,
        "exclude": None,
    }


def test_the_job_takes_what_the_form_gives_and_its_result_comes_on_screen(
    shown, workspace, encoder, jobs, monkeypatch
) -> None:
    older = compared(workspace, ["one", "two"])
    test = shown(workspace)
    test.text_area(key=key("prompts-text")).set_value("\n".join(COLOURS))
    test.run()
    clean(test.button(key="start-prompts").click().run())
    result = COMMANDS["semantics"](**jobs.known[0].arguments)
    assert jobs.known[0].id in test.session_state["clipscape"].expected
    test.session_state["prompts-result-small"] = older.id
    clean(test.run())
    jobs.known[0].result = result
    mine = session(monkeypatch, workspace)
    mine.expected.add(jobs.known[0].id)
    pages.go_on(jobs.known)
    assert result["zero_shot"]["accuracy"] is not None
    assert "accuracy" in pages.summary(Job("1", "", "semantics", {}, result=result, state="done"))


@pytest.mark.parametrize(
    ("prompts", "templates", "said"),
    [
        ("", "", "no prompts: write one a line"),
        ("a\n\nb", "", "prompt 2 is empty"),
        ("red: a\nb", "", "line 2 has no class"),
        ("a", "a photo", "has no place for the prompt"),
        ("\n".join(map(str, range(10_001))), "", "10,001 prompts are more than 10,000"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(shown, workspace, prompts, templates, said) -> None:
    test = shown(workspace)
    test.text_area(key=key("prompts-text")).set_value(prompts)
    test.text_area(key=key("prompts-templates")).set_value(templates)
    assert said in texts(clean(test.run()))
    assert test.button(key="start-prompts").disabled


def test_what_was_typed_is_still_there_after_another_tab(shown, workspace) -> None:
    test = shown(workspace)
    test.text_area(key=key("prompts-text")).set_value("mine").run()
    test = clean(go_to(go_to(test, "Modality gap"), "Components"))
    assert test.text_area(key=key("prompts-text")).value == "mine"
    assert clean(go_to(test, "Prompts")).text_area(key=key("prompts-text")).value == "mine"


def test_an_example_is_asked_with_one_click(shown, workspace, jobs: FakeJobs) -> None:
    test = clean(shown(workspace).button(key="prompts-example-0").click().run())
    (asked,) = examples.prompts("small")
    assert jobs.known[0].arguments["prompts"] == asked.lines
    assert "Its result appears here." in texts(test)


def test_prompts_of_a_file() -> None:
    assert prompts.read("a.txt", b"red\nblue\n") == "red\nblue"
    table = prompts.read("a.csv", b"class,prompt\nred,a red card\nred,a ruby\n")
    assert table == "red: a red card\nred: a ruby"
    with pytest.raises(BadInput, match=r"^a.csv: no column `prompt`"):
        prompts.read("a.csv", b"words\nred\n")


@pytest.mark.parametrize("name", ["emoji", "fashion", "faces", "mine"])
def test_every_example_can_be_asked(name: str) -> None:
    for asked in examples.prompts(name):
        words = prompts.Words.of(asked.text, "\n".join(asked.templates))
        assert words.refusal is None
        assert words.prompts is not None
    for way in examples.directions(name):
        assert bool(way.towards and way.away) != bool(way.label and way.value)


def test_a_failed_job_is_said_in_one_line(shown, workspace, jobs: FakeJobs) -> None:
    job = jobs.start("semantics", {}, "Compare with 2 prompts", workspace.path)
    job.state, job.error = "failed", "the model is gone: bring it back"
    test = shown(workspace)
    assert [each.value for each in test.error] == ["Compare with 2 prompts: the model is gone: bring it back"]


def test_few_items_are_compared_without_a_correlation(workspace, jobs: FakeJobs, monkeypatch) -> None:
    monkeypatch.setattr("app.views.semantics.source.count", lambda workspace, given: 2)
    words = prompts.Words.of("a\nb", "")
    prompts.start(workspace, words.prompts, (), Source("pocket", "images"))
    assert jobs.known[0].arguments["against"] == "none"


# cosines and classes


def test_the_result_is_on_screen(shown, mapped, encoder) -> None:
    card = compared(mapped)
    test = clean(shown(mapped))
    assert "24 items, images, pocket" in texts(test)
    accuracy = card.metrics["accuracy"]
    assert f"Accuracy **{100 * accuracy:.3g} %** of 24 items by the column “label”" in texts(test)
    assert test.selectbox(key="prompts-result-small").value == card.id


def test_cosines_and_probabilities_are_those_of_the_vectors(workspace, encoder) -> None:
    found = Compared.of(workspace, compared(workspace))
    text = np.stack([meaning(colour) for colour in COLOURS])
    expected = images(workspace) @ text.T
    assert found.cosines(slice(None)) == pytest.approx(expected, abs=1e-5)
    assert found.cosines(1, np.array([3, 5])) == pytest.approx(expected[[3, 5], 1], abs=1e-5)
    shares = np.exp(SCALE * expected) / np.exp(SCALE * expected).sum(axis=1, keepdims=True)
    assert found.probabilities(np.arange(COUNT)) == pytest.approx(shares, abs=1e-4)
    rows, cosines = found.nearest(2, 4)
    assert rows.tolist() == np.argsort(-expected[:, 2])[:4].tolist()
    assert cosines == pytest.approx(expected[rows, 2], abs=1e-5)


def test_the_table_rings_the_best_prompt_of_each_item(workspace, encoder) -> None:
    found = Compared.of(workspace, compared(workspace))
    rows = matrix.default_rows(found, 2)
    drawn = matrix.table(workspace, found, slice(0, 3), rows, matrix.COSINE)
    assert drawn.marked is not None
    assert drawn.marked.argmax(axis=0).tolist() == found.cosines(slice(None), rows).argmax(axis=1).tolist()
    assert drawn.marked.sum(axis=0).tolist() == [1] * len(rows)
    assert all(head.thumbnail for head in drawn.columns)
    shares = matrix.table(workspace, found, slice(0, 3), rows, matrix.PROBABILITY)
    assert shares.values.sum(axis=0) == pytest.approx(np.ones(len(rows)), abs=1e-5)
    assert "%" in shares.html()


def test_cells_of_the_confusion_matrix_hold_its_items(workspace, encoder) -> None:
    found = Compared.of(workspace, compared(workspace))
    confusion = found.run.confusion
    assert confusion is not None
    labels = store.items(workspace).values("label", found.run.ids).tolist()
    for true in range(3):
        for predicted in range(3):
            rows = zero_shot.Cell(true, predicted).rows(found.run)
            assert len(rows) == confusion.counts[true, predicted]
            assert {labels[row] for row in rows} <= {COLOURS[true]}
            assert np.all(np.diff(found.run.zero_shot.probability[rows]) <= 0)
    wrong = confusion.counts - np.diag(np.diag(confusion.counts))
    first = zero_shot.first(found.run)
    assert wrong[first.true, first.predicted] == wrong.max()
    table = zero_shot.classes(found.run, confusion)
    assert table["items"].tolist() == [8, 8, 8]
    assert table["right"].to_numpy() == pytest.approx(100 * confusion.recalls)


def test_without_labels_the_classes_are_counted(shown, workspace, encoder) -> None:
    compared(workspace, ["a cat", "a dog"])
    assert "No labels to check 2 classes against" in texts(clean(shown(workspace)))


def test_an_accuracy_near_chance_is_called_so() -> None:
    from core.semantics.results import Confusion

    random = np.random.default_rng(0)
    true = random.integers(0, 4, 400)
    assert "No better than chance" in zero_shot.near_chance(Confusion(true, random.permutation(true), 4))
    assert zero_shot.near_chance(Confusion(true, true, 4)) == ""


def test_a_prompt_and_the_classes_become_columns(shown, mapped, encoder) -> None:
    found = Compared.of(mapped, compared(mapped))
    test = shown(mapped)
    clean(test.button(key="around-colour").click().run())
    column = mapped.table(["cosine: red"])["cosine: red"].to_pylist()
    assert column == pytest.approx(found.cosines(0).tolist())
    assert test.session_state["colour"] == "cosine: red"
    clean(shown(mapped).button(key="classes-colour").click().run())
    names = mapped.table(["zero-shot class"])["zero-shot class"].to_pylist()
    assert names == [COLOURS[number] for number in found.run.zero_shot.predicted]


def test_all_cosines_can_be_taken_away(workspace, encoder) -> None:
    found = Compared.of(workspace, compared(workspace))
    table = found.table()
    assert table["cosine: blue"].to_numpy() == pytest.approx(found.cosines(2))
    assert table["label"].tolist() == store.items(workspace).values("label", found.run.ids).tolist()
    assert set(table["predicted"]) <= set(COLOURS)


def test_the_selection_of_the_map_can_be_compared(shown, mapped, encoder) -> None:
    card = compared(mapped)
    ids = mapped.run(card.id).arrays["ids"][:3].tolist()
    test = shown(mapped, group=Group("Selection", tuple(ids)))
    assert matrix.MAP in test.button_group(key="matrix-kind").options
    clean(test.button_group(key="matrix-kind").set_value(matrix.MAP).run())


def test_one_prompt_alone_has_no_classes(shown, workspace, encoder) -> None:
    compared(workspace, ["red"])
    assert "Zero-shot classes" not in texts(clean(shown(workspace)))


def test_many_prompts_come_in_pages(shown, workspace, encoder) -> None:
    compared(workspace, [f"card {number}" for number in range(60)])
    assert "1 to 25 of 60 prompts" in texts(clean(shown(workspace)))


def test_what_was_cut_is_said(shown, workspace, encoder) -> None:
    compared(workspace, ["a very long prompt that is not read to its end", "short"])
    assert "1 text longer than the model reads: cut" in texts(clean(shown(workspace)))


def test_a_result_whose_items_are_gone_says_so(shown, workspace, encoder) -> None:
    compared(workspace)
    workspace.delete_embeddings("pocket")
    workspace.add_embeddings("pocket", "image", store.items(workspace).ids[:5], images_of(5))
    st.cache_resource.clear()
    test = shown(workspace)
    assert not test.exception
    assert any("19 of the result's items are no longer embedded by pocket" in each.value for each in test.error)


def images_of(count: int) -> np.ndarray:
    return np.eye(count, 8, dtype=np.float32)


def test_results_are_listed_and_deleted(shown, workspace, encoder) -> None:
    first, second = compared(workspace), compared(workspace, ["a", "b", "c"])
    test = clean(shown(workspace))
    assert test.selectbox(key="prompts-result-small").value == second.id
    clean(test.selectbox(key="prompts-result-small").set_value(first.id).run())
    clean(test.button(key="prompts-delete-now").click().run())
    assert [card.id for card in workspace.runs("semantics")] == [second.id]
    assert test.selectbox(key="prompts-result-small").value == second.id


# the table of coloured cells


def test_cells_bear_their_places_and_words_are_no_markup() -> None:
    drawn = Grid(
        rows=[Head("<b>"), Head("b")],
        columns=[Head("c", b"x"), Head("d")],
        values=np.array([[0.0, 1.0], [np.nan, 0.5]]),
        scale=Scale(0, 1, ("#000000", "#ffffff")),
        written=lambda value: f"{value:.1f}",
        hover=lambda row, column: f"'{row}' & {column}",
        marked=np.array([[True, False], [False, False]]),
        faint=np.array([[False, True], [False, False]]),
    )
    html = drawn.html()
    assert "<b><b>" not in html
    assert "&lt;b&gt;" in html
    assert html.count("data-at=") == 3 + 4
    assert "data-at='1,1'" in html
    assert "data-at='1,0'" not in html
    assert "class='marked'" in html
    assert "class='bright faint'" in html
    assert "&#x27;0&#x27; &amp; 1" in html
    assert b"<table" in drawn.page("title")


def test_words_on_colours_can_be_read() -> None:
    colours, bright = Scale(0, 1, ("#000000", "#ffffff")).colours(np.array([0.0, 0.25, 0.5, 1.0, 2.0, np.nan]))
    assert colours.tolist() == ["#000000", "#404040", "#808080", "#ffffff", "#ffffff", "#000000"]
    assert bright.tolist() == [False, False, True, True, True, False]


# components


def test_the_form_of_components_starts_a_job(shown, workspace, jobs: FakeJobs) -> None:
    test = shown(workspace, "Components")
    test.selectbox(key=key("components-against")).set_value("dimensions")
    test.selectbox(key="components-method").set_value("spearman")
    test.selectbox(key="components-correction").set_value("holm").run()
    clean(test.button(key="start-components").click().run())
    how = {name: jobs.known[0].arguments[name] for name in ("against", "method", "correction")}
    assert how == {"against": "dimensions", "method": "spearman", "correction": "holm"}


@pytest.mark.parametrize("against", ["components", "dimensions", "pocket"])
def test_codes_are_what_was_correlated(workspace, encoder, against) -> None:
    found = Compared.of(workspace, compared(workspace, against=against))
    for prompt in range(3):
        dimension = found.run.correlation.strongest(prompt)
        r = np.corrcoef(found.code(dimension), found.cosines(prompt))[0, 1]
        assert found.run.correlation.coefficients[prompt, dimension] == pytest.approx(r, abs=1e-4)


def test_the_heat_map_marks_the_strongest_and_pales_the_insignificant(workspace, encoder) -> None:
    found = Compared.of(workspace, compared(workspace, against="dimensions"))
    drawn = components.heat_map(found, slice(0, 3), np.arange(8))
    assert drawn.faint is not None
    assert drawn.marked is not None
    assert drawn.faint.tolist() == (found.run.correlation.adjusted >= 0.05).tolist()
    assert drawn.marked.argmax(axis=1).tolist() == [found.run.correlation.strongest(place) for place in range(3)]
    table = components.table(found)
    assert len(table) == 24
    assert table["r"].to_numpy().reshape(3, 8) == pytest.approx(found.run.correlation.coefficients)


def test_the_components_tab_shows_the_strongest_pair(shown, mapped, encoder) -> None:
    card = compared(mapped)
    pair = components.first(Compared.of(mapped, card))
    test = clean(shown(mapped, "Components"))
    assert f"Component {pair.dimension} and “{COLOURS[pair.prompt]}”" in texts(test)
    assert "the strongest of this prompt" in texts(test)
    clean(test.button_group(key="components-which").set_value(components.ALL).run())
    clean(test.button(key="pair-colour").click().run())
    assert mapped.columns()[f"pocket component {pair.dimension}"] == "number"


def test_a_result_without_correlation_is_not_among_the_components(shown, workspace, encoder) -> None:
    compared(workspace, against="none")
    assert components.FIRST in texts(clean(shown(workspace, "Components")))


# directions


def test_a_direction_between_prompts(shown, workspace, jobs: FakeJobs) -> None:
    test = shown(workspace, "Directions")
    test.text_input(key=key("directions-towards")).set_value("red, crimson")
    test.text_input(key=key("directions-away")).set_value("").run()
    assert test.button(key="start-direction").disabled
    test.text_input(key=key("directions-away")).set_value("blue").run()
    clean(test.button(key="start-direction").click().run())
    sides = {name: jobs.known[0].arguments[name] for name in ("towards", "away", "templates")}
    assert sides == {"towards": ["red", "crimson"], "away": ["blue"], "templates": []}


def test_a_direction_by_a_label(shown, workspace, jobs: FakeJobs) -> None:
    test = shown(workspace, "Directions")
    test.button_group(key=key("directions-way")).set_value("label").run()
    test.selectbox(key=key("directions-value-label")).set_value("green")
    test.selectbox(key=key("directions-fit")).set_value("lda").run()
    clean(test.button(key="start-direction").click().run())
    asked = {name: jobs.known[0].arguments.get(name) for name in ("label", "value", "fit", "towards")}
    assert asked == {"label": "label", "value": "green", "fit": "lda", "towards": None}


def test_a_direction_between_groups_of_items(shown, workspace, jobs: FakeJobs) -> None:
    ids = store.items(workspace).ids
    test = shown(workspace, "Directions", group=Group("Selection", ids[:4]))
    test.button_group(key=key("directions-way")).set_value("items").run()
    test.selectbox(key=key("directions-other")).set_value("odd").run()
    clean(test.button(key="start-direction").click().run())
    assert jobs.known[0].arguments["items"] == list(ids[:4])
    odd = store.items(workspace).frame["odd"]
    assert jobs.known[0].arguments["against"] == odd[odd].index.tolist()


def along(workspace: Workspace, **asked: Any) -> RunCard:
    asked = asked or {"label": "label", "value": "red"}
    return workspace.run(COMMANDS["direction"](workspace.path, **asked)["run"]).card


def test_the_direction_is_on_screen(shown, mapped) -> None:
    card = along(mapped)
    test = clean(shown(mapped, "Directions"))
    assert "From the rest to label: red" in texts(test)
    assert f"AUC **{card.metrics['auc']:.3f}** on items held out" in texts(test)
    assert "16 items evenly spaced in the order of all 24 items" in texts(test)
    clean(test.selectbox(key=f"directions-among-{card.id}").set_value("green").run())
    assert "8 items evenly spaced in the order of the 8 items labelled “green”" in texts(test)
    clean(test.button(key="direction-colour").click().run())
    column = "label: red − the rest"
    held = mapped.run(card.id).arrays["projection"]
    assert mapped.table([column])[column].to_pylist() == pytest.approx(held.tolist())


def test_the_strip_is_evenly_spaced_and_the_table_sorted(workspace) -> None:
    found = DirectionRun.of(workspace.run(along(workspace).id))
    every = np.ones(COUNT, dtype=bool)
    rows = directions.spaced(found, 5, every)
    order = np.argsort(found.projection, kind="stable")
    assert rows.tolist() == order[[0, 6, 12, 17, 23]].tolist()
    assert set(directions.spaced(found, 50, found.projection > 0)) == set(np.flatnonzero(found.projection > 0))
    bars = [directions.within(found, bar).tolist() for bar in range(directions.BINS)]
    assert [row for rows in bars for row in rows] == order.tolist()
    table = directions.table(workspace, found)
    assert table["projection"].is_monotonic_decreasing
    assert table["side"].value_counts().to_dict() == {1: 8, -1: 16}


def test_removing_a_direction_and_what_clusters_make_of_it(shown, mapped, jobs: FakeJobs) -> None:
    card = along(mapped)
    test = shown(mapped, "Directions")
    test.number_input(key=key("removal-k")).set_value(3).run()
    clean(test.button(key="start-removal").click().run())
    assert jobs.known[0].command == "removal"
    result = COMMANDS["removal"](**jobs.known[0].arguments)
    jobs.known[0].state = "done"
    test = clean(test.run())
    assert "pocket, without “label: red − the rest”" in texts(test)
    made = removed.of(mapped, DirectionRun.load(mapped, card.id))
    assert made is not None
    figures = removed.figures(made.figures).set_index("Figure")
    assert figures.loc["A classifier tells the sides apart (AUC)", "Without it"] == f"{result['auc'][1]:.3f}"
    vector = mapped.run(card.id).arrays["direction"]
    cleared = removing(Direction(vector, "")).image(images(mapped))
    name = result["derived"]
    assert mapped.embeddings(name, "image").vectors == pytest.approx(cleared, abs=1e-5)
    assert not test.button(key="drop-removal").disabled


def test_between_prompts_there_is_no_auc(shown, workspace, encoder) -> None:
    along(workspace, towards=["red"], away=["blue"])
    test = clean(shown(workspace, "Directions"))
    assert "From blue to red" in texts(test)
    assert "AUC **" not in texts(test)
    assert "There is no map of these items yet" in texts(test)


# the modality gap


def measured(workspace: Workspace, **more: Any) -> RunCard:
    return workspace.run(COMMANDS["gap"](workspace.path, **more)["run"]).card


def test_the_gap_is_measured_with_one_click(shown, workspace, jobs: FakeJobs) -> None:
    test = clean(shown(workspace, "Modality gap"))
    clean(test.button(key="start-gap").click().run())
    assert jobs.known[0].arguments == {"source": workspace.path, "model": "pocket", "tag": None, "exclude": None}
    COMMANDS["gap"](**jobs.known[0].arguments)
    jobs.known[0].state = "done"
    assert "Images and captions lie" in texts(clean(test.run()))


def test_the_gap_on_screen_is_that_of_the_vectors(workspace) -> None:
    found = GapRun.of(workspace.run(measured(workspace).id))
    image, text = (workspace.embeddings("pocket", each).vectors for each in ("image", "text"))
    table = gap.figures(found.figures).set_index("Figure")["As it is"]
    distance = np.linalg.norm(image.mean(axis=0) - text.mean(axis=0))
    assert table["Distance of the two means"] == pytest.approx(distance, abs=1e-5)
    assert table["Alignment"] == pytest.approx(((image - text) ** 2).sum(axis=1).mean(), abs=1e-5)
    right = (image @ text.T).argmax(axis=1) == np.arange(COUNT)
    assert table["Top-1 image → text"] == pytest.approx(right.mean(), abs=1e-5)
    for space in (found.before, found.after):
        for counts in (space.pairs, space.others):
            area = found.density(counts) * np.diff(found.edges)
            assert area.sum() == pytest.approx(1)


def test_pairs_that_centring_changes(workspace) -> None:
    found = GapRun.of(workspace.run(measured(workspace).id))
    for way in gap.WAYS:
        changed = gap.changed(found, way)
        told = (found.before.ranks(way) == 0) != (found.after.ranks(way) == 0)
        assert set(changed["id"]) == set(found.ids[found.matched][told])
        moves = (changed["after"] - changed["before"]).abs()
        assert moves.is_monotonic_decreasing
        assert ((changed["before"] == 1) ^ (changed["after"] == 1)).all()


def test_both_spaces_are_drawn_in_the_same_units(workspace) -> None:
    card = measured(workspace)
    drawn = gap.drawn(workspace, card)
    held = workspace.run(card.id).arrays
    image, text = (workspace.embeddings("pocket", each).vectors for each in ("image", "text"))
    xy = drawn.points.xy.reshape(4, COUNT, 2)
    expected = image @ held["plane"].T
    assert np.ptp(xy[0], axis=0) == pytest.approx(np.ptp(expected, axis=0), abs=1e-5)
    centred = text - held["text_mean"]
    centred = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    assert xy[3, :, 1] == pytest.approx((centred @ held["plane"].T)[:, 1], abs=1e-5)
    assert xy[2:, :, 0].min() > xy[:2, :, 0].max()
    assert drawn.ids[COUNT] == drawn.ids[0] == drawn.ids[2 * COUNT]


def test_the_centred_space_can_be_used(shown, workspace, jobs: FakeJobs) -> None:
    measured(workspace)
    test = shown(workspace, "Modality gap")
    clean(test.button(key="use-centred").click().run())
    assert jobs.known[0].arguments["centre"] is True
    COMMANDS["gap"](**jobs.known[0].arguments)
    jobs.known[0].state = "done"
    assert "pocket, images and captions centred" in texts(clean(test.run()))


def test_without_captions_there_is_no_gap(shown, home, workspace) -> None:
    workspace.delete_embeddings("pocket")
    workspace.add_embeddings("pocket", "image", store.items(workspace).ids, images_of(8).repeat(3, axis=0))
    assert "No model has embedded images and their captions" in texts(clean(shown(workspace, "Modality gap")))


def test_a_new_map_changes_nothing_of_a_result(shown, workspace, encoder) -> None:
    card = compared(workspace)
    clean(shown(workspace))
    save_map(workspace, seed=3)
    assert clean(shown(workspace)).selectbox(key="prompts-result-small").value == card.id


def test_captions_are_compared_like_images(shown, mapped, encoder) -> None:
    card = compared(mapped, space="captions", against="dimensions")
    found = Compared.of(mapped, card)
    drawn = matrix.table(mapped, found, slice(0, 3), matrix.default_rows(found, 1), matrix.COSINE)
    assert not any(head.thumbnail for head in drawn.columns)
    along(mapped, label="label", value="red", space="captions")
    for tab in ("Prompts", "Components", "Directions"):
        assert "24 items, captions, pocket" in texts(clean(shown(mapped, tab)))


def test_results_of_a_model_that_is_gone_say_so_in_one_line(shown, mapped, encoder) -> None:
    compared(mapped)
    along(mapped)
    measured(mapped)
    mapped.delete_embeddings("pocket")
    mapped.add_embeddings("other", "image", store.items(mapped).ids, images_of(8).repeat(3, axis=0))
    mapped.add_embeddings("other", "text", store.items(mapped).ids, images_of(8).repeat(3, axis=0))
    st.cache_resource.clear()
    for tab in ("Prompts", "Components", "Modality gap"):
        test = shown(mapped, tab)
        assert not test.exception, tab
        assert len(test.error) == 1, tab
        assert "pocket" in test.error[0].value
    clean(shown(mapped, "Directions"))
