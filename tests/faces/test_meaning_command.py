"""``faces meaning``: the people that come along, a source's faces, and what cannot be used."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.stats import spearmanr

from core.commands import COMMANDS
from core.errors import BadInput
from core.faces.editor import load
from tests.faces.making import SIDE, noise, small_editor
from tests.terminal import Terminal


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    return small_editor(tmp_path / "editor.safetensors")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fifteen pictures, one of them broken, with a table that says who wears glasses."""
    rng, made = np.random.default_rng(0), tmp_path / "faces"
    made.mkdir()
    for number in range(15):
        Image.fromarray(noise(rng, SIDE, SIDE)).save(made / f"{number:02}.png")
    (made / "07.png").write_bytes(b"no picture")
    rows = [f"{number:02}.png,{'yes' if number % 3 else 'no'}" for number in range(15)]
    (made / "captions.csv").write_text("\n".join(["file,glasses", *rows]))
    return made


def test_a_folder_with_labels(folder: Path, editor: Path) -> None:
    found = COMMANDS["faces meaning"](["round"], "pocket", str(editor), str(folder))
    assert (found["people"], found["of"], found["labels"]) == (14, 15, ["glasses"])
    assert set(found["codes"]) == {"factors", "vae"}
    told = found["codes"]["factors"]
    assert told["names"][:3] == ["glasses 1", "glasses 2", "sex 1"]
    names = [number for number in range(15) if number != 7]
    pictures = np.stack([np.asarray(Image.open(folder / f"{number:02}.png")) for number in names])
    codes = load(editor).latents(pictures)
    expected = spearmanr([number % 3 > 0 for number in names], codes[:, 40]).statistic
    assert told["coefficients"][1][40] == pytest.approx(expected, abs=1e-3)


def test_separation_leaves_the_own_block_out(folder: Path, editor: Path) -> None:
    told = COMMANDS["faces meaning"](["round"], "pocket", str(editor), str(folder))["codes"]["factors"]
    sizes = np.abs(np.array(told["coefficients"][0], float))
    best = int(sizes.argmax())
    assert told["strongest"][0] == best
    blocks = [slice(0, 2), slice(2, 5), slice(5, 9)]  # of the small editor
    block = next((each for each in blocks if each.start <= best < each.stop), slice(best, best + 1))
    assert told["separation"][0] == pytest.approx(sizes[best] - np.delete(sizes, block).max(), abs=2e-4)


def test_what_cannot_be_used(folder: Path, editor: Path, terminal: Terminal) -> None:
    with pytest.raises(BadInput, match="an empty prompt"):
        COMMANDS["faces meaning"]([" "], "pocket", str(editor), str(folder))
    asked = ["faces", "meaning", str(folder), "--model", str(editor)]
    line = terminal.refused(*asked, "--seed", "-1")
    assert line == "seed=-1 is not between 0 and 2,147,483,647: choose another number"
    for picture in sorted(folder.glob("*.png"))[:8]:
        picture.unlink()
    (folder / "captions.csv").unlink()
    assert "7 faces, fewer than 10: bring more pictures" in terminal.refused(*asked)


def test_labels_of_the_bundled_people_have_codes_of_their_own() -> None:
    """T has a code for each factor, and no latent of an auto-encoder stands for any of them so well."""
    found = COMMANDS["faces meaning"]()
    row = len(found["prompts"]) + found["labels"].index("glasses")
    apart = {name: codes["separation"][row] for name, codes in found["codes"].items()}
    assert apart.pop("factors") > 2 * max(apart.values())
    assert found["people"] == 400
