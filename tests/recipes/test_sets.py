"""The bundled sets' files, and a set embedded and mapped from its pictures alone."""

import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from core.recipes import sets
from core.workspace.shipping import restore

DISC = np.zeros((96, 96, 4), np.uint8)
DISC[20:70, 20:70] = [250, 200, 30, 255]


def rows(count: int) -> list[dict[str, object]]:
    """Squares of different sizes."""
    found = []
    for place in range(count):
        pixels = DISC.copy()
        pixels[: place + 5, :40] = [30, 60, 200, 255]
        found.append({"image": sets.webp(pixels, f"made/{place}"), "caption": f"square {place % 7}", "label": "square"})
    return found


def test_pictures_are_kept_without_loss() -> None:
    kept = Image.open(io.BytesIO(sets.webp(DISC, "noto/1F600")))
    shown = np.asarray(kept.convert("RGBA"))
    assert (shown[..., 3] == DISC[..., 3]).all()
    assert (shown[DISC[..., 3] > 0] == DISC[DISC[..., 3] > 0]).all()
    assert kept.getexif()[sets.DESCRIPTION] == "noto/1F600"


def test_pictures_drawn_alike_are_different_files() -> None:
    assert sets.webp(DISC, "twemoji/1F1F3-1F1F4") != sets.webp(DISC, "twemoji/1F1E7-1F1FB")


def test_grey_pictures_are_kept_without_loss() -> None:
    grey = np.arange(784, dtype=np.uint8).reshape(28, 28)
    assert (np.asarray(Image.open(io.BytesIO(sets.png(grey)))) == grey).all()


def test_new_pictures_drop_old_maps(tmp_path: Path) -> None:
    (tmp_path / "emoji").mkdir()
    (tmp_path / "emoji" / "runs.parquet").touch()
    (tmp_path / "emoji" / "README.md").touch()
    sets.write("emoji", rows(3), tmp_path)
    assert sorted(path.name for path in (tmp_path / "emoji").iterdir()) == ["README.md", "items.parquet"]


def test_a_set_is_embedded_and_mapped_under_fixed_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sets.MAPS, "emoji", ("both",))
    sets.write("emoji", rows(24), tmp_path)
    sets.finish("emoji", tmp_path)
    cards = parquet.read_table(tmp_path / "emoji" / "runs.parquet")["card"].to_pylist()
    made = [json.loads(card) for card in cards]
    assert sorted(card["kind"] for card in made) == ["map", "understood"]
    assert "emoji-both" in {card["id"] for card in made}
    found = restore(tmp_path / "emoji", tmp_path / "restored")
    assert found.count() == 24
    assert [(each.model, each.count) for each in found.models()] == [("pocket", 24)] * 2
    assert found.run("emoji-both").arrays["xy"].shape == (48, 2)
