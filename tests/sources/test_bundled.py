"""Bundled sets by name, with what their card says."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from core.errors import BadInput
from core.sources import bundled, count, datasets, read
from tests.sources.making import GREEN, RED, png

CARD = "# Coloured fields\n\nTwo fields,\none a colour.\n\n## Licence\n\nLicence: CC0 1.0\n"


@pytest.fixture(autouse=True)
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bundled, "ASSETS", tmp_path / "assets")
    folder = tmp_path / "assets/fields"
    folder.mkdir(parents=True)
    columns = {"image": [png(RED), png(GREEN)], "caption": ["red", "green"], "label": ["a", "b"], "style": ["x", "y"]}
    parquet.write_table(pa.table(columns), folder / "items.parquet")
    (folder / "README.md").write_text(CARD)
    bundled._dataset.cache_clear()
    return tmp_path / "assets"


def test_the_sets_and_their_cards(assets: Path) -> None:
    (found,) = datasets()
    assert (found.name, found.title, found.summary) == ("fields", "Coloured fields", "Two fields, one a colour.")
    assert (found.licence, found.items, found.folder) == ("CC0 1.0", 2, assets / "fields")


def test_a_set_is_read_by_its_name() -> None:
    first, second = read("fields")
    assert (first.image, first.caption, first.label, first.columns) == (png(RED), "red", "a", {"style": "x"})
    assert second.caption == "green"
    assert count("fields") == 2


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(BadInput, match=r"meadows: no such file or folder, nor a bundled set \(fields\)"):
        read("meadows")


def test_a_folder_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fields").mkdir()
    (tmp_path / "fields/own.png").write_bytes(png())
    monkeypatch.chdir(tmp_path)
    assert [item.source for item in read("fields")] == ["own.png"]
