"""The Clusters page."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import downloads, method_picker
from app.kit.items import Items
from app.kit.method_picker import Choice
from app.kit.state import State
from app.scatter import colours as map_colours
from app.scatter import maps
from app.scatter.colours import GREY
from app.views.clusters import actions, cautions, clusters, coloured, form, history, leaderboard, pair, runs
from app.views.clusters.pair import shared, table
from app.views.clusters.runs import SELECTOR, Entry
from core.clustering.metrics import DEFINITIONS
from core.methods import Method, discover, find, param
from core.runs.clustering import ClusteringRun
from core.workspace import RunCard, Workspace
from tests.app.conftest import COUNT, FakeJobs, alone, clean, ids, texts

AGAINST = {"ami": 0.8, "ari": 0.7, "fmi": 0.75, "nmi": 0.82, "acc": 0.9}
WITHOUT = {"k": 3, "noise": 0.0, "silhouette": 0.4, "davies_bouldin": 1.2, "partial": False}


@pytest.fixture
def shown(cold: None) -> Callable[..., AppTest]:
    """Opens the page on a workspace, with lines of the leaderboard chosen before."""

    def open_page(workspace: Workspace, *lines: str) -> AppTest:
        return alone("clusters", workspace, ticked=lines)

    return open_page


def choose(test: AppTest, *names: str) -> AppTest:
    """These methods, and no others."""
    methods = discover("core.clustering")
    told = [name for name in methods if form.takes_k(methods[name])]
    for key, known in (("told", told), ("free", [name for name in methods if name not in told])):
        test.button_group(key=f"cluster-methods-{key}").set_value([name for name in names if name in known])
    return test.run()


def save(
    workspace: Workspace,
    method: str = "kmeans",
    seed: int = 0,
    labels: np.ndarray | None = None,
    metrics: dict | None = None,
    history: dict | None = None,
    **params: object,
) -> RunCard:
    """A run as `core.commands.clustering` writes it."""
    known = find("core.clustering", method)
    labels = np.arange(COUNT) % 3 if labels is None else labels
    card = RunCard(
        id=f"{method}-{seed}-{len(workspace.runs())}",
        kind="clustering",
        method=method,
        title=known.title,
        params={**vars(known.params()), "seed": seed, **params},
        seed=seed,
        model="pocket",
        space="images",
        items=COUNT,
        fingerprint="abc",
        seconds=1.5 + seed,
        metrics=AGAINST | WITHOUT if metrics is None else metrics,
    )
    arrays = {
        "ids": np.asarray(ids(workspace)),
        "labels": labels.astype(np.int64),
        "confidence": np.linspace(0.1, 1, COUNT).astype(np.float32),
        "history": np.array([json.dumps(history or {})]),
    }
    workspace.save_run(card, arrays)
    return card


@pytest.fixture
def compared(workspace: Workspace) -> Workspace:
    """Three seeds of K-means and one run of HDBSCAN."""
    for seed in range(3):
        save(workspace, seed=seed, metrics=AGAINST | WITHOUT | {"ami": 0.7 + seed / 10}, k=3)
    save(workspace, "hdbscan", labels=np.arange(COUNT) % 2, metrics=AGAINST | WITHOUT | {"ami": 0.5, "noise": 0.25})
    return workspace


def test_a_line_is_deleted_with_all_its_seeds(shown, compared: Workspace) -> None:
    test = clean(shown(compared))
    assert "K-means, K = 3" in texts(test)
    clean(test.button(key="delete-now").click().run())
    assert {card.method for card in compared.runs("clustering")} == {"hdbscan"}
    assert "HDBSCAN" in texts(test)
    clean(test.button(key="delete-now").click().run())
    assert not compared.runs("clustering")
    assert "Choose methods, press Compare" in texts(test)


# the form


def test_a_workspace_without_runs_says_what_to_do(shown, workspace) -> None:
    test = clean(shown(workspace))
    assert "press Compare" in texts(test)
    assert test.button(key="start-compare").label == "Compare"
    assert not test.dataframe


def test_a_workspace_without_embeddings_sends_to_the_data_page(shown, home) -> None:
    from core.workspace import create_named

    test = clean(shown(create_named("bare")))
    assert "Nothing to cluster yet" in texts(test)
    assert "Bring images or captions first" in texts(test)


def test_the_form_starts_one_job_for_all_defaults(shown, workspace, jobs: FakeJobs) -> None:
    test = clean(shown(workspace))
    test.number_input(key="cluster-seeds").set_value(2)
    clean(test.button(key="start-compare").click().run())
    (job,) = jobs.known
    assert (job.command, job.workspace) == ("cluster", workspace.path)
    assert job.arguments == {
        "source": workspace.path,
        "methods": list(form.FIRST),
        "k": 3,
        "seeds": 2,
        "params": {},
        "label": "label",
        "model": "pocket",
        "space": "images",
        "tag": None,
        "exclude": None,
    }


def test_the_job_takes_what_the_form_gives(shown, workspace, jobs: FakeJobs) -> None:
    """The command is called as the page calls it, on real rows."""
    from core.commands import COMMANDS

    test = shown(workspace)
    choose(test, "kmeans")
    test.number_input(key="cluster-seeds").set_value(2)
    test.button(key="start-compare").click().run()
    result = COMMANDS["cluster"](**jobs.known[0].arguments)
    assert [row["k"] for row in result["runs"]] == [3, 3]
    test = clean(test.run())
    assert list(test.dataframe[0].value["Method"]) == ["K-means, K = 3"]
    assert list(test.dataframe[0].value["Seeds"]) == [2]
    assert result["summary"]["kmeans"]["ami"][0] == pytest.approx(test.dataframe[0].value["AMI"][0])
    assert result["summary"]["kmeans"]["stability"][0] == pytest.approx(test.dataframe[0].value["Stability"][0])


def test_k_is_asked_for_only_where_a_method_takes_it(shown, workspace, jobs: FakeJobs) -> None:
    test = shown(workspace)
    choose(test, "hdbscan")
    assert test.number_input(key="cluster-k-label-None-None").disabled
    test.button(key="start-compare").click().run()
    assert jobs.known[0].arguments["k"] is None


def test_every_method_has_its_form(shown, workspace) -> None:
    methods = discover("core.clustering")
    test = shown(workspace)
    clean(choose(test, *methods))
    assert {tab.label for tab in test.tabs} == {method.title for method in methods.values()}
    keys = {each.key for each in [*test.number_input, *test.selectbox, *test.toggle, *test.text_input]}
    wanted = {
        f"cluster-{name}-{each.name}"
        for name, method in methods.items()
        for each in method.info.params
        if each.name not in form.APART
    }
    assert wanted <= keys


def test_without_a_method_nothing_can_be_started(shown, workspace) -> None:
    test = shown(workspace)
    clean(choose(test))
    assert test.button(key="start-compare").disabled


def method(name: str, **defaults: int) -> Method:
    from dataclasses import make_dataclass

    known = [(each, int, param(value, "help")) for each, value in defaults.items()]
    return Method(name, name, make_dataclass("Params", known, frozen=True), fit=lambda: None)


def test_methods_run_together_unless_a_parameter_differs() -> None:
    one, other, third = method("one", steps=3), method("other", steps=5, rows=1), method("third", rows=1)
    usual = [Choice(one, {"steps": 3}), Choice(other, {"steps": 5, "rows": 1}), Choice(third, {"rows": 1})]
    assert method_picker.together(usual) == [usual]
    apart = [Choice(one, {"steps": 9}), *usual[1:]]
    assert method_picker.together(apart) == [[apart[0], apart[2]], [apart[1]]]
    alike = [usual[0], Choice(other, {"steps": 5, "rows": 4}), Choice(third, {"rows": 4})]
    assert method_picker.together(alike) == [alike]


def test_k_is_the_number_of_labels_where_there_are_some() -> None:
    frame = pd.DataFrame({"caption": "", "label": ["a", "b", "c", ""]}, index=list("wxyz"))
    items = Items(frame, {})
    every = np.ones(4, dtype=bool)
    assert form.likely_k(items, "label", every) == 3
    assert form.likely_k(items, "label", np.array([True, True, False, False])) == 2
    assert form.likely_k(items, None, every) == 4


def test_items_are_chosen_by_tags(shown, workspace, jobs: FakeJobs) -> None:
    workspace.set_column("tag", dict.fromkeys(ids(workspace)[:10], "cards"))
    test = shown(workspace)
    assert test.selectbox(key="cluster-tag").options == ["All items", "Only 'odd'", "Only 'cards'"]
    test.selectbox(key="cluster-tag").set_value("cards").run()
    assert "on 10 items" in texts(test)
    clean(test.selectbox(key="cluster-exclude").set_value("odd").run())
    assert "on 5 items" in texts(test)
    test.button(key="start-compare").click().run()
    assert {name: jobs.known[0].arguments[name] for name in ("tag", "exclude")} == {"tag": "cards", "exclude": "odd"}


def test_a_choice_that_leaves_nothing_cannot_be_started(shown, workspace) -> None:
    workspace.set_column("tag", dict.fromkeys(ids(workspace)[1::2], "cards"))
    test = shown(workspace)
    test.selectbox(key="cluster-tag").set_value("cards").run()
    clean(test.selectbox(key="cluster-exclude").set_value("odd").run())
    assert "No item is left" in texts(test)
    assert test.button(key="start-compare").disabled


def test_a_map_is_a_space_only_where_asked_for_and_with_a_warning(shown, mapped, jobs: FakeJobs) -> None:
    test = shown(mapped)
    assert "tears groups apart" not in texts(test)
    clean(test.selectbox(key="cluster-space").set_value("map:").run())
    assert "tears groups apart" in texts(test)
    test.button(key="start-compare").click().run()
    assert jobs.known[0].arguments["space"] == f"map:{mapped.runs('map')[0].id}"


def test_a_comparison_on_a_map_says_so(shown, mapped) -> None:
    from core.commands import COMMANDS

    drawn = mapped.runs("map")[0].id
    COMMANDS["cluster"](mapped.path, ["kmeans"], k=3, seeds=1, space=f"map:{drawn}", tag="odd")
    said = texts(clean(shown(mapped)))
    assert "Points of a two-dimensional map, pocket, 12 items, only “odd”, compared with “label”" in said
    assert "tears groups apart" in said


# the leaderboard


def test_the_leaderboard_has_mean_and_sd(shown, compared) -> None:
    test = clean(shown(compared))
    board = test.dataframe[0].value
    assert list(board["Method"]) == ["K-means, K = 3", "HDBSCAN"]
    assert list(board["Seeds"]) == [3, 1]
    assert board["AMI"].tolist() == pytest.approx([0.8, 0.5])
    assert board["Stability"][0] == pytest.approx(1.0)
    assert np.isnan(board["Stability"][1])
    assert "Images, pocket, 24 items" in texts(test)


def test_without_labels_their_figures_are_absent(shown, workspace) -> None:
    save(workspace, metrics=WITHOUT | dict.fromkeys(AGAINST))
    test = clean(shown(workspace))
    board = test.dataframe[0].value
    assert not {DEFINITIONS[name].title for name in AGAINST} & set(board.columns)
    assert "Silhouette" in board.columns


def test_every_figure_is_explained(shown, compared) -> None:
    test = shown(compared)
    said = texts(test)
    for each in DEFINITIONS.values():
        assert f"**{each.title}** {each.sentence}" in said
    assert len(test.latex) == len(DEFINITIONS)


def test_runs_of_other_vectors_stand_apart(shown, compared) -> None:
    card = save(compared, seed=7, k=3)
    compared.delete_run(card.id)
    compared.save_run(replace(card, id="other", fingerprint="new", space="captions"), dict(_arrays(compared)))
    test = clean(shown(compared))
    assert len(test.selectbox(key="given").options) == 2
    assert list(test.dataframe[0].value["Seeds"]) == [1]
    test.selectbox(key="given").set_value(1).run()
    assert list(clean(test).dataframe[0].value["Seeds"]) == [3, 1]


def _arrays(workspace: Workspace) -> dict[str, np.ndarray]:
    return dict(workspace.run(workspace.runs("clustering")[0].id).arrays)


def entry(title: str = "K-means", cards: int = 3, params: dict | None = None, items: int = 900, **figures: float):
    card = RunCard("", "clustering", "none", title, params or {}, items=items)
    made = tuple(replace(card, seed=seed) for seed in range(cards))
    return Entry(made, {name: (value, 0.01) for name, value in figures.items()})


def test_the_line_clicked_or_ticked_last_is_on_screen() -> None:
    chosen = State()
    assert chosen.choose((), None) == ""
    assert chosen.choose((), ("B", "AMI")) == "B"
    assert chosen.choose(("A",), ("B", "AMI")) == "A"
    assert chosen.choose(("A", "C"), ("B", "AMI")) == "C"
    assert chosen.choose(("A", "C"), ("D", "AMI")) == "D"
    assert chosen.choose(("A", "C"), None) == "D"
    assert chosen.choose(("A",), None) == "A"


def test_the_figures_of_every_run_can_be_taken_away(shown, compared) -> None:
    cards = compared.runs("clustering")
    table = pd.read_csv(BytesIO(leaderboard.figures_csv(runs.entries(compared, cards, SELECTOR.inputs(cards)[0]))))
    assert table["method"].tolist() == ["K-means, K = 3"] * 3 + ["HDBSCAN"]
    assert table["ami"].tolist() == pytest.approx([0.7, 0.8, 0.9, 0.5])
    assert table["seconds"].tolist() == [1.5, 2.5, 3.5, 1.5]


def test_the_best_of_a_column() -> None:
    board = [entry(ami=0.5, davies_bouldin=1.0, k=3), entry(ami=0.7, davies_bouldin=2.0, k=9), entry(k=1)]
    assert best(board, "ami") == [1]
    assert best(board, "davies_bouldin") == [0]
    assert best(board, "k") == []
    assert best([entry(noise=0.0), entry(noise=0.0)], "noise") == []


def best(board: list[Entry], name: str) -> list[int]:
    """The lines whose figure is bold."""
    styler = leaderboard.styled(board)._compute()
    column = styler.columns.get_loc(leaderboard.header(DEFINITIONS[name]))
    return [row for (row, place), looks in styler.ctx.items() if place == column and ("font-weight", "700") in looks]


@pytest.mark.parametrize(
    ("name", "mean", "sd", "count", "text"),
    [
        ("ami", 0.84213, 0.0131, 3, "0.842 ± 0.013"),
        ("ami", 0.84213, 0.0, 1, "0.842"),
        ("k", 10.0, 0.0, 3, "10"),
        ("k", 10.333, 0.577, 3, "10.3 ± 0.6"),
        ("noise", 0.1234, 0.004, 3, "12.3 ± 0.4"),
        ("noise", 0.0, 0.0, 3, "0"),
        ("seconds", 12.34, 0.5, 2, "12.3 ± 0.5"),
    ],
)
def test_cells(name: str, mean: float, sd: float, count: int, text: str) -> None:
    assert leaderboard.cell(name, mean, sd, count) == text


def test_bars_have_the_spread_and_a_colour_each() -> None:
    figure = leaderboard.bars([entry("A", ami=0.5, ari=0.4), entry("B", ami=0.7)], ("ami", "ari"))
    assert [trace.name for trace in figure.data] == ["A", "B"]
    assert list(figure.data[0].y) == [0.5, 0.4]
    assert list(figure.data[1].x) == ["AMI"]
    assert list(figure.data[0].error_y.array) == [0.01, 0.01]
    single = leaderboard.bars([entry(cards=1, ami=0.5)], ("ami",))
    assert not single.data[0].error_y.visible
    assert len({trace.marker.color for trace in figure.data}) == 2


def test_a_stopped_run_does_not_count_beside_whole_ones(workspace) -> None:
    whole = save(workspace, seed=0)
    stopped = save(workspace, seed=1, metrics=AGAINST | WITHOUT | {"ami": 0.1, "partial": True})
    both = runs.entry(workspace, [whole, stopped])
    assert both.figures["ami"] == (0.8, 0.0)
    assert both.partial == (stopped,)
    assert runs.entry(workspace, [stopped]).figures["ami"] == (0.1, 0.0)


def test_the_same_run_made_again_replaces_the_first(workspace) -> None:
    save(workspace)
    newer = save(workspace, metrics=AGAINST | WITHOUT | {"ami": 0.3})
    cards = workspace.runs("clustering")
    (only,) = runs.entries(workspace, cards, SELECTOR.inputs(cards)[0])
    assert [card.id for card in only.cards] == [newer.id]


def test_a_setting_that_is_not_the_default_stands_in_the_title(workspace) -> None:
    assert SELECTOR.title(save(workspace, k=3)) == "K-means, K = 3"
    card = save(workspace, "gmm", covariance="full", k=4)
    assert SELECTOR.title(card) == f"{card.title}, K = 4, covariance full"


# warnings


def test_warnings() -> None:
    said = {
        "it found 1 cluster": entry(k=1.0),
        "81 clusters of 900 items": entry(k=81.0),
        "62 % of the items are in no cluster": entry(k=5.0, noise=0.62),
    }
    for words, doubtful in said.items():
        assert words in " ".join(cautions.cautions(doubtful))
    assert not list(cautions.cautions(entry(k=10.0, noise=0.2)))
    empty = replace(entry().cards[0], metrics={"reconstruction_loss": 0.99})
    assert "auto-encoder collapsed" in " ".join(cautions.cautions(Entry((empty,), {"k": (10.0, 0.0)})))
    assert not list(cautions.cautions(entry(params={"k": 2}, k=2.0)))


def test_a_stopped_run_is_said_to_be_one(shown, workspace) -> None:
    save(workspace, metrics=AGAINST | WITHOUT | {"partial": True})
    assert "seed 0 was stopped before the end" in texts(clean(shown(workspace)))


def test_a_refusal_is_told(shown, compared, jobs: FakeJobs) -> None:
    job = jobs.start("cluster", {}, "Cluster", compared.path)
    job.state, job.result = "done", {"refused": [{"method": "gmm", "reason": "k=99 clusters of 24 items"}]}
    assert "**Gaussian mixture** was left out: k=99 clusters of 24 items" in texts(clean(shown(compared)))


def test_a_comparison_that_failed_says_why(shown, workspace, jobs: FakeJobs) -> None:
    job = jobs.start("cluster", {}, "Cluster with K-means", workspace.path)
    job.state, job.error = "failed", "k=99 clusters of 24 items: lower k to 24 or less"
    assert "k=99 clusters of 24 items" in shown(workspace).error[0].value


def test_a_running_comparison_is_told(shown, compared, jobs: FakeJobs) -> None:
    jobs.start("cluster", {}, "Cluster with K-means", compared.path)
    assert "“Cluster with K-means” is running." in texts(clean(shown(compared)))


# one run


def test_the_best_line_is_shown_until_one_is_chosen(shown, compared) -> None:
    test = clean(shown(compared))
    assert "K-means, K = 3" in [each.value.replace("\\", "") for each in test.subheader]
    test = clean(shown(compared, "HDBSCAN"))
    assert "HDBSCAN" in [each.value for each in test.subheader]
    assert len(test.dataframe[1].value) == 2


def test_another_seed(shown, compared) -> None:
    test = shown(compared)
    card = next(card for card in compared.runs("clustering") if card.seed == 0 and card.method == "kmeans")
    assert "AMI 0.700" in texts(test)
    test.segmented_control(key=f"run-seed-{card.id}").set_value(2).run()
    assert "AMI 0.900" in texts(clean(test))


def test_clusters_have_size_and_dominant_label(shown, compared) -> None:
    table = clean(shown(compared)).dataframe[1].value
    assert table["cluster"].tolist() == ["cluster 0", "cluster 1", "cluster 2"]
    assert table["items"].tolist() == [8, 8, 8]
    assert table["label"].tolist() == ["red", "green", "blue"]
    assert table["pure"].tolist() == [100, 100, 100]


def test_sizes_put_noise_last() -> None:
    card = RunCard("", "clustering", "none", "None")
    found = ClusteringRun(card, np.array(list("abcde")), np.array([-1, -1, -1, 0, 0]), np.full(5, 0.5, np.float32))
    table = clusters.sizes(found, pd.Series(["x", None, "x", "y", None]))
    assert table["cluster"].tolist() == [0, -1]
    assert table["label"].tolist() == ["y", "x"]
    assert table["share"].tolist() == [0.4, 0.6]
    assert "label" not in clusters.sizes(found, None)


def test_order_within_a_cluster() -> None:
    x = np.array([[0, 0], [9, 9], [1, 0], [-1, 0], [3, 0]], np.float32)
    rows, sure = np.array([0, 2, 3, 4]), np.array([0.9, 0, 0.1, 0.5, 0.3], np.float32)
    assert clusters.ordered(x, rows, sure, "nearest")[0].tolist() == [2, 0, 3, 4]
    assert clusters.ordered(x, rows, sure, "farthest")[0].tolist() == [4, 3, 0, 2]
    assert clusters.ordered(x, rows, sure, "unsure")[0].tolist() == [2, 4, 3, 0]


def test_every_order_of_the_gallery(shown, compared) -> None:
    test = shown(compared)
    for order in clusters.ORDERS:
        clean(test.segmented_control(key="order").set_value(order).run())
        unit = "the method's confidence" if order == "Least confident" else "distance from the cluster's mean"
        assert unit in texts(test)


def test_history_of_a_run(shown, workspace) -> None:
    split = {"epoch": 4, "cluster": 0, "sizes": [10, 14], "log_ratio": 3.2}
    save(workspace, history={"loss": [3.0, 2.0, 1.0], "k": [1, 2, 3], "splits": [split], "merges": []})
    test = clean(shown(workspace))
    assert "How it went" in texts(test)
    assert "1 accepted split" in [each.label for each in test.expander]
    assert test.dataframe[2].value["Epoch"].tolist() == [4]


def test_traces() -> None:
    told = {"loss": [2.0, 1.0], "once": [1.0], "k": [1, 4], "splits": [{"epoch": 1}, {"epoch": 2}]}
    assert list(history.traces(told)) == ["k", "loss"]
    assert history.curve("k", [1, 4]).data[0].line.shape == "hv"


# the map


def test_the_map_has_the_colours_of_the_line_on_screen(mapped) -> None:
    card = save(mapped, labels=np.arange(COUNT) % 3 - 1)
    found = runs.read(mapped, card)
    drawn = maps.points_of_run(mapped, card)
    assert drawn is not None
    assert set(drawn.modality) == {"image"}
    colour = coloured.by_cluster(drawn, found)
    named = dict(zip(drawn.ids, (colour.names[code] for code in colour.codes), strict=True))
    assert [named[id] for id in found.ids[:3]] == ["noise", "cluster 0", "cluster 1"]
    assert colour.palette[list(colour.names).index("noise")] == GREY
    sure = dict(zip(drawn.ids, coloured.by_confidence(drawn, found).values, strict=True))
    assert [sure[id] for id in found.ids] == pytest.approx(found.confidence.tolist())


def test_items_that_took_no_part_have_no_colour(mapped) -> None:
    card = save(mapped)
    every = runs.read(mapped, card)
    found = ClusteringRun(card, every.ids[:5], every.labels[:5], every.confidence[:5])
    drawn = maps.points_of_run(mapped, card)
    assert drawn is not None
    assert (coloured.by_cluster(drawn, found).codes >= 0).sum() == 5
    assert np.isfinite(coloured.by_confidence(drawn, found).values).sum() == 5


def test_a_column_of_clusters_colours_the_map_page_alike(mapped) -> None:
    card = save(mapped, labels=np.arange(COUNT) % 5 - 1)
    found = runs.read(mapped, card)
    drawn = maps.points_of_run(mapped, card)
    assert drawn is not None
    actions.write(mapped, found, "mine")
    items = Items.of(mapped.table(["caption", "label", "mine"]), {"mine": "text"})
    there, here = map_colours.colour("mine", items, drawn), coloured.by_cluster(drawn, found)
    assert there is not None
    assert there.colours == here.colours
    assert [there.names[code] for code in there.codes] == [here.names[code] for code in here.codes]


def test_without_a_map_the_page_says_so(shown, compared) -> None:
    assert "There is no map of these items yet" in texts(clean(shown(compared)))


# what to do with it


def test_a_run_becomes_a_column(shown, compared) -> None:
    test = shown(compared)
    test.text_input(key="write-name").set_value("mine")
    clean(test.button(key="write-column-now").click().run())
    assert compared.table(["mine"])["mine"].to_pylist()[:4] == ["cluster 0", "cluster 1", "cluster 2", "cluster 0"]


def test_nobodys_column_is_overwritten(shown, compared) -> None:
    test = shown(compared)
    test.text_input(key="write-name").set_value("label")
    test.button(key="write-column-now").click().run()
    assert "there is a column 'label' already" in test.error[0].value.replace("\\", "")
    assert compared.table(["label"])["label"].to_pylist()[0] == "red"


def test_the_map_takes_the_clusters_colours(workspace, compared, monkeypatch) -> None:
    from tests.app.conftest import save_map

    save_map(workspace, seed=0)
    card = workspace.runs("clustering")[0]
    found = runs.read(workspace, card)
    actions.write(workspace, found, actions.column_of(card))
    actions.write_confidence(workspace, found, "sure")
    assert workspace.columns()[actions.column_of(card)] == "text"
    assert workspace.columns()["sure"] == "number"


def test_without_a_map_it_cannot_be_coloured(shown, compared) -> None:
    assert shown(compared).button(key="map-by-palette").disabled


def test_the_button_goes_to_the_map(shown, compared) -> None:
    from tests.app.conftest import save_map

    save_map(compared, seed=0)
    test = shown(compared)
    clean(test.button(key="map-by-palette").click().run())
    assert test.selectbox(key="colour").value == "K-means clusters, seed 0"
    assert "points" in texts(test)


def test_exports(compared) -> None:
    card = compared.runs("clustering")[0]
    found = runs.read(compared, card)
    items = Items.of(compared.table(["caption", "label", "height"]), {"height": "number"})
    table = actions.table(items, found)
    assert list(table.columns) == ["id", "cluster", "confidence", "caption", "label", "height"]
    assert table["label"].tolist()[:3] == ["red", "green", "blue"]
    assert RunCard.from_json(downloads.run_card(card).decode()) == card


# two runs


def test_two_lines_are_compared(shown, compared) -> None:
    test = clean(shown(compared, "HDBSCAN", "K-means, K = 3"))
    assert "Adjusted Rand index of the two" in texts(test)


def test_contingency_puts_likes_at_the_diagonal() -> None:
    first = np.array([0, 0, 0, 1, 1, 2])
    second = np.array([5, 5, 5, 3, 3, 4])
    counts, rows, columns = table(first, second)
    assert counts.tolist() == [[3, 0, 0], [0, 2, 0], [0, 0, 1]]
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 2], [5, 3, 4])
    drawn = pair.heat_map(first, second, "A", "B").data[0]
    assert drawn.z.max() == 100
    assert [list(row) for row in drawn.text] == [["3", "0", "0"], ["0", "2", "0"], ["0", "0", "1"]]
    assert list(drawn.x) == ["5", "3", "4"]


def test_only_shared_items_are_compared() -> None:
    rows, columns = shared(np.array(["a", "b", "c"]), np.array(["c", "x", "a"]))
    assert (rows.tolist(), columns.tolist()) == ([0, 2], [2, 0])
