"""A small workspace in a home of its own, and the pages on it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import app.shell.frame  # noqa: F401
from app.kit.state import State, state
from app.shell.pages import pages as every_page
from core.jobs import Job
from core.sources import Item
from core.workspace import RunCard, Workspace, open_named

COLOURS = ("red", "green", "blue")
COUNT = 24
MAIN = Path(__file__).parents[2] / "app" / "main.py"


def picture(number: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30 + number), COLOURS[number % 3]).save(buffer, "PNG")
    return buffer.getvalue()


def ids(workspace: Workspace) -> list[str]:
    """Of every item, in the workspace's order."""
    return workspace.table([])["id"].to_pylist()


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Every `AppTest` would look through all installed packages for components; what it finds is the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No bundled sets, no workspaces."""
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("core.sources.bundled.ASSETS", tmp_path / "assets")
    st.cache_resource.clear()
    st.cache_data.clear()
    return tmp_path / "home"


@pytest.fixture
def workspace(home: Path, small: Path) -> Workspace:
    """24 captioned pictures in three colours, embedded by "pocket", without a map."""
    shutil.copytree(small, home / "small")
    return open_named("small")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each test's workspace is a copy of."""
    made = Workspace.create(tmp_path_factory.mktemp("small"))
    made.add(
        Item(
            f"{n}.png",
            picture(n),
            f"a {COLOURS[n % 3]} card {n}",
            COLOURS[n % 3],
            {"height": 30.0 + n, "odd": n % 2 == 1},
        )
        for n in range(COUNT)
    )
    random = np.random.default_rng(0)
    for modality in ("image", "text"):
        made.add_embeddings("pocket", modality, ids(made), unit(random.normal(size=(COUNT, 8))))
    return Path(made.path)


@pytest.fixture
def mapped(workspace: Workspace) -> Workspace:
    """The same with a map of images and captions."""
    save_map(workspace, seed=0)
    return workspace


def save_map(workspace: Workspace, seed: int, count: int = COUNT, model: str = "pocket") -> str:
    """A map whose points lie anywhere, of the first `count` items."""
    some = np.asarray(ids(workspace)[:count])
    xy = np.random.default_rng(seed).normal(size=(2 * count, 2)).astype(np.float32)
    figures = {"trustworthiness": 0.9731, "neighbour_preservation": 0.4237, "quality_neighbours": 15}
    card = RunCard("", "map", "tsne", "t-SNE", {"perplexity": 30.0}, seed, model, "both", count, metrics=figures)
    arrays = {"ids": np.tile(some, 2), "modality": np.repeat(["image", "text"], count), "xy": xy}
    return workspace.save_run(card, arrays)


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker process is warmed."""
    monkeypatch.setattr("core.jobs.Jobs.warm", lambda self, after=0.0: None)


@pytest.fixture
def opened(cold: None) -> Callable[..., AppTest]:
    """Opens the app on a workspace, at one of its pages."""

    def open_page(workspace: Workspace | None, page: str = "map", **chosen: object) -> AppTest:
        test = AppTest.from_file(str(MAIN), default_timeout=60)
        test.session_state["clipscape"] = State(workspace=workspace and Path(workspace.path), **chosen)
        return go_to(test, page)

    return open_page


def go_to(test: AppTest, page: str) -> AppTest:
    """Runs a page, the first or another; AppTest itself switches only to pages that are files."""
    test._page_hash = calc_hash("" if page == "map" else page)
    return test.run()


def clean(test: AppTest) -> AppTest:
    """The same page, which neither broke nor shows an error."""
    assert not test.exception, test.exception
    assert not test.error, test.error
    return test


def texts(test: AppTest) -> str:
    """What the page says, errors and warnings apart, without the strokes that keep Markdown's signs as they are."""
    said = [*test.title, *test.subheader, *test.markdown, *test.caption]
    return " ".join(each.value for each in said).replace("\\", "")


def chosen(test: AppTest) -> State:
    """The typed state of the page's session."""
    return test.session_state["clipscape"]


class FakeJobs:
    """Remembers what was started; its jobs end when a test says so."""

    def __init__(self) -> None:
        self.known: list[Job] = []

    def start(self, command: str, arguments: dict, title: str = "", workspace: str = "", person: str = "") -> Job:
        self.known.append(Job(str(len(self.known) + 1), title, command, dict(arguments), workspace))
        return self.known[-1]

    def list(self, workspace: str | None = None) -> list[Job]:
        return [job for job in self.known if workspace in (None, job.workspace)]

    def stop(self, id: str) -> None:
        next(job for job in self.known if job.id == id).state = "stopped"

    def warm(self, after: float = 0.0) -> None:
        pass


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> FakeJobs:
    """In place of worker processes."""
    fake = FakeJobs()
    every_page()  # what is not imported yet could not be given them
    for module in [each for name, each in sys.modules.items() if name.startswith("app.")]:
        if hasattr(module, "jobs"):
            monkeypatch.setattr(module, "jobs", lambda: fake)
    return fake


def session(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> State:
    """A session's state on a workspace, without a browser."""
    mine = State(workspace=Path(workspace.path))
    for module in [each for name, each in sys.modules.items() if name.startswith("app.")]:
        if getattr(module, "state", None) is state:
            monkeypatch.setattr(module, "state", lambda: mine)
    return mine


def page(path: str, name: str) -> None:
    """One page with its neighbours, whose addresses it links to."""
    from importlib import import_module
    from pathlib import Path

    import streamlit as st

    from app.kit.state import state

    names = [name, "data", "map"]
    pages = [
        st.Page(import_module(f"app.views.{each}.page").show, title=each.title(), url_path=each, default=each == name)
        for each in names
    ]
    state().pages = dict(zip(names, pages, strict=True))
    state().open(Path(path))
    st.navigation(pages, position="hidden").run()


def alone(name: str, workspace: Workspace, **chosen: object) -> AppTest:
    """That page on a workspace, with what was chosen before."""
    test = AppTest.from_function(page, args=(workspace.path, name), default_timeout=60)
    test.session_state["clipscape"] = State(workspace=Path(workspace.path), **chosen)
    return test.run()
