"""What the Data, Map and Semantics pages tell of whether the model understands the images."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import store
from core.commands import COMMANDS
from core.runs.understood import UnderstoodRun
from core.understanding import Understanding
from core.workspace import Workspace
from tests.app.conftest import COUNT, FakeJobs, clean, ids, texts, unit
from tests.understanding.test_verdict import matched

POOR = Understanding("pocket", 440, matched(0.57, 440))
GOOD = Understanding("pocket", 2_000, matched(0.99, 2_000, top=0.73))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """Puts a result in the place of what is measured."""
    return lambda found: monkeypatch.setattr(store, "understanding", lambda workspace, model: found)


def helps(test: AppTest) -> str:
    """The explanations of the small lines."""
    return " ".join(each.help for each in test.caption if each.help).replace("\\", "")


def test_poor_figures_come_with_what_to_do(opened, mapped, told) -> None:
    told(POOR)
    sentence = "**pocket hardly understands these images**: among 440 captions the right one comes first for 0 %"
    data = clean(opened(mapped, "data"))
    assert sentence in texts(data)
    assert "Choose another model under “Add images and captions”." in texts(data)
    assert "a right match before 57 of 100 wrong ones" in helps(data)
    semantics = texts(clean(opened(mapped, "semantics")))
    assert sentence in semantics
    assert "Choose another model on the Data page." in semantics
    shown = clean(opened(mapped))
    assert "**hardly** understood: 0 %" in texts(shown)
    assert "Choose another model on the Data page." in helps(shown)


def test_good_figures_need_nothing(opened, mapped, told) -> None:
    told(GOOD)
    data = texts(opened(mapped, "data"))
    assert "**pocket understands these images well**: among 2,000 captions the right one comes first for 73 %" in data
    assert "Choose another model" not in data
    assert "**well** understood: 73 %" in texts(opened(mapped))


def test_a_page_measures_what_was_never_measured_and_writes_nothing(opened, mapped) -> None:
    """Vectors by chance, 24 pairs: enough to tell that this is not to understand."""
    version = mapped.version
    assert "**pocket hardly understands these images**: among 24 captions" in texts(opened(mapped, "data"))
    assert "**hardly** understood" in texts(opened(mapped))
    assert mapped.version == version
    assert mapped.runs(UnderstoodRun.KIND) == []


def test_it_is_measured_once_for_all_that_is_not_embedding(mapped, monkeypatch) -> None:
    calls = []
    measured = store.measured
    monkeypatch.setattr(store, "measured", lambda rows: calls.append(len(rows)) or measured(rows))
    first = store.understanding(mapped, "pocket")
    mapped.set_column("tag", {ids(mapped)[0]: "mine"})
    assert store.understanding(mapped, "pocket") == first
    mapped.set_column("caption", {ids(mapped)[0]: "another"})
    assert store.understanding(mapped, "pocket") != first
    assert calls == [2 * COUNT, 2 * COUNT - 1]
    COMMANDS["understood"](mapped.path)
    assert store.understanding(mapped, "pocket").match.of == COUNT - 1
    assert len(calls) == 2


def test_while_items_are_embedded_it_says_when_it_is_known(opened, mapped, jobs: FakeJobs, told) -> None:
    told(POOR)
    jobs.start("embed", {}, "Embed 5 files", mapped.path).state = "running"
    assert "Whether pocket understands the images is measured when they are embedded." in texts(opened(mapped, "data"))
    assert "understood" not in texts(opened(mapped))


def test_a_reduced_model_is_told_of_by_what_it_is_made_of(mapped, monkeypatch) -> None:
    from app.kit import understanding

    monkeypatch.setattr(understanding, "full_model", lambda workspace, name: name.partition("/")[0])
    monkeypatch.setattr(understanding.progress, "running", lambda workspace, command: [])
    asked = []
    monkeypatch.setattr(store, "understanding", lambda workspace, model: asked.append(model) or POOR)
    assert understanding.of(mapped, "pocket/pca-4") == POOR
    assert asked == ["pocket"]


def test_captions_alone_are_not_told_of(opened, workspace: Workspace) -> None:
    workspace.delete_embeddings("pocket")
    random = np.random.default_rng(0)
    workspace.add_embeddings("pocket", "text", ids(workspace), unit(random.normal(size=(COUNT, 8))))
    assert "understand these images" not in texts(clean(opened(workspace, "data")))
