"""`models`, `models fetch` and `models import` as commands, and items that stay where a model cannot be had."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core import cli
from core.cli import status
from core.workspace import Workspace
from tests.encoders.hub import FakeHub, lead_to, serving
from tests.encoders.models import make_folder
from tests.terminal import Terminal
from tests.test_cli import ROOT

NAME = "hf-hub:someone/tiny"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    with serving(FakeHub({"someone/tiny": files}, {"someone/tiny": {"license": "mit"}})) as made:
        lead_to(made.address, tmp_path / "cache", monkeypatch)
        yield made


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_to("http://127.0.0.1:9", tmp_path / "cache", monkeypatch)


@pytest.fixture
def pictures(tmp_path: Path) -> str:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("red", "green"):
        Image.new("RGB", (40, 30), name).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return str(folder)


def test_models_are_listed_with_and_without_the_word(terminal: Terminal) -> None:
    first, second = terminal.json("models"), terminal.json("models", "list")
    assert first == second
    assert [each["name"] for each in first["models"][:2]] == ["pocket-2", "pocket"]
    recommended = first["models"][2]
    assert {"parameters", "size", "memory", "dimension", "imagenet", "retrieval", "here", "reason"} <= set(recommended)
    line = terminal.text("models").splitlines()[4]
    for figure in (recommended["name"], "151 M", "605 MB", "2.21 GB", "512", "72.8 %", "67.1 %", "small and fast"):
        assert figure in line


def test_fetch_tells_size_and_licence_and_a_script_is_not_asked(
    hub: FakeHub, home: Path, capsys: pytest.CaptureFixture[str], terminal: Terminal
) -> None:
    assert status(["models", "fetch", NAME, "--json", "-"]) == 0
    output = capsys.readouterr()
    found = json.loads(output.out)
    assert (found["name"], found["licence"], found["repository"]) == (NAME, "mit", "someone/tiny")
    assert found["folder"] == str(home / "models" / "hf-hub--someone--tiny")
    assert output.err.startswith(f"{NAME}: 6.87 MB, licence mit; from someone/tiny into {home}")
    assert terminal.json("models", "fetch", NAME)["folder"] == found["folder"]


@pytest.mark.parametrize(("arguments", "answer", "code"), [([], False, 130), ([], True, 0), (["--yes"], None, 0)])
def test_at_a_terminal_it_asks_unless_yes(
    hub: FakeHub, home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], answer: bool | None, code: int
) -> None:
    asked = []
    monkeypatch.setattr(cli.sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr(cli.typer, "confirm", lambda *words, **how: (asked.append(words), answer)[1])
    assert status(["models", "fetch", NAME, *arguments]) == code
    assert len(asked) == (0 if arguments else 1)
    assert (home / "models" / "hf-hub--someone--tiny").exists() is (code == 0)


def test_a_fetched_model_embeds_in_a_process_without_network(
    hub: FakeHub, home: Path, pictures: str, tmp_path: Path, terminal: Terminal
) -> None:
    terminal.json("models", "fetch", NAME)
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "none")}
    command = [sys.executable, "-m", "core", "embed", pictures, "--workspace", str(tmp_path / "set"), "--model", NAME]
    done = subprocess.run([*command, "--json", "-"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["embedded"], json.loads(done.stdout)["model"]) == (2, NAME)


def test_embed_downloads_a_model_that_is_not_here(
    hub: FakeHub, home: Path, pictures: str, tmp_path: Path, terminal: Terminal
) -> None:
    found = terminal.json("embed", pictures, "--workspace", str(tmp_path / "set"), "--model", NAME)
    assert (found["added"], found["embedded"], found["model"]) == (2, 2, NAME)
    assert (home / "models" / "hf-hub--someone--tiny" / "clipscape.json").exists()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("model", "remedy"),
    [
        ("ViT-B-32:openai", "not here and the hub cannot be reached"),
        ("ViT-B-32:opnai", "did you mean ViT-B-32:openai"),
        ("/nowhere", "no such folder"),
    ],
)
def test_a_model_that_cannot_be_had_loses_no_items(
    pictures: str, tmp_path: Path, terminal: Terminal, model: str, remedy: str
) -> None:
    line = terminal.refused("embed", pictures, "--workspace", str(tmp_path / "set"), "--model", model)
    assert line.startswith("2 added and kept, 1 refused (")
    assert "broken.png: " in line
    assert remedy in line
    place = Workspace.open(tmp_path / "set")
    assert (place.count(), len(place.missing("pocket", "image")), place.models()) == (2, 2, [])
    again = terminal.json("embed", pictures, "--workspace", str(tmp_path / "set"))
    assert (again["added"], again["embedded"], again["skipped"]) == (0, 2, 2)


def test_import_names_a_folder(folder: Path, tmp_path: Path, pictures: str, terminal: Terminal) -> None:
    found = terminal.json("models", "import", str(folder), "--name", "mine")
    assert (found["name"], found["licence"]) == ("mine", "not stated")
    embedded = terminal.json("embed", pictures, "--workspace", str(tmp_path / "set"), "--model", "mine")
    assert embedded["embedded"] == 2
    assert embedded["model"].startswith("mine@")
    hits = terminal.json("search", str(tmp_path / "set"), "red")["hits"]
    assert len(hits) == 2


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["fetch", "ViT-B-32:openai"], "ViT-B-32:openai is not here and the hub cannot be reached"),
        (["fetch", "ViT-B-32"], "say which weights: ViT-B-32 has the tags"),
        (["fetch", "hf-hub:one"], "write hf-hub:organisation/repository"),
        (["import", "/no/such/folder"], "no such folder or file"),
        (["paint"], "No such command 'paint'"),
        (["fetch"], "Missing argument"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], line: str, terminal: Terminal) -> None:
    assert line in terminal.refused("models", *arguments)


def test_no_workspace_is_called_as_the_folder_of_models() -> None:
    from core.errors import BadInput
    from core.workspace import create_named

    with pytest.raises(BadInput, match="folder of downloaded models"):
        create_named("models")
