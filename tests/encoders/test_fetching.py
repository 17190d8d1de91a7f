"""A hub that is reached once is enough; whatever breaks a download, what came is kept."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from core.encoders import choices, downloads, fetching, hub, kept, load
from core.encoders.fetching import fetch, plan
from core.encoders.weights import find
from core.errors import BadInput, Cancelled, MissingWeights
from core.progress import Progress
from tests.encoders.conftest import photograph
from tests.encoders.hub import REVISION, FakeHub, lead_to, serving
from tests.encoders.models import CONFIGURATION

ROOT = Path(__file__).parents[2]
NAME = "hf-hub:someone/tiny"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again at once."""
    monkeypatch.setattr(downloads, "PAUSE", 0.01)


@pytest.fixture
def served(folder: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None) -> Iterator[FakeHub]:
    """A hub that holds the tiny model."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    made = FakeHub({"someone/tiny": {**files, "README.md": b"#"}}, {"someone/tiny": {"license": "mit"}})
    with serving(made):
        lead_to(made.address, tmp_path / "cache", monkeypatch)
        yield made


@pytest.fixture
def tagged(served: FakeHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same weights as a model of open_clip's own list, by architecture and tag."""
    settings = {"hf_hub": "someone/tiny/", "mean": (0.1, 0.2, 0.3), "std": (0.3, 0.2, 0.1), "quick_gelu": True}
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "Tiny-16", CONFIGURATION["model_cfg"])
    monkeypatch.setitem(open_clip.pretrained._PRETRAINED, "Tiny-16", {"first_try": settings})
    return "Tiny-16:first_try"


def size_of(served: FakeHub) -> int:
    return len(served.repositories["someone/tiny"]["open_clip_model.safetensors"])


def gone(served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on there is no network."""
    lead_to("http://127.0.0.1:9", tmp_path / "cache", monkeypatch)
    served.asked.clear()


def test_size_and_licence_are_told_before(served: FakeHub) -> None:
    told = plan(NAME)
    assert (told.size, told.here, told.licence, told.gated) == (size_of(served), 0, "mit", False)
    assert told.folder == kept.place() / "hf-hub--someone--tiny"
    assert [path for path in served.files_asked() if path.endswith("safetensors")] == []


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        (None, "not stated"),
        ({}, "not stated"),
        ({"license": "apache-2.0"}, "apache-2.0"),
        ({"license": "other", "license_name": "apple-amlr"}, "apple-amlr"),
        ({"license": ["mit", "cc-by-4.0"]}, "mit, cc-by-4.0"),
    ],
    ids=str,
)
def test_the_licence_is_the_one_that_the_card_states(served: FakeHub, card: dict | None, licence: str) -> None:
    served.cards = {"someone/tiny": card} if card is not None else {}
    assert plan(NAME).licence == licence


def test_a_fetched_model_works_without_the_hub(
    served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    card = fetch(NAME)
    assert (card.name, card.revision, card.licence) == (NAME, REVISION, "mit")
    gone(served, tmp_path, monkeypatch)
    model = load(NAME)
    assert model.name == NAME
    picture = photograph(80, 60)
    assert model.encode_images([picture]) == pytest.approx(load(str(folder)).encode_images([picture]), abs=1e-5)
    assert fetch(NAME) == card
    assert served.asked == []


def test_a_tagged_model_is_kept_with_what_its_weights_want(
    tagged: str, served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct = find(tagged)  # brings it
    assert (direct.name, direct.configuration) == (tagged, f"local-dir:{kept.folder_for(tagged).resolve()}")
    gone(served, tmp_path, monkeypatch)
    model = load("Tiny-16:First-Try")
    assert model.name == tagged
    settings = open_clip.get_pretrained_cfg("Tiny-16", "first_try")
    expected = open_clip.create_model("Tiny-16", load_weights=False, force_quick_gelu=True)
    open_clip.load_checkpoint(expected, str(direct.weights))
    picture = photograph(64, 64)
    image = expected.eval().encode_image(pixels(picture, settings["mean"], settings["std"]))
    assert model.encode_images([picture])[0] @ unit(image) > 0.9999
    assert model.encode_texts(["a cat"])[0] @ unit(expected.encode_text(model.tokens(["a cat"]))) > 0.9999


def test_a_kept_model_is_marked_in_the_list(tagged: str, served: FakeHub) -> None:
    assert not choices.is_here(tagged)
    fetch(tagged)
    assert choices.is_here(tagged)
    fetch(NAME)
    listed = {model.name: model for model in choices.models()}
    assert listed[tagged].here
    assert (listed[NAME].where, listed[NAME].here, listed[NAME].dimension) == ("hub", True, 128)


def test_progress_is_in_bytes_with_a_rate(served: FakeHub) -> None:
    said: list[Progress] = []
    fetch(NAME, said.append)
    steps = [each for each in said if each.unit == "bytes"]
    assert steps[-1].done == steps[-1].total == size_of(served)
    assert [each.done for each in steps] == sorted(each.done for each in steps)
    assert len({each.done for each in steps}) > 10
    assert steps[-1].metrics["rate"] > 0
    assert steps[-1].metrics["left"] == 0


def test_a_stopped_download_goes_on_where_it_was(served: FakeHub) -> None:
    half = size_of(served) // 2

    def stop(progress: Progress) -> None:
        if progress.done > half:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        fetch(NAME, stop)
    assert kept.folder_of(NAME) is None
    assert half < plan(NAME).here < half + (1 << 19)
    time.sleep(0.2)
    served.sent = 0
    first: list[Progress] = []
    fetch(NAME, first.append)
    assert served.sent < size_of(served) - half
    assert next(each for each in first if each.unit == "bytes").done > half
    assert whole(served)


def test_a_killed_download_goes_on_where_it_was(served: FakeHub, home: Path) -> None:
    served.slow = 0.05
    environment = {**os.environ, "HF_ENDPOINT": served.address, "CLIPSCAPE_HOME": str(home)}
    script = f"from core.encoders.fetching import fetch; fetch({NAME!r})"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)
    part = fetching.unfinished(kept.folder_for(NAME))
    deadline = time.monotonic() + 120
    while sum(path.stat().st_size for path in part.glob("*.part")) < 2 << 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    had = plan(NAME).here
    assert 2 << 20 <= had < size_of(served)
    time.sleep(0.3)
    served.slow = served.sent = 0
    fetch(NAME)
    assert served.sent <= size_of(served) - had + 4096
    assert whole(served)


def test_a_connection_that_breaks_again_and_again_is_taken_up(served: FakeHub) -> None:
    served.break_after = [100_000] * 8
    fetch(NAME)
    assert whole(served)
    assert len(served.files_asked()) == 9  # the configuration in the first, the weights in eight pieces


def test_a_connection_that_gives_nothing_more_is_given_up_and_loses_nothing(served: FakeHub) -> None:
    served.break_after = [10_000, 700_000, 0, 0, 0, 0]
    with pytest.raises(MissingWeights, match=r"the connection broke at \d+ kB of .*what has come is kept"):
        fetch(NAME)
    had, served.sent = plan(NAME).here, 0
    fetch(NAME)
    assert 600_000 < had <= 700_000
    assert served.sent <= size_of(served) - had + 4096
    assert whole(served)


def test_a_server_that_cannot_go_on_begins_anew(served: FakeHub) -> None:
    served.break_after, served.ignore_range = [10_000, 500_000], True
    fetch(NAME)
    assert whole(served)


def test_a_file_that_arrives_changed_is_not_used(served: FakeHub) -> None:
    original = served.info
    served.info = lambda repository: json.loads(json.dumps(original(repository)).replace('"sha256": "', '"sha256": "0'))
    with pytest.raises(MissingWeights, match="did not arrive as it is on the hub"):
        fetch(NAME)
    served.info = original
    fetch(NAME)
    assert whole(served)


def test_a_hub_that_does_not_answer_is_said_within_seconds(served: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    served.silent = True
    monkeypatch.setattr(hub, "PATIENCE", 0.5)
    begun = time.monotonic()
    with pytest.raises(MissingWeights, match=r"the hub cannot be reached .* import the folder"):
        fetch(NAME)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("hf-hub:someone/nothing", "the hub has no someone/nothing"),
        ("hf-hub:someone/gated", "someone/gated asks for a licence: accept it there"),
        ("hf-hub:someone/words", r"someone/words has none of open_clip_model\.safetensors"),
        ("hf-hub:someone/bare", r"someone/bare has no open_clip_config\.json"),
        ("hf-hub:someone/odd", "is no open_clip configuration"),
    ],
)
def test_what_the_hub_cannot_give_is_one_line(served: FakeHub, name: str, line: str) -> None:
    whole = served.repositories["someone/tiny"]
    served.repositories |= {
        "someone/gated": whole,
        "someone/words": {"README.md": b"#"},
        "someone/bare": {name: data for name, data in whole.items() if not name.endswith(".json")},
        "someone/odd": whole | {"open_clip_config.json": b"[]"},
    }
    served.gated = {"someone/gated"}
    with pytest.raises((MissingWeights, BadInput), match=line) as raised:
        fetch(name)
    assert "\n" not in str(raised.value)
    assert kept.kept() == []


def test_a_full_disk_is_said_before_anything_is_downloaded(served: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 99, 1))
    with pytest.raises(BadInput, match="only 1 B are free in"):
        fetch(NAME)
    assert served.files_asked() == ["open_clip_config.json"]


def test_two_downloads_of_one_model_do_not_disturb_each_other(served: FakeHub) -> None:
    served.slow = 0.02
    said: list[str] = []
    other = Thread(target=fetch, args=(NAME, lambda progress: said.append(progress.message)))
    first = Thread(target=fetch, args=(NAME,))
    first.start()
    time.sleep(0.2)
    other.start()
    first.join(60)
    other.join(60)
    assert any(message.startswith("waits for another download") for message in said)
    assert served.files_asked().count("open_clip_model.safetensors") == 1
    assert whole(served)


def test_safetensors_are_preferred_to_a_pickle(served: FakeHub) -> None:
    served.repositories["someone/tiny"]["open_clip_pytorch_model.bin"] = b"a pickle"
    assert fetch(NAME).weights == "open_clip_model.safetensors"


def test_a_repository_with_only_a_pickle_is_read_as_tensors_only(served: FakeHub, folder: Path, tmp_path: Path) -> None:
    """The one exception: the hub's own file, by torch's `weights_only`."""
    pickled = tmp_path / "weights.bin"
    torch.save(load_file(folder / "open_clip_model.safetensors"), pickled)
    files = served.repositories["someone/tiny"]
    del files["open_clip_model.safetensors"]
    files["open_clip_pytorch_model.bin"] = pickled.read_bytes()
    assert fetch(NAME).weights == "open_clip_pytorch_model.bin"
    assert load(NAME).encode_texts(["a cat"]) == pytest.approx(load(str(folder)).encode_texts(["a cat"]), abs=1e-5)


def test_the_hubs_own_cache_is_used_before_the_hub(
    served: FakeHub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = tmp_path / "cache" / "models--someone--tiny" / "snapshots" / REVISION
    shutil.copytree(folder, snapshot)
    (tmp_path / "cache" / "models--someone--tiny" / "refs").mkdir()
    (tmp_path / "cache" / "models--someone--tiny" / "refs" / "main").write_text(REVISION)
    gone(served, tmp_path, monkeypatch)
    assert find(NAME).weights == snapshot / "open_clip_model.safetensors"


def whole(served: FakeHub) -> bool:
    """Every byte is as on the hub, and nothing unfinished is left."""
    folder = kept.folder_of(NAME)
    assert folder is not None
    weights = (folder / "open_clip_model.safetensors").read_bytes()
    assert not list(kept.place().rglob("*.part"))
    return weights == served.repositories["someone/tiny"]["open_clip_model.safetensors"]


def pixels(picture: Image.Image, mean: tuple, std: tuple) -> torch.Tensor:
    """A picture of the model's size as its input."""
    values = (np.asarray(picture, np.float32) / 255 - np.float32(mean)) / np.float32(std)
    return torch.from_numpy(values.transpose(2, 0, 1)[None])


def unit(vector: object) -> np.ndarray:
    row = vector.detach().numpy()[0]
    return row / np.linalg.norm(row)
