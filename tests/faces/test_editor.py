"""Sliders, mixing, files: on a small untrained editor, for what must hold whatever it has learned."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from core.errors import BadInput
from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Editor, discriminant, load
from core.faces.invertible import InvertibleNetwork

FACTORS = {"glasses": ("no", "yes"), "race": ("white", "asian", "brown", "black")}


@pytest.fixture(scope="module")
def editor() -> Editor:
    torch.manual_seed(0)
    model = AutoEncoder("eigenface-vae", 16)
    model.patches.fit(torch.rand(500, 3, 16, 16))
    network = InvertibleNetwork(model.size, {"glasses": 2, "race": 3}, {n: len(v) for n, v in FACTORS.items()})
    labels = torch.stack([torch.arange(400) % 2, torch.arange(400) // 2 % 4], 1)
    return Editor.of(model.eval(), network.eval(), torch.randn(400, model.size), labels, FACTORS)


@pytest.fixture
def pictures(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (3, 16, 16, 3), np.uint8)


@pytest.fixture
def codes(editor: Editor, pictures: np.ndarray) -> np.ndarray:
    return editor.latents(pictures)


def test_the_mean_people_stand_at_one_and_minus_one(editor: Editor) -> None:
    codes = np.zeros((2, editor.autoencoder.size), np.float32)
    codes[:, editor.network.blocks["glasses"]] = editor.means[0].numpy()
    assert editor.positions(codes)["glasses"] == pytest.approx([-1, 1], abs=1e-5)


def test_values_are_read_as_scikit_learn_reads_them(rng: np.random.Generator) -> None:
    labels = np.arange(600) % 3
    rows = rng.standard_normal((600, 5)) @ rng.standard_normal((5, 5)) + np.eye(3, 5)[labels]
    known = LinearDiscriminantAnalysis("lsqr", priors=[1 / 3] * 3).fit(rows, labels).predict(rows)
    found = discriminant(torch.from_numpy(rows), torch.from_numpy(labels), torch.zeros(3, 1)).double().numpy()
    assert (np.c_[rows, np.ones(600)] @ found.T).argmax(1).tolist() == known.tolist()


def test_a_slider_left_where_it_stands_changes_nothing(editor: Editor, codes: np.ndarray) -> None:
    glasses, black = (float(editor.start(codes[:1], *slider)[0]) for slider in (("glasses", 1), ("race", 3)))
    same = editor.moved(codes[:1], {"glasses": glasses, "race": {"black": black}})
    assert same == pytest.approx(codes[:1], abs=1e-5)


def test_a_slider_moves_its_own_block_only(editor: Editor, codes: np.ndarray) -> None:
    changed = np.abs(editor.moved(codes, {"race": {"asian": 2.0}}) - codes).max(0) > 0
    assert np.flatnonzero(changed).tolist() == list(range(2, 5))


def test_becoming_another_and_oneself_again(editor: Editor, codes: np.ndarray) -> None:
    values = editor.values(codes)["race"]
    assert editor.become(codes, "race", int(values[0]))[:1] == pytest.approx(codes[:1], abs=1e-6)


def test_a_mixture_has_the_blocks_of_both(editor: Editor, codes: np.ndarray) -> None:
    mixed = editor.mixed(codes[:1], codes[1:2], ("glasses",))
    block = editor.network.blocks["glasses"]
    assert (mixed[:, block] == codes[1:2, block]).all()
    assert (np.delete(mixed, np.r_[block], 1) == np.delete(codes[:1], np.r_[block], 1)).all()


def test_a_random_person_has_the_chosen_values(editor: Editor, rng: np.random.Generator) -> None:
    codes = editor.random({"glasses": 1, "race": 2}, rng)
    assert codes[0, editor.network.blocks["race"]] == pytest.approx(editor.means[1][2].numpy())


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"hair": 1.0}, "no factor 'hair': choose from glasses, race"),
        ({"glasses": 4.0}, "beyond ±3"),
        ({"glasses": float("nan")}, "beyond ±3"),
        ({"race": {"green": 1.0}}, "no race 'green': choose from white, asian, brown, black"),
        ({"race": 1.0}, "choose from white, asian, brown, black"),
    ],
)
def test_bad_settings_are_refused_in_one_line(editor: Editor, codes: np.ndarray, settings: dict, line: str) -> None:
    with pytest.raises(BadInput, match=line) as raised:
        editor.moved(codes, settings)
    assert "\n" not in str(raised.value)


def test_an_editor_comes_back_from_its_file(editor: Editor, codes: np.ndarray, tmp_path: Path) -> None:
    editor.save(tmp_path / "editor.safetensors")
    back = load(tmp_path / "editor.safetensors")
    assert back.factors == editor.factors
    difference = back.pictures(codes).astype(int) - editor.pictures(codes)
    assert np.abs(difference).max() <= 2, "half precision costs no more than two of 256 steps"


def test_files_that_hold_no_editor_are_refused_in_one_line(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no safetensors")
    save_file({"x": torch.zeros(1)}, tmp_path / "other")
    for name in ("text", "other", "missing"):
        with pytest.raises(BadInput) as raised:
            load(tmp_path / name)
        assert "\n" not in str(raised.value)
