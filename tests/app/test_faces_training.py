""" "Train on my pictures" on the Faces page."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.kit.state import State
from app.shell import pages
from app.views.faces import training_form, trainings
from core.errors import BadInput
from core.faces import pictures
from core.faces.labelled import LabelledFaces
from core.faces.trainings import Settings, Training, begin, begun, folder_of
from core.sources import Item
from core.workspace import RunCard, Workspace, create_named
from tests.app.conftest import FakeJobs, clean, picture, texts

COUNT = 120


def part(path: str) -> None:
    """That part of the page alone."""
    from app.views.faces import trainings
    from core.workspace import Workspace

    trainings.draw(Workspace.open(path))


@pytest.fixture
def place(home: Path) -> Workspace:
    """Pictures with columns that can be factors, and some that cannot."""
    made = create_named("album")
    made.add(
        Item(f"{n}.png", picture(n), "", "", {"glasses": n % 2 == 0, "race": "abc"[n % 3], "height": n, "same": 1})
        for n in range(COUNT)
    )
    return made


def shown(place: Workspace) -> AppTest:
    test = AppTest.from_function(part, args=(place.path,), default_timeout=60)
    test.session_state["clipscape"] = State(workspace=Path(place.path))
    test.run()
    assert not test.exception, test.exception
    return test


def settings(place: Workspace, **how: object) -> Settings:
    return Settings.of(place.path, **{"factors": ["glasses"], **how})


def training(place: Workspace, **how: object) -> Training:
    """One that was stopped in its second stage, after samples were drawn."""
    pictures = np.zeros((COUNT, 4, 4, 3), np.uint8)
    labels = (np.arange(COUNT) % 2)[:, None].astype(np.int64)
    faces = LabelledFaces(pictures, labels, {"glasses": ("no", "yes")}, COUNT)
    made = begin(place.path, settings(place, **how), faces).at("autoencoder", [9.0, 5.0, 4.0], 40, 60.0)
    made = made.at("network", [3.0, 2.0], 40, 125.0).save()
    made.samples.write_bytes(picture(3))
    return made


def start_form(test: AppTest) -> AppTest:
    test.button(key="start-training").click()
    return clean(test.run())


# the form


def test_only_columns_of_few_values_are_factors(place: Workspace, jobs: FakeJobs) -> None:
    test = shown(place)
    assert set(test.multiselect(key="train-factors").options) == {"glasses", "race"}
    assert test.button(key="start-training").disabled
    assert "120 pictures, 150 epochs if left open. A tenth is held out" in texts(test)


def test_the_workspaces_columns_start_a_training(place: Workspace, jobs: FakeJobs) -> None:
    test = shown(place)
    test.multiselect(key="train-factors").set_value(["glasses", "race"])
    test.selectbox(key="train-kind").set_value("kl")
    test.number_input(key="train-epochs").set_value(7)
    start_form(test.run())
    (job,) = jobs.known
    expected = settings(place, factors=["glasses", "race"], autoencoder="kl", epochs=7).plain()
    assert job.command == "faces train"
    assert job.arguments == {**expected, "workspace": place.path, "resume": False}
    assert job.title == "Train an editor of faces on album"


def test_a_folder_with_a_table(place: Workspace, jobs: FakeJobs) -> None:
    test = shown(place)
    test.segmented_control(key="train-pictures").set_value(training_form.THERE)
    test.run()
    assert test.button(key="start-training").disabled
    test.text_input(key="train-path").set_value(" /pictures/celeba ")
    test.text_input(key="train-attributes").set_value("/pictures/a.csv")
    test.text_input(key="train-names").set_value("glasses,  sex,")
    start_form(test.run())
    expected = Settings.of("/pictures/celeba", "/pictures/a.csv", factors=["glasses", "sex"]).plain()
    assert jobs.known[0].arguments == {**expected, "workspace": place.path, "resume": False}


def test_words_in_place_of_columns(place: Workspace, jobs: FakeJobs) -> None:
    test = shown(place)
    test.segmented_control(key="train-labels").set_value(training_form.WORDS)
    test.run()
    test.slider(key="train-sure").set_value(0.9)
    start_form(test.run())
    prompts = {"glasses": {"no": ["a face without glasses"], "yes": ["a face with glasses"]}}
    found = jobs.known[0].arguments
    assert (found["prompts"], found["sure"], found["model"], found["factors"]) == (prompts, 0.9, "pocket", None)


@pytest.mark.parametrize(("typed", "said"), [("a face", "name no factor"), ("hat: a hat", "has one value")])
def test_words_that_are_no_factors_are_told_in_one_line(
    place: Workspace, jobs: FakeJobs, typed: str, said: str
) -> None:
    test = shown(place)
    test.segmented_control(key="train-labels").set_value(training_form.WORDS)
    test.run()
    test.text_area(key="train-prompts").set_value(typed)
    test.run()
    test.button(key="start-training").click()
    test.run()
    assert not jobs.known
    assert said in test.error[0].value


def test_too_few_pictures_are_said_beforehand(home: Path, jobs: FakeJobs) -> None:
    made = create_named("few")
    made.add(Item(f"{n}.png", picture(n), "", "", {"odd": n % 2 == 1}) for n in range(5))
    assert "5 pictures here: at least 100 with known factors are needed" in texts(shown(made))


def test_a_workspace_without_columns(home: Path, jobs: FakeJobs) -> None:
    made = create_named("bare")
    made.add([Item("0.png", picture(0))])
    assert shown(made).multiselect(key="train-factors").disabled


# what runs, what was stopped


def test_a_running_training_shows_its_curves_and_samples(place: Workspace, jobs: FakeJobs) -> None:
    made = training(place)
    job = jobs.start("faces train", {**made.settings.plain(), "workspace": place.path, "resume": False}, "", place.path)
    job.state = "running"
    test = shown(place)
    told = texts(test)
    assert "120 pictures, by glasses: step 2 of 40 of the invertible network, 2 min 5 s so far." in told
    assert "Stop keeps what is learned" in told
    assert "It was stopped" not in told
    assert len(test.get("plotly_chart")) == 2
    assert len(test.get("image")) == 1


def test_before_the_first_step_the_page_says_what_happens(place: Workspace, jobs: FakeJobs) -> None:
    jobs.start("faces train", settings(place).plain(), "", place.path).state = "running"
    assert "Reading the pictures" in texts(shown(place))


def test_a_stopped_training_goes_on_with_the_same_settings(place: Workspace, jobs: FakeJobs) -> None:
    made = training(place, seed=4)
    test = shown(place)
    assert "It was stopped" in texts(test)
    test.button(key=f"go-on-{made.id}").click()
    clean(test.run())
    assert jobs.known[0].arguments == {**made.settings.plain(), "workspace": place.path, "resume": True}


def test_a_job_works_only_on_the_training_of_its_settings(place: Workspace, jobs: FakeJobs) -> None:
    first, second = training(place), training(place, seed=1)
    job = jobs.start(
        "faces train", {**second.settings.plain(), "workspace": place.path, "resume": True}, "", place.path
    )
    assert trainings.runs(job, second)
    assert not trainings.runs(job, first)
    job.state = "done"
    assert not trainings.runs(job, second)


def test_a_training_can_be_given_up(place: Workspace, jobs: FakeJobs) -> None:
    made = training(place)
    test = shown(place)
    test.button(key=f"forget-{made.id}").click()
    clean(test.run())
    assert begun(place.path) == []
    assert not made.folder.exists()


def test_why_a_training_failed(place: Workspace, jobs: FakeJobs) -> None:
    job = jobs.start("faces train", settings(place).plain(), "Train an editor of faces on album", place.path)
    job.state, job.error = "failed", "factor glasses has only the value 'yes'"
    assert "Train an editor of faces on album: factor glasses has only the value 'yes'" in shown(place).error[0].value


def test_damaged_notes_are_one_line_and_the_page_stays(place: Workspace, jobs: FakeJobs) -> None:
    (training(place).folder / "training.json").write_text("{")
    assert "holds no training" in shown(place).error[0].value


# what was made


@pytest.fixture
def card(place: Workspace) -> RunCard:
    """An editor as `faces train` keeps it."""
    metrics = {
        "file": "abc.safetensors",
        "factors": {"glasses": ["no", "yes"], "race": ["a", "b", "c"]},
        "psnr": 29.84,
        "ssim": 0.9412,
        "read": {"glasses": 0.997, "race": 0.9},
        "chance": {"glasses": 0.5, "race": 0.34},
        "edits": {factor: {"flipped": 0.987, "others_kept": 0.99} for factor in ("glasses", "race")},
        "held_out": 12,
        "left_out": 3,
        "refused": 1,
    }
    made = RunCard("abc", "editor", "kl", "Faces: glasses, race", items=COUNT, seconds=61.0, metrics=metrics)
    samples = np.arange(4 * 8 * 5 * 5 * 3, dtype=np.uint32).astype(np.uint8).reshape(4, 8, 5, 5, 3)
    rows = {f"loss_{stage}": np.ones(300, np.float32) for stage in ("autoencoder", "network")}
    place.save_run(made, {**rows, "samples": samples})
    folder_of(place.path).mkdir()
    trainings.file(place, made).write_bytes(b"weights")
    return made


def test_what_was_trained_is_told_with_its_figures(place: Workspace, card: RunCard, jobs: FakeJobs) -> None:
    test = shown(place)
    told = texts(test)
    assert "12 held-out faces made again with 29.8 dB PSNR and SSIM 0.941, trained in 1 min 1 s." in told
    assert "3 pictures without a known value left out. 1 file or row could not be used." in told
    (row, _) = trainings.table(card).to_dict("records")
    assert row == {
        "Factor": "glasses",
        "Values": "no, yes",
        "Read right": "99.7 %",
        "By chance": "50 %",
        "Changed by its slider": "98.7 %",
        "Others kept": "99 %",
    }
    assert len(test.get("plotly_chart")) == 2


def test_samples_stand_in_rows_and_columns() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (3, 8, 5, 5, 3), np.uint8)
    sheet = pictures.grid(rows)
    assert sheet.shape == (15, 40, 3)
    assert np.array_equal(sheet[5:10, 30:35], rows[1, 6])


def test_an_editor_can_be_deleted(place: Workspace, card: RunCard, jobs: FakeJobs) -> None:
    test = shown(place)
    test.button(key="delete-editor-now").click()
    clean(test.run())
    assert not place.runs("editor")
    assert not trainings.file(place, card).exists()


def test_a_curve_of_one_point_is_seen() -> None:
    assert trainings.loss_figure("network", [(1, 2.0)]).data[0].mode == "markers"
    assert trainings.loss_figure("network", [(1, 2.0), (2, 1.0)]).data[0].mode == "lines"


def test_a_job_that_is_done_says_how_good_the_editor_is(jobs: FakeJobs) -> None:
    job = jobs.start("faces train", {}, "", "")
    job.result = {"run": "a", "model": "a.safetensors", "refused": [], "seconds": 1.0, "ssim": 0.9412}
    job.result |= {"read": {"glasses": 0.997, "sex": 0.95}}
    assert pages.summary(job) == "faces made again with SSIM 0.941, each factor read right in 95 %"


def test_object_stores_keep_no_editors(place: Workspace) -> None:
    with pytest.raises(BadInput, match="choose a workspace on this machine"):
        begun("s3://bucket/place")
