"""The Data page."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import store
from app.shell import pages
from core.progress import Progress
from core.sources.bundled import Dataset
from core.workspace import Workspace, workspaces
from tests.app.conftest import COUNT, FakeJobs, chosen, clean, ids, picture, save_map, session, texts

NEW = "from app.shell import workspace_picker\nworkspace_picker.new()"

RESULT = {
    "added": 5,
    "embedded": 10,
    "skipped": 2,
    "refused": [{"source": "bad.png", "reason": "not a picture"}],
    "model": "pocket",
    "seconds": 1.0,
    "rate": 10.0,
    "understood": None,
}


def test_says_what_there_is(opened, mapped) -> None:
    test = clean(opened(mapped, "data"))
    shown = texts(test)
    assert "**24**" in shown
    assert "24 images, 24 captions" in shown
    assert "1 to 24 of 24 items" in shown


def test_a_bundled_set_is_called_as_in_the_picker(opened, mapped, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = Dataset(mapped.name, "Cards of two colours", "", "", COUNT)
    monkeypatch.setattr(store, "bundled_sets", lambda: [dataset])
    test = clean(opened(mapped, "data"))
    assert test.title[0].value == "Cards of two colours"
    assert "Cards of two colours" in test.sidebar.selectbox[0].options


def test_filters_by_words_and_label(opened, mapped) -> None:
    test = opened(mapped, "data")
    test.selectbox(key="label").set_value("red").run()
    assert "1 to 8 of 8 items" in texts(test)
    test.text_input(key="filter").set_value("card 21").run()
    assert "1 to 1 of 1 item" in texts(test)
    test.text_input(key="filter").set_value("nothing like it").run()
    assert "No item has these words" in test.info[0].value


def test_as_a_table(opened, mapped) -> None:
    test = opened(mapped, "data")
    test.segmented_control(key="view").set_value("Table").run()
    table = test.dataframe[0].value
    assert list(table.columns) == ["image", "caption", "label", "height", "odd"]
    assert len(table) == COUNT
    assert table["image"].str.startswith("data:image/webp").all()


def test_progress_with_rate(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped, "data")
    job = jobs.start("embed", {}, "Embed 5 files", mapped.path)
    job.state, job.progress = "running", Progress(2, 5, "embedding", {"rate": 1.5})
    assert "2 of 5 · 1.50 items/s" in texts(test.run())


def test_a_waiting_job_says_why(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped)
    jobs.start("map", {}, "Third", mapped.path).progress = Progress(0, None, "waits for its turn: two run now")
    assert "waits for its turn: two run now" in texts(test.run())


def test_what_came_of_it(opened, mapped, jobs: FakeJobs) -> None:
    job = jobs.start("embed", {}, "Embed 8 files", mapped.path)
    job.state, job.result, job.started, job.ended = "done", RESULT, 0.0, 3.0
    test = opened(mapped, "data")
    assert "5 added, 10 embedded, 2 already here, 1 refused" in texts(test)
    pd.testing.assert_frame_equal(test.dataframe[0].value, pd.DataFrame(RESULT["refused"]))


def test_what_was_not_taken_whole_is_listed(opened, mapped, jobs: FakeJobs) -> None:
    notes = [{"source": "wave.gif", "reason": "holds 2 pictures: the first is taken"}]
    job = jobs.start("embed", {}, "Embed 8 files", mapped.path)
    job.state, job.result, job.started, job.ended = "done", RESULT | {"refused": [], "notes": notes}, 0.0, 3.0
    test = opened(mapped, "data")
    assert [each.label for each in test.expander if "Taken" in each.label] == ["Taken, but changed"]
    pd.testing.assert_frame_equal(test.dataframe[0].value, pd.DataFrame(notes))


def test_a_failed_job_gives_its_reason(opened, mapped, jobs: FakeJobs) -> None:
    job = jobs.start("embed", {}, "Embed 8 files", mapped.path)
    job.state, job.error = "failed", "no weights here: choose pocket"
    assert "no weights here: choose pocket" in texts(opened(mapped))


def test_dropped_files_become_a_job(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped, "data")
    files = [("new.png", picture(99), "image/png"), ("captions.csv", b"file,caption\nnew.png,new\n", "text/csv")]
    test.file_uploader[0].set_value(files).run()
    test.button(key="add-files").click().run()
    (job,) = jobs.known
    assert (job.command, job.title, job.arguments["model"]) == ("embed", "Embed 2 files", "pocket")
    assert {path.name for path in Path(job.arguments["source"]).iterdir()} == {"new.png", "captions.csv"}
    assert job.id in chosen(test).expected


def test_a_path_becomes_a_job(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped, "data")
    test.text_input(key="path").set_value(" /pictures ").run()
    test.button(key="add-path").click().run()
    assert jobs.known[0].arguments == {
        "workspace": mapped.path,
        "model": "pocket",
        "features": False,
        "source": "/pictures",
        "captions": None,
    }


def test_says_what_the_bundled_model_does_not_understand(opened, mapped) -> None:
    test = opened(mapped, "data")
    assert "drawings, icons and emoji only" in texts(test)
    test.selectbox(key="bundled-model").set_value("pocket-2").run()
    assert "a model from the hub understands far more" in texts(clean(test))


def test_missing_embeddings_can_be_made(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped, "data")
    test.segmented_control(key="model-kind").set_value("My weights").run()
    test.text_input(key="own-model").set_value("ViT-B-32:/weights.safetensors").run()
    assert "48 images and captions here are not embedded by ViT-B-32:/weights.safetensors" in texts(test)
    test.button(key="embed-missing").click().run()
    assert jobs.known[0].arguments["source"] is None


def test_empty_workspace_says_what_to_do(opened, home) -> None:
    from core.workspace import create_named

    test = opened(create_named("nothing"), "data")
    assert "No items yet" in texts(test)
    assert not test.exception


def test_a_new_workspace(opened, mapped) -> None:
    test = AppTest.from_string(
        "from app.shell import workspace_picker\nworkspace_picker.new()", default_timeout=60
    ).run()
    test.text_input(key="new-name").set_value("holiday").run()
    test.button(key="create").click().run()
    assert "holiday" in workspaces()


def test_a_bad_name_is_one_line(opened, mapped) -> None:
    test = AppTest.from_string(
        "from app.shell import workspace_picker\nworkspace_picker.new()", default_timeout=60
    ).run()
    test.text_input(key="new-name").set_value("../up").run()
    test.button(key="create").click().run()
    assert "../up" in test.error[0].value
    assert not test.exception


def test_another_workspace_is_opened_by_its_name(opened, mapped) -> None:
    from core.workspace import create_named

    create_named("other")
    test = opened(mapped)
    test.selectbox(key="workspace-small").set_value("other").run()
    assert chosen(test).workspace.name == "other"
    assert "Nothing to map yet" in texts(test)


def test_delete_asks_first(mapped, jobs: FakeJobs) -> None:
    script = (
        "from app.views.data import manage\nfrom core.workspace import open_named\nmanage.delete(open_named('small'))"
    )
    test = AppTest.from_string(script, default_timeout=60).run()
    assert "24 items" in texts(test)
    test.button(key="delete-sure").click().run()
    assert "small" not in workspaces()


def test_export_holds_the_tables(mapped) -> None:
    from zipfile import ZipFile

    from app.views.data.manage import exported

    assert {"items.parquet", "embeddings.parquet", "runs.parquet"} <= set(ZipFile(BytesIO(exported(mapped))).namelist())


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("place", lambda run: {"run": run, "seconds": 1.0, "placed": 3, "trustworthiness": 0.9}),
        ("embed", lambda run: RESULT | {"map": run, "placed": 3}),
    ],
)
def test_placed_items_fill_the_drawer(mapped, jobs: FakeJobs, monkeypatch, command, result) -> None:
    mine = session(monkeypatch, mapped)
    run = save_map(mapped, seed=2)
    job = ended(jobs, command, result(run), mapped)
    mine.expected.add(job.id)
    pages.go_on([job])
    assert mine.run == run
    assert mine.group.origin == "fresh"
    assert mine.group.ids == tuple(ids(mapped)[-3:])


@pytest.mark.parametrize("command", ["embed", "map", "place", "models fetch", "semantics"])
@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_job_that_brought_nothing_changes_nothing(mapped, jobs: FakeJobs, monkeypatch, command, state) -> None:
    mine = session(monkeypatch, mapped)
    job = jobs.start(command, {}, command, mapped.path)
    job.state = state
    mine.expected.add(job.id)
    pages.go_on([job])
    assert (mine.run, mine.group, mine.expected) == (None, None, set())


def ended(jobs: FakeJobs, command: str, result: dict, workspace: Workspace):
    job = jobs.start(command, {}, command, workspace.path)
    job.state, job.result = "done", result
    return job
