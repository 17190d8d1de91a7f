"""The tabs "Names" and "Data quality" of the Semantics page, and the names on the Clusters page and the map."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import app.views.clusters.page
import app.views.semantics.page
from app.kit import names, store
from app.scatter import colours, maps
from app.shell import pages
from app.views.clusters import coloured, runs
from app.views.map.page import named
from app.views.semantics import care
from app.views.semantics import names as names_tab
from core.commands import COMMANDS
from core.inputs import RUN
from core.jobs import Job
from core.workspace import RunCard, Workspace
from tests.app.conftest import COUNT, FakeJobs, alone, clean, texts

pytestmark = pytest.mark.usefixtures("encoder")


@pytest.fixture
def shown(cold: None) -> Callable[..., AppTest]:
    def open_page(workspace: Workspace, tab: str = "Names", **chosen: object) -> AppTest:
        test = alone("semantics", workspace, **chosen)
        return test.button_group(key="semantics-tab").set_value(tab).run()

    return open_page


def named_by(workspace: Workspace, by: str = "label", **more: Any) -> RunCard:
    return workspace.run(COMMANDS["names"](workspace.path, by, **more)["run"]).card


def clustered(workspace: Workspace, k: int = 3) -> RunCard:
    return workspace.run(COMMANDS["cluster"](workspace.path, ["kmeans"], k=k, seeds=1)["runs"][0]["run"]).card


def checked(workspace: Workspace, *kinds: str, **more: Any) -> dict[str, RunCard]:
    """Items 5 and 9 look like item 1 first."""
    found = COMMANDS["care"](workspace.path, list(kinds) or None, **more)
    return {kind: workspace.run(each["run"]).card for kind, each in found["kinds"].items()}


@pytest.fixture
def copied(mapped: Workspace) -> Workspace:
    """The workspace with three pictures that a second model, which has embedded all, takes for the same."""
    ids = mapped.table([])["id"].to_pylist()
    for modality in ("image", "text"):
        x = mapped.embeddings("pocket", modality).vectors.copy()
        if modality == "image":
            x[[5, 9]] = x[1]
        mapped.add_embeddings("other", modality, ids, x)
    return mapped


# names


def test_the_form_names_clusters_and_columns(shown, mapped, jobs: FakeJobs) -> None:
    run = clustered(mapped)
    test = clean(shown(mapped))
    groups = test.selectbox(key="names-by-small")
    assert groups.value == RUN + run.id
    assert groups.options[0].startswith("K-means, K = 3, seed 0 · ")
    assert "column “label”" in groups.options
    clean(test.button(key="start-names").click().run())
    job = jobs.known[-1]
    assert job.command == "names"
    assert job.arguments == {"source": mapped.path, "by": RUN + run.id, "method": "log-odds", "rank": "both"}
    assert "Its result appears here" in texts(test)


def test_words_of_ones_own_and_values_of_a_column(shown, mapped, jobs: FakeJobs) -> None:
    test = shown(mapped)
    test.button_group(key="names-from-small").set_value("prompts").run()
    assert test.button(key="start-names").disabled
    test.text_area(key="names-text-small").set_value("card\nball").run()
    clean(test.button(key="start-names").click().run())
    assert jobs.known[-1].arguments["prompts"] == ["card", "ball"]
    test.button_group(key="names-from-small").set_value("values").run()
    clean(test.button(key="start-names").click().run())
    assert jobs.known[-1].arguments["values"] == "label"


def test_names_are_shown_with_their_reasons(shown, mapped, jobs: FakeJobs) -> None:
    card = named_by(mapped)
    test = clean(shown(mapped))
    assert "3 groups of 24 items, words from captions, by Log-odds with a prior, in the order of words and CLIP's" in (
        texts(test)
    )
    found = names.read(mapped, card)
    assert [each.name for each in found.groups] == ["blue card", "green card", "red card"]
    table = names_tab.table(found.groups)
    assert table["name"].tolist() == [each.name for each in found.groups]
    assert table["nearest caption"].tolist() == [each.captions[0].caption for each in found.groups]
    assert "Blue: blue card" in texts(test)
    assert "Nearest captions" in texts(test)


def test_members_are_those_of_the_group(mapped: Workspace) -> None:
    card = named_by(mapped, clustering := RUN + clustered(mapped, 12).id)
    held = mapped.run(clustering.removeprefix(RUN)).arrays
    found = names.read(mapped, card)
    assert len(found.groups) == 12
    for number, each in enumerate(found.groups):
        assert (each.group, each.number) == (f"cluster {number}", number)
        assert found.members(each) == held["ids"][held["labels"] == number].tolist()


def test_the_map_takes_the_names(shown, mapped, jobs: FakeJobs) -> None:
    named_by(mapped)
    shown(mapped).button(key="names-colour").click().run()
    column = next(name for name in mapped.columns() if name.startswith(names.COLUMN))
    labels = mapped.table(["label"])["label"].to_pylist()
    assert mapped.table([column])[column].to_pylist() == [f"{label} card" for label in labels]
    items, drawn = store.items(mapped), maps.drawn(mapped, mapped.runs("map")[0], "Both")
    colour = app.scatter.colours.colour(column, items, drawn)
    found = named(column, colour, drawn)
    assert {label.text for label in found} == {"red card", "green card", "blue card"}
    for label in found:
        assert f"{items.frame.loc[drawn.ids[label.row], 'label']} card" == label.text
    assert named("label", colour, drawn) == []
    assert named(None, None, drawn) == []


def test_a_label_stands_at_the_point_nearest_to_the_median(mapped: Workspace) -> None:
    drawn = maps.drawn(mapped, mapped.runs("map")[0], "Images")
    group = np.where(np.arange(len(drawn)) < 16, 0, 1)
    small, large = colours.labels(drawn, group, {1: "small", 0: "large", 7: "nobody"})[::-1]
    assert (small.text, large.text) == ("small", "large")
    rows = np.flatnonzero(group == 0)
    apart = np.linalg.norm(drawn.points.xy[rows] - np.median(drawn.points.xy[rows], axis=0), axis=1)
    assert large.row == rows[apart.argmin()]


def test_the_clusters_page_shows_names(mapped, jobs: FakeJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.jobs.Jobs.warm", lambda self, after=0.0: None)
    run = clustered(mapped)
    test = clean(alone("clusters", mapped))
    clean(test.button(key="name-clusters").click().run())
    assert jobs.known[-1].arguments == {"source": mapped.path, "by": RUN + run.id}
    assert test.button(key="name-clusters").disabled
    jobs.known[-1].state = "done"
    named_by(mapped, RUN + run.id)
    test = clean(alone("clusters", mapped))
    assert "name-clusters" not in [button.key for button in test.button]
    known = names.of_clusters(mapped, run.id)
    found = runs.read(mapped, run)
    largest = int(np.bincount(found.labels).argmax())
    assert f"Cluster {largest}: {known[largest]}" in texts(test)
    assert f"More here than elsewhere: {known[largest]}" in texts(test)
    drawn = maps.points_of_run(mapped, run)
    assert drawn is not None
    assert f"cluster {largest}: {known[largest]}" in coloured.by_cluster(drawn, found, known).names


def test_a_column_with_many_values_names_no_groups(mapped: Workspace) -> None:
    ids = mapped.table([])["id"].to_pylist()
    mapped.set_column("same", dict.fromkeys(ids, "one"))
    assert "label" in names_tab.columns(mapped)
    assert "same" not in names_tab.columns(mapped)


# data quality


def test_the_form_starts_the_checks(shown, mapped, jobs: FakeJobs) -> None:
    test = clean(shown(mapped, "Data quality"))
    assert "Press Check" in texts(test)
    clean(test.button(key="start-care").click().run())
    arguments = jobs.known[-1].arguments
    assert arguments["kinds"] == ["duplicates", "mismatches", "labels", "outliers"]
    assert (arguments["label"], arguments["space"], arguments["params"]) == ("label", "images", {})
    found = COMMANDS["care"](**arguments)
    assert set(found["kinds"]) == set(arguments["kinds"])


def test_near_duplicates_stand_in_sets(shown, copied, jobs: FakeJobs) -> None:
    card = checked(copied, "duplicates", model="other")["duplicates"]
    found = care.read(copied, card)
    ids = copied.table([])["id"].to_pylist()
    assert [found.ids[rows].tolist() for rows in found.sets] == [[ids[1], ids[5], ids[9]]]
    assert found.taken(1) == [ids[5], ids[9]]
    assert found.taken(0) == []
    test = clean(shown(copied, "Data quality"))
    assert "1 set of near-duplicates among 24 items: 2 items more than one of each" in texts(test).replace("**", "")
    assert test.button(key="care-tag-now").label == "Tag 2 items"
    clean(test.button(key="care-tag-now").click().run())
    assert [id for id, is_in in zip(*copied.table(["near-duplicate"]).to_pydict().values(), strict=True) if is_in] == [
        ids[5],
        ids[9],
    ]
    assert "near-duplicate" in store.tags(copied)


def test_fewer_or_more_can_be_taken(shown, mapped, jobs: FakeJobs) -> None:
    card = checked(mapped, "outliers")["outliers"]
    test = shown(mapped, "Data quality")
    test.number_input(key=f"care-count-{card.id}-0").set_value(4).run()
    test.text_input(key="care-tag-outliers").set_value("odd ones").run()
    clean(test.button(key="care-tag-now").click().run())
    held = mapped.run(card.id).arrays
    wanted = set(held["ids"][held["ranked"][:4]].tolist())
    marked = mapped.table(["odd ones"]).to_pydict()
    assert {id for id, is_in in zip(marked["id"], marked["odd ones"], strict=True) if is_in} == wanted
    test.text_input(key="care-tag-outliers").set_value("thumbnail").run()
    test = test.button(key="care-tag-now").click().run()
    assert "belongs to the workspace" in test.error[0].value


def test_what_is_put_aside_is_neither_shown_nor_taken(copied: Workspace) -> None:
    card = checked(copied, "outliers", model="other")["outliers"]
    whole = care.read(copied, card)
    first = str(whole.ids[whole.rows[0]])
    found = whole.without({first})
    assert first not in found.ids[found.rows]
    assert first not in found.taken(3)
    assert len(found.rows) == COUNT - 1
    duplicates = checked(copied, "duplicates", model="other")["duplicates"]
    ids = copied.table([])["id"].to_pylist()
    assert care.read(copied, duplicates).without({ids[5], ids[9]}).sets == []


def test_each_check_says_why(copied: Workspace) -> None:
    cards = checked(copied, model="other")
    items = store.items(copied)
    rows = np.arange(3)
    for kind, card in cards.items():
        found = care.read(copied, card)
        words, notes = care.captions(copied, found, rows), care.notes(found, rows)
        assert len(words) == len(notes) == 3
        assert kind in care.TAGS
        assert care.described(found)
        table = care.table(items, found, 2)
        assert len(table) == len(found.rows)
        assert isinstance(table, pd.DataFrame)
    labels, mismatches = (care.read(copied, cards[kind]) for kind in ("labels", "mismatches"))
    suggested = labels.evidence.suggested[0]
    assert care.captions(copied, labels, rows)[0] == f"red\n→ {suggested}"
    other = items.captions[mismatches.ids[mismatches.evidence.instead[0]]]
    assert care.captions(copied, mismatches, rows)[0] == f"a red card 0\n→ {other}"


def test_flagged_items_come_first_on_the_page(copied: Workspace) -> None:
    found = care.read(copied, checked(copied, "mismatches", model="other")["mismatches"])
    flagged = found.flagged[found.rows]
    assert flagged[: found.proposed].all()
    assert not flagged[found.proposed :].any()
    assert found.taken(found.proposed) == found.ids[found.rows[: found.proposed]].tolist()


def test_all_checks_can_be_looked_at(shown, copied, jobs: FakeJobs) -> None:
    checked(copied, model="other")
    test = clean(shown(copied, "Data quality"))
    for kind in ("duplicates", "mismatches", "labels", "outliers"):
        clean(test.button_group(key="care-kind-small").set_value(kind).run())
        assert care.READ[kind] in texts(test) or "No two items are so close" in texts(test)


def test_what_jobs_have_brought(mapped: Workspace) -> None:
    result = COMMANDS["care"](mapped.path, ["outliers"])
    assert pages.summary(Job("1", "Care", "care", {}, mapped.path, result=result)) == (
        f"{result['kinds']['outliers']['flagged']} outliers"
    )
    result = COMMANDS["names"](mapped.path, "label")
    assert pages.summary(Job("1", "Names", "names", {}, mapped.path, result=result)) == "3 names"
