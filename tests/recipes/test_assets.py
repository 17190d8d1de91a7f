"""What ``make assets`` made: it loads offline, keeps its size, holds what its card says."""

import gzip
import io
import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import open_clip
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch
from PIL import Image

from core.sources.bundled import ASSETS, datasets

POCKET = ASSETS / "pocket"
SETS = ("emoji", "fashion", "faces")
"""Those that `pocket` has embedded."""
SHARE_ALIKE = ("openmoji", "emojione-v1")
MEGABYTE = 1_000_000


@cache
def items(name: str) -> pa.Table:
    return parquet.read_table(ASSETS / name / "items.parquet")


@cache
def card(name: str) -> str:
    return (ASSETS / name / "README.md").read_text(encoding="utf-8")


@cache
def shipped(folder: Path) -> tuple[torch.nn.Module, object, object]:
    model, _, prepare = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}", bpe_path=str(folder / "merges.txt.gz"))
    return model.eval(), prepare, tokenizer


def folders() -> list[Path]:
    return [path.parent for path in sorted(POCKET.rglob("open_clip_model.safetensors"))]


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_weights_fit_their_budget(folder: Path) -> None:
    assert (folder / "open_clip_model.safetensors").stat().st_size <= 12 * MEGABYTE


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_weights_load_as_an_open_clip_model_of_unit_vectors(folder: Path) -> None:
    model, prepare, tokenizer = shipped(folder)
    with torch.inference_mode():
        image = model.encode_image(prepare(Image.new("RGB", (90, 40), "red"))[None], normalize=True)
        text = model.encode_text(tokenizer(["a red square", "a cat"]), normalize=True)
    assert image.shape[1] == text.shape[1] >= 128
    for vectors in (image, text):
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(len(vectors)))


def test_words_tell_captions_apart() -> None:
    model, _, tokenizer = shipped(POCKET)
    with torch.inference_mode():
        text = model.encode_text(tokenizer(["a dog", "a picture of a dog", "a steam engine"]), normalize=True)
    assert text[0] @ text[1] > text[0] @ text[2]


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_configuration_and_merges_agree(folder: Path) -> None:
    text = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]["text_cfg"]
    merges = gzip.decompress((folder / "merges.txt.gz").read_bytes()).decode().split("\n")[1:]
    assert text["vocab_size"] == 512 + len(merges) + 2
    assert max(shipped(folder)[2].encoder.values()) < text["vocab_size"]


def test_the_held_out_concepts_are_listed() -> None:
    listed = json.loads((POCKET / "heldout" / "concepts.json").read_text(encoding="utf-8"))
    assert len(listed) == 191
    assert {"hexcode", "name"} == set(listed[0])


def test_the_emoji_set_has_its_columns() -> None:
    assert {"image", "caption", "label", "group", "subgroup", "style"} <= set(items("emoji").column_names)


@pytest.mark.parametrize(("name", "count"), [("emoji", 9_000), ("fashion", 10_000), ("faces", 4_000)])
def test_sets_are_whole(name: str, count: int) -> None:
    table = items(name)
    assert table.num_rows >= count
    assert len(set(table["image"].to_pylist())) == table.num_rows
    for column in ("image", "caption", "label"):
        assert all(table[column].to_pylist())


def test_every_emoji_comes_in_four_styles() -> None:
    styles = defaultdict(set)
    for row in items("emoji").select(["emoji", "style"]).to_pylist():
        styles[row["emoji"]].add(row["style"])
    assert len(styles) >= 1_880
    assert min(map(len, styles.values())) >= 4


@pytest.mark.parametrize(("name", "side"), [("emoji", 96), ("fashion", 28), ("faces", 64)])
def test_pictures_have_their_size_and_show_something(name: str, side: int) -> None:
    for data in items(name)["image"].to_pylist()[::20]:
        picture = Image.open(io.BytesIO(data))
        assert picture.size == (side, side)
        assert len({*picture.convert("RGBA").getdata()}) > 1


def test_fashion_has_a_thousand_of_each_class() -> None:
    counts = items("fashion")["label"].value_counts().to_pylist()
    assert [each["counts"] for each in counts] == [1_000] * 10


@pytest.mark.parametrize("name", SETS)
def test_sets_come_embedded_and_mapped(name: str) -> None:
    vectors = parquet.read_table(ASSETS / name / "embeddings.parquet", columns=["id", "model", "modality"])
    assert vectors.num_rows == 2 * items(name).num_rows
    assert set(vectors["model"].to_pylist()) == {"pocket"}
    runs = [json.loads(each) for each in parquet.read_table(ASSETS / name / "runs.parquet")["card"].to_pylist()]
    assert {run["id"] for run in runs} == {f"{name}-images", f"{name}-both"}
    assert all(run["items"] == items(name).num_rows and not run["metrics"]["partial"] for run in runs)


def test_embeddings_are_those_of_the_weights_shipped() -> None:
    from core.encoders import load
    from core.sources.pictures import open_picture

    rows = items("emoji").slice(0, 8).to_pylist()
    kept = parquet.read_table(ASSETS / "emoji" / "embeddings.parquet", filters=[("modality", "==", "image")])
    vector = dict(zip(kept["id"].to_pylist(), kept["vector"].to_pylist(), strict=True))
    now = load("pocket").encode_images([open_picture(row["image"]) for row in rows])
    then = np.array([vector[row["id"]] for row in rows], np.float32)
    np.testing.assert_allclose(now, then, atol=5e-3)


def test_assets_stay_within_their_budget() -> None:
    files = [path for name in SETS for path in (ASSETS / name).iterdir()]
    assert sum(path.stat().st_size for path in files) <= 55 * MEGABYTE
    assert max(path.stat().st_size for path in files) <= 25 * MEGABYTE


@pytest.mark.parametrize("name", ["pocket", "pocket-2", "photos", *SETS])
def test_cards_name_a_licence_and_hold_no_placeholder(name: str) -> None:
    assert "## Licence" in card(name)
    assert not {"TODO", "TBD", "FILL"} & set(card(name).split())


def test_cards_name_the_licence_of_every_style() -> None:
    lines = card("emoji").splitlines()
    for style in set(items("emoji")["style"].to_pylist()):
        assert any(f"`{style}`" in line and ("MIT" in line or "Apache" in line or "CC" in line) for line in lines)


def test_sets_show_title_summary_and_licence() -> None:
    assert {dataset.name for dataset in datasets()} == {*SETS, "photos"}
    for dataset in datasets():
        assert dataset.title != dataset.name
        assert dataset.summary
        assert dataset.licence


def test_the_held_out_tower_is_one_of_its_own() -> None:
    from core.encoders import load
    from core.recipes.evaluate import held_out

    red = Image.new("RGB", (64, 64), "red")
    ours, shipped_one = held_out(), load("pocket")
    assert ours.encode_images([red])[0] @ shipped_one.encode_images([red])[0] < 0.999
    np.testing.assert_allclose(ours.encode_texts(["a dog"]), shipped_one.encode_texts(["a dog"]), atol=1e-5)


def test_all_assets_together_stay_within_their_budget() -> None:
    assert sum(path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()) <= 160 * MEGABYTE
