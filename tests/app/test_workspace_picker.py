"""The workspace changes by a person's choice in the box that is on screen, and by nothing else."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.kit import store
from app.kit.state import State
from app.shell import workspace_picker
from core.workspace import Workspace, create_named
from tests.app.conftest import FakeJobs, chosen


def test_a_workspace_that_cannot_be_read_is_not_opened_and_the_box_says_so(opened, mapped, home: Path) -> None:
    """Else the page would show one workspace under the name of another, and delete it for the other."""
    broken = Path(create_named("broken").path)
    test = opened(mapped, "data")
    for manifest in (broken / "items.lance" / "_versions").glob("*.manifest"):
        manifest.write_bytes(bytes(255 - each for each in manifest.read_bytes()))
    box = next(each for each in test.selectbox if each.key.startswith("workspace-"))
    box.set_value("broken").run()
    assert [each.value for each in test.error if "damaged" in each.value or "cannot be opened" in each.value]
    box = next(each for each in test.selectbox if each.key.startswith("workspace-"))
    assert box.value == Path(mapped.path).name
    assert chosen(test).workspace == Path(mapped.path)
    assert not test.exception


def test_a_workspace_that_was_deleted_elsewhere_is_said_to_be_gone(opened, mapped) -> None:
    test = opened(mapped, "data")
    shutil.rmtree(mapped.path)
    test.run()
    assert any("is there no more" in each.value for each in test.toast)


def test_what_was_pressed_on_the_page_of_one_workspace_reaches_no_other(opened, mapped, jobs: FakeJobs) -> None:
    """The click was on its way when the session went to another workspace."""
    test = opened(mapped, "data")
    test.text_input(key="path").set_value("/pictures").run()
    pressed = test.button(key="add-path").click()
    chosen(test).open(Path(create_named("other").path))
    pressed.run()
    assert jobs.known == []
    assert test.title[0].value == "other"
    assert test.text_input(key="path").value == ""
    test.text_input(key="path").set_value("/pictures").run()
    test.button(key="add-path").click().run()
    assert [Path(job.arguments["workspace"]).name for job in jobs.known] == ["other"]


def test_a_bundled_set_offers_a_copy_and_goes_there(opened, mapped, home: Path, monkeypatch, jobs: FakeJobs) -> None:
    """As if the set "small" had come along: nothing can be added, but to the copy."""
    monkeypatch.setattr("core.sources.bundled.names", lambda: ["small"])
    monkeypatch.setattr("core.sources.bundled.columns", lambda name: [])
    monkeypatch.setattr("core.sources.bundled.datasets", lambda: [])
    test = opened(mapped, "data")
    assert not [each for each in test.button if each.key in ("add-files", "add-path", "delete-workspace")]
    test.button(key="copy-to-add").click().run()
    taken = create_named("my small")
    test.button(key="copy-sure").click().run()
    assert "there is one already" in test.toast[0].value
    assert chosen(test).workspace == Path(mapped.path)
    shutil.rmtree(taken.path)

    test.button(key="copy-to-add").click().run()
    test.button(key="copy-sure").click().run()
    assert chosen(test).workspace == home / "my small"
    assert Workspace.open(home / "my small").count() == mapped.count()


@pytest.mark.parametrize("box", ["first", "new"])
def test_a_box_of_a_workspace_that_was_left_chooses_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, box: str
) -> None:
    """The box of "first" says "first" still, as a tray that looks again may send it; "new" is on screen."""
    paths = {name: Path(create_named(name).path) for name in ("first", "second", "new")}
    session = State(workspace=paths["new"])
    boxes = {"workspace-first": "first", "workspace-new": "second"}
    monkeypatch.setattr(workspace_picker, "st", SimpleNamespace(session_state=boxes))
    for module in (workspace_picker, store):
        monkeypatch.setattr(module, "state", lambda: session)
    workspace_picker._open(box)
    assert session.workspace == (paths["second"] if box == "new" else paths["new"])
