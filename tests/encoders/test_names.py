"""A model's name leads to its files, or to one clear line."""

import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.encoders import bundled, catalogue, load, models
from core.encoders.published import RECOMMENDED
from core.encoders.weights import find
from core.errors import BadInput, MissingWeights
from tests.encoders.hub import lead_to
from tests.encoders.models import make_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A hub that refuses connections, and an empty cache."""
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    lead_to("http://127.0.0.1:9", tmp_path, monkeypatch)


def test_importing_and_describing_the_bundled_model_loads_nothing_heavy() -> None:
    script = "import sys; from core.encoders import bundled; bundled(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & {"torch", "open_clip", "numpy", "PIL"}


def test_every_open_clip_model_is_listed_after_the_bundled_one(home: Path) -> None:
    import open_clip

    first, second, *others = models()
    assert [(each.name, each.here) for each in (first, second)] == [("pocket-2", True), ("pocket", True)]
    assert [each.parameters for each in (first, second)] == [each.parameters for each in bundled()]
    assert sorted(model.name for model in others) == sorted(open_clip.list_pretrained(as_str=True))
    assert next(model for model in others if model.name == "ViT-B-32:openai").dimension == 512


def test_recommended_models_come_first_then_the_most_accurate(home: Path) -> None:
    others = models()[2:]
    count = len(RECOMMENDED)
    assert [model.name for model in others[:count]] == list(RECOMMENDED)
    assert all(model.reason for model in others[:count])
    accuracies = [model.imagenet for model in others[count:]]
    published = [each for each in accuracies if each is not None]
    assert published == sorted(published, reverse=True)
    assert accuracies[len(published) :] == [None] * 75


def test_figures_are_those_of_the_published_tables(home: Path) -> None:
    """Read by eye in open_clip's own tables."""
    known = {model.name: model for model in models()}
    vit = known["ViT-B-32:laion2b_s34b_b79k"]
    assert (vit.parameters, vit.imagenet, vit.retrieval) == (151_280_000, 0.6656, 0.6750)
    assert (vit.dimension, vit.image_side, vit.context, vit.size) == (512, 224, 77, 605_120_000)
    assert known["ViT-SO400M-14-SigLIP-384:webli"].retrieval == 0.7721
    assert known["xlm-roberta-large-ViT-H-14:frozen_laion5b_s13b_b90k"].multilingual == 0.7062
    unpublished = known["ViT-B-16-SigLIP2:webli"]
    assert (unpublished.imagenet, unpublished.retrieval, unpublished.multilingual) == (None, None, None)
    assert unpublished.parameters == 375_190_000


def test_what_is_said_of_the_recommended_ones_is_true(home: Path) -> None:
    known = {model.name: model for model in models() if model.imagenet}
    small, best_small, siglip, best_siglip, best, languages = (known[name] for name in RECOMMENDED)
    assert best.imagenet == max(model.imagenet for model in known.values())
    assert best_siglip.retrieval == max(model.retrieval for model in known.values())
    assert best_small.imagenet == max(m.imagenet for m in known.values() if m.parameters <= best_small.parameters)
    alike = [m for m in known.values() if m.parameters <= siglip.parameters and m.image_side <= siglip.image_side]
    assert siglip.retrieval == max(model.retrieval for model in alike)
    assert small.imagenet > known["ViT-B-32:openai"].imagenet
    assert languages.multilingual > 0.6


def test_the_bundled_model_is_described_from_its_files(
    folder: Path, encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "BUNDLED", {"pocket": folder})
    (described,) = bundled()
    assert described.dimension == 128
    assert described.parameters == sum(each.numel() for each in encoder.model.state_dict().values())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ViT-B-32:opnai", "did you mean ViT-B-32:openai"),
        ("nonsense", "choose one of those listed"),
        ("vit-b-32:openai", "did you mean ViT-B-32:openai"),
        ("ViT-B-32", "say which weights: ViT-B-32 has the tags openai"),
        ("zzzzqqqq", "choose one of those listed"),
        ("", "no model ''"),
        ("ViT-B32:/x/y.safetensors", "no architecture 'ViT-B32': did you mean ViT-B-32"),
        ("ViT-B-32:/nowhere/y.safetensors", "no such file"),
        ("/nowhere", "no such folder"),
        ("hf-hub:one", "hf-hub:organisation/repository"),
    ],
)
def test_a_wrong_name_is_answered_with_a_remedy(name: str, line: str) -> None:
    with pytest.raises(BadInput) as raised:
        find(name)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("ending", [".pt", ".bin", ".pth", ".ckpt", ".PT", ".pkl"])
def test_a_pickle_is_never_opened(ending: str, tmp_path: Path) -> None:
    path = trap(tmp_path / f"weights{ending}")
    for name in (f"ViT-B-32:{path}", str(path)):
        with pytest.raises(BadInput, match="convert it to safetensors"):
            load(name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("pickled", ["open_clip_pytorch_model.bin", "open_clip_model.pth", "pytorch_model.bin"])
def test_a_folder_with_only_a_pickle_is_refused(pickled: str, folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "open_clip_config.json", tmp_path)
    trap(tmp_path / pickled)
    with pytest.raises(BadInput, match="convert it to safetensors"):
        load(str(tmp_path))
    assert not (tmp_path / "sprung").exists()


def test_a_folder_with_both_gives_its_safetensors(folder: Path, tmp_path: Path) -> None:
    """open_clip itself would take this .bin: its name is preferred."""
    shutil.copy(folder / "open_clip_config.json", tmp_path)
    shutil.copy(folder / "open_clip_model.safetensors", tmp_path / "mine.safetensors")
    trap(tmp_path / "open_clip_pytorch_model.bin")
    assert load(str(tmp_path)).encode_texts(["a cat"]) == pytest.approx(load(str(folder)).encode_texts(["a cat"]))
    assert not (tmp_path / "sprung").exists()


def test_a_pickle_that_calls_itself_safetensors_is_not_opened(tmp_path: Path) -> None:
    path = trap(tmp_path / "weights.safetensors")
    with pytest.raises(BadInput, match="does not fit ViT-S-32-alt"):
        load(f"ViT-S-32-alt:{path}")
    assert not (tmp_path / "sprung").exists()


def test_a_folder_without_weights_or_configuration_says_so(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no open_clip_config\.json"):
        load(str(tmp_path))
    (tmp_path / "open_clip_config.json").write_text("[]")
    with pytest.raises(BadInput, match="no open_clip configuration"):
        load(str(tmp_path))
    shutil.copy(folder / "open_clip_config.json", tmp_path)
    with pytest.raises(BadInput, match="holds no weights"):
        load(str(tmp_path))
    for name in "ab":
        shutil.copy(folder / "open_clip_model.safetensors", tmp_path / f"{name}.safetensors")
    with pytest.raises(BadInput, match="holds 2 safetensors"):
        load(str(tmp_path))


def test_weights_of_another_architecture_are_refused(folder: Path) -> None:
    with pytest.raises(BadInput, match="does not fit ViT-S-32-alt"):
        load(f"ViT-S-32-alt:{folder / 'open_clip_model.safetensors'}")


def test_local_weights_are_known_by_their_content(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(folder, copied)
    first = find(str(copied)).name
    assert first.startswith(f"{copied}@")
    assert find(first).name == first
    shutil.rmtree(copied)
    make_folder(copied, seed=1)
    second = find(str(copied)).name
    assert second != first
    with pytest.raises(BadInput, match="has changed since"):
        find(first)


def test_the_same_model_stays_in_memory(folder: Path) -> None:
    assert load(str(folder)) is load(find(str(folder)).name)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["ViT-B-32:openai", "ViT-B-16-SigLIP:webli", "hf-hub:organisation/repository"])
def test_an_unreachable_hub_is_said_within_seconds(name: str) -> None:
    begun = time.monotonic()
    with pytest.raises(
        MissingWeights, match=rf"{name} is not here and the hub cannot be reached \([^<\[]+\): choose the bundled"
    ):
        load(name)
    assert time.monotonic() - begun < 8


def test_a_missing_bundled_model_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.BUNDLED, "pocket", tmp_path)
    with pytest.raises(MissingWeights, match="make assets"):
        find("pocket")


class Trap:
    """Unpickling it leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.path,))


def trap(path: Path) -> Path:
    path.write_bytes(pickle.dumps(Trap(path.with_name("sprung"))))
    return path
