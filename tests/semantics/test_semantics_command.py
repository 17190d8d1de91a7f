"""The command `semantics`: JSON as promised, a run with its card, one line and status 2 for bad input."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.cli import status
from core.commands import COMMANDS, readable
from core.errors import Cancelled
from core.maps.neighbours import normalised
from core.progress import Progress
from core.runs.semantics import SemanticsRun
from core.semantics.correlation import components, correlate
from core.semantics.prompts import Prompts
from core.semantics.zero_shot import probabilities
from core.sources import Item
from core.workspace import Workspace
from tests.clustering.making import Stop
from tests.semantics.making import DIMENSIONS, ITEMS, SCALE, Encoder, meaning, unit
from tests.terminal import Terminal

PROMPTS = ["a red thing", "a green thing", "something odd"]


def prompts_file(folder: Path, text: str = "even: a red thing\nodd: a green thing\nodd: something odd\n") -> str:
    (folder / "prompts.txt").write_text(text, encoding="utf-8")
    return str(folder / "prompts.txt")


@pytest.fixture
def images(place: Workspace) -> np.ndarray:
    return place.embeddings("pocket", "image").vectors


@pytest.fixture
def words() -> np.ndarray:
    return np.stack([meaning(each) for each in PROMPTS])


def test_json_as_promised(place: Workspace, encoder: Encoder, tmp_path: Path, terminal: Terminal) -> None:
    found = terminal.json("semantics", place.path, "--prompts", prompts_file(tmp_path))
    names = {"run", "model", "space", "items", "prompts", "matrix", "zero_shot", "correlation", "seconds"}
    assert set(found) == names
    assert (found["model"], found["space"], found["items"]) == ("pocket", "images", ITEMS)
    assert [row["prompt"] for row in found["prompts"]] == PROMPTS
    assert [row["class"] for row in found["prompts"]] == ["even", "odd", "odd"]
    assert encoder.asked == PROMPTS


def test_each_prompt_names_its_nearest_items(
    place: Workspace, encoder: Encoder, images: np.ndarray, words: np.ndarray
) -> None:
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS, nearest=4)
    ids, cosines = place.table([])["id"].to_pylist(), images.astype(float) @ words.T
    for column, row in enumerate(found["prompts"]):
        order = np.argsort(-cosines[:, column])[:4]
        assert [hit["id"] for hit in row["nearest"]] == [ids[place] for place in order]
        assert [hit["cosine"] for hit in row["nearest"]] == pytest.approx(cosines[order, column].tolist(), abs=1e-5)
        assert row["nearest"][0]["caption"] == f"caption {order[0]}"
        assert (row["mean"], row["sd"]) == pytest.approx(
            (cosines[:, column].mean(), cosines[:, column].std()), abs=1e-5
        )


def test_the_matrix_is_of_chosen_items_or_of_the_nearest(
    place: Workspace, encoder: Encoder, images: np.ndarray, words: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = place.table([])["id"].to_pylist()
    chosen = COMMANDS["semantics"](place.path, prompts=PROMPTS, items=[ids[7], ids[2]])["matrix"]
    assert [each["id"] for each in chosen["items"]] == [ids[7], ids[2]]
    assert chosen["items"][0]["caption"] == "caption 7"
    assert np.allclose(chosen["cosine"], images[[7, 2]] @ words.T, atol=1e-5)
    assert np.allclose(chosen["probability"], probabilities(images[[7, 2]], words, SCALE), atol=1e-5)
    usual = COMMANDS["semantics"](place.path, prompts=PROMPTS)
    best = [row["nearest"][0]["id"] for row in usual["prompts"]]
    assert [each["id"] for each in usual["matrix"]["items"]] == list(dict.fromkeys(best))
    assert COMMANDS["semantics"](place.path, prompts=PROMPTS[:1])["matrix"]["probability"] is None
    monkeypatch.setattr("core.commands.semantics.CELLS", 2)
    assert COMMANDS["semantics"](place.path, prompts=PROMPTS)["matrix"] is None


def test_zero_shot_classes_against_the_labels(
    place: Workspace, encoder: Encoder, images: np.ndarray, words: np.ndarray
) -> None:
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS, classes=["Even", "odd", "odd"])["zero_shot"]
    classes = normalised(np.stack([words[0], words[1] + words[2]]))
    predicted = (images @ classes.T).argmax(axis=1)
    true = np.arange(ITEMS) % 2
    assert (found["label"], found["labelled"], found["without_class"], found["chance"]) == ("label", ITEMS, 0, 0.5)
    assert found["accuracy"] == (predicted == true).mean()
    assert found["confusion"] == [[int(((true == a) & (predicted == b)).sum()) for b in (0, 1)] for a in (0, 1)]
    assert [row["recall"] for row in found["classes"]] == [(predicted == a)[true == a].mean() for a in (0, 1)]
    assert [row["predicted"] for row in found["classes"]] == np.bincount(predicted, minlength=2).tolist()
    assert found["logit_scale"] == SCALE
    assert found["confidence"] == pytest.approx(probabilities(images, classes, SCALE).max(axis=1).mean(), abs=1e-5)


def test_labels_of_another_column_and_of_no_class(place: Workspace, encoder: Encoder) -> None:
    ids = place.table([])["id"].to_pylist()
    place.set_column("hue", {id: PROMPTS[row % 3] if row < 30 else "grey" for row, id in enumerate(ids)})
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS[:2], label="hue")["zero_shot"]
    assert (found["labelled"], found["without_class"]) == (20, 20)
    alone = COMMANDS["semantics"](place.path, prompts=PROMPTS[:2])["zero_shot"]
    assert (alone["accuracy"], alone["labelled"], alone["label"], alone["confusion"]) == (None, 0, None, None)
    assert COMMANDS["semantics"](place.path, prompts=PROMPTS[:1])["zero_shot"] is None


def test_templates_are_averaged(place: Workspace, encoder: Encoder, images: np.ndarray) -> None:
    templates = ["a {}", "no {}"]
    found = COMMANDS["semantics"](place.path, prompts=["cat", "dog"], templates=templates, nearest=1)
    mean = normalised(
        np.stack([sum(meaning(each.replace("{}", word)) for each in templates) for word in ("cat", "dog")])
    )
    tops = [row["nearest"][0]["cosine"] for row in found["prompts"]]
    assert tops == pytest.approx((images @ mean.T).max(axis=0).tolist(), abs=1e-5)
    assert found["zero_shot"]["templates"] == templates


@pytest.mark.parametrize("against", ["dimensions", "components"])
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_the_strongest_dimension_of_a_prompt_and_its_ends(
    place: Workspace, encoder: Encoder, images: np.ndarray, words: np.ndarray, against: str, method: str
) -> None:
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS, against=against, method=method, correction="holm")
    codes = images if against == "dimensions" else components(images)(images)
    whole = correlate(images @ words.T, codes, method, "holm")
    told = found["correlation"]
    assert (told["against"], told["method"], told["correction"]) == (against, method, "holm")
    assert (told["dimensions"], told["tests"]) == (DIMENSIONS, 3 * DIMENSIONS)
    assert told["significant"] == whole.significant().sum()
    ids = place.table([])["id"].to_pylist()
    for row, dimension in zip(found["prompts"], whole.strongest, strict=True):
        strongest = row["correlation"]
        assert strongest["dimension"] == dimension
        order = [ids[each] for each in np.argsort(codes[:, dimension])]
        assert [each["id"] for each in strongest["low"]] == order[:5]
        assert [each["id"] for each in strongest["high"]] == order[:-6:-1]
        assert strongest["high"][0]["value"] == pytest.approx(codes[:, dimension].max(), abs=1e-5)


def test_against_a_reduced_model_whose_words_are_reduced_too(place: Workspace, encoder: Encoder) -> None:
    ids = place.table([])["id"].to_pylist()
    place.add_embeddings("other", "image", ids, unit(ITEMS, 5, seed=9))
    codes = place.embeddings("other", "image").vectors
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS, against="other", model="pocket")
    assert found["correlation"]["dimensions"] == 5
    images, words = place.embeddings("pocket", "image").vectors, np.stack([meaning(each) for each in PROMPTS])
    whole = correlate(images @ words.T, codes)
    assert [row["correlation"]["dimension"] for row in found["prompts"]] == whole.strongest.tolist()
    derived = COMMANDS["direction"](place.path, ["up"], ["down"], remove=True, model="pocket")
    without = COMMANDS["semantics"](place.path, prompts=["up"], model=derived["derived"], nearest=1)
    axis = place.run(derived["run"]).arrays["direction"]
    mapped = [
        normalised((each - np.outer(each @ axis, axis)).astype(np.float32)) for each in (images, meaning("up")[None])
    ]
    assert without["prompts"][0]["nearest"][0]["cosine"] == pytest.approx((mapped[0] @ mapped[1].T).max(), abs=1e-5)


def test_the_run_holds_what_was_found(place: Workspace, encoder: Encoder) -> None:
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS, classes=["even", "odd", "odd"], against="components")
    run = place.run(found["run"])
    card, arrays = run.card, run.arrays
    assert (card.kind, card.method, card.title, card.model, card.items) == (
        "semantics",
        "prompts",
        "Prompts",
        "pocket",
        ITEMS,
    )
    assert card.params == {
        "against": "components",
        "method": "pearson",
        "correction": "bh",
        "nearest": 10,
        "templates": [],
    }
    assert card.metrics["accuracy"] == found["zero_shot"]["accuracy"]
    assert card.metrics["significant"] == found["correlation"]["significant"]
    assert card.fingerprint == place.fingerprint("pocket", "image")
    json.dumps(asdict(card))
    assert SemanticsRun.of(run).prompts == Prompts(tuple(PROMPTS), ("even", "odd", "odd"))
    assert np.allclose(arrays["text"], [meaning(each) for each in PROMPTS])
    assert arrays["coefficients"].shape == arrays["adjusted"].shape == (3, DIMENSIONS)
    assert arrays["ids"].tolist() == place.table([])["id"].to_pylist()
    assert (arrays["predicted"] == arrays["true"]).mean() == found["zero_shot"]["accuracy"]
    assert arrays["code_axes"].shape == (DIMENSIONS, DIMENSIONS)


def test_captions_and_both_are_spaces_too(place: Workspace, encoder: Encoder) -> None:
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS, space="captions", nearest=1)
    captions = place.embeddings("pocket", "text").vectors
    assert found["space"] == "captions"
    assert found["prompts"][0]["nearest"][0]["cosine"] == pytest.approx(
        (captions @ meaning(PROMPTS[0])).max(), abs=1e-5
    )
    assert COMMANDS["semantics"](place.path, prompts=PROMPTS, space="both")["items"] == ITEMS


def test_a_long_prompt_is_truncated_and_said(
    place: Workspace, encoder: Encoder, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    long = "a thing of many many many words"
    file = prompts_file(tmp_path, f"short\n{long}\n")
    assert status(["semantics", place.path, "--prompts", file, "--json", "-"]) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["truncated"] == [long]
    assert output.err == f"clipscape: warning: {json.loads(output.out)['warning']}\n"
    assert "only its beginning was read: 'a thing of many" in output.err
    assert place.runs("semantics")[-1].metrics["truncated"] == 1


@pytest.mark.parametrize("size", [30, 10_000])
def test_the_whole_matrix_goes_into_a_file(
    place: Workspace,
    encoder: Encoder,
    images: np.ndarray,
    words: np.ndarray,
    tmp_path: Path,
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.semantics.cosines.BLOCK", size)
    out = tmp_path / "matrix.npz"
    COMMANDS["semantics"](place.path, prompts=PROMPTS, out=str(out), against="none")
    with np.load(out) as arrays:
        assert arrays["prompts"].tolist() == PROMPTS
        assert arrays["ids"].tolist() == place.table([])["id"].to_pylist()
        assert np.allclose(arrays["cosine"], images @ words.T, atol=1e-6)


def test_a_npz_needs_the_name_of_a_model(tmp_path: Path, encoder: Encoder, terminal: Terminal) -> None:
    source, file = str(tmp_path / "rows.npz"), prompts_file(tmp_path, "one\ntwo\n")
    x = 3 * unit(20)
    np.savez(source, x=x, y=np.array(["one", "two"] * 10))
    assert "a .npz names no model that could read words" in terminal.refused("semantics", source, "--prompts", file)
    found = terminal.json("semantics", source, "--prompts", file, "--model", "pocket")
    assert found["run"] is None
    cosines = unit(20) @ np.stack([meaning("one"), meaning("two")]).T
    assert found["zero_shot"]["accuracy"] == (cosines.argmax(axis=1) == np.arange(20) % 2).mean()
    assert "a .npz has no other models" in terminal.refused(
        "semantics", source, "--prompts", file, "--model", "pocket", "--against", "other"
    )
    np.savez(source, x=unit(20, 5))
    line = terminal.refused("semantics", source, "--prompts", file, "--model", "pocket")
    assert line == "pocket gives 8 dimensions, the items have 5: name the model of the items"
    np.savez(source, x=np.zeros((3, 8)))
    assert "row 0 is all zeros" in terminal.refused("semantics", source, "--prompts", file, "--model", "pocket")


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ([], "no prompts: write some, one a line (--prompts)"),
        (["--prompts", "none.txt"], "none.txt cannot be read"),
        (["--prompts", "{empty}"], "no prompts: write one a line"),
        (["--prompts", "{gap}"], "prompt 2 is empty"),
        (["--prompts", "{many}"], "10,001 prompts are more than 10,000"),
        (["--prompts", "{good}", "--template", "a photo"], "template 'a photo' has no place for the prompt"),
        (["--prompts", "{good}", "--label", "colour"], "no column 'colour'; there are"),
        (["--prompts", "{good}", "--label", "image"], "the column 'image' holds pictures, not words"),
        (["--prompts", "{good}", "--label", "caption"], "label caption: none of its values (caption 0"),
        (["--prompts", "{good}", "--against", "none", "--method", "kendall"], "method='kendall' is not one of"),
        (["--prompts", "{good}", "--against", "nothing"], "no images are embedded by nothing"),
        (["--prompts", "{good}", "--method", "kendall"], "method='kendall' is not one of pearson, spearman"),
        (["--prompts", "{good}", "--correction", "by"], "correction='by' is not one of bh, holm, none"),
        (["--prompts", "{good}", "--item", "nobody"], "1 of the items asked for are not among the 40: nobody"),
        (["--prompts", "{good}", "--nearest", "0"], "nearest=0 is below 1"),
        (["--prompts", "{good}", "--space", "map:1"], "words have no place on a map"),
        (["--prompts", "{good}", "--space", "sounds"], "space 'sounds' is not one of images, captions, both"),
        (["--prompts", "{good}", "--tag", "mine"], "tag mine: no item has this tag"),
        (["--prompts", "{good}", "--model", "other"], "no images are embedded by other"),
        (["--prompts", "{good}", "--out", "/no/such/folder/x.npz"], "/no/such/folder/x.npz cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    place: Workspace, encoder: Encoder, tmp_path: Path, terminal: Terminal, how: list[str], line: str
) -> None:
    texts = {"good": "even: a\nodd: b\n", "empty": " \n", "gap": "a\n\nb\n", "many": "a\n" * 10_001}
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    files = {name: str(tmp_path / f"{name}.txt") for name in texts}
    assert line in terminal.refused("semantics", place.path, *(each.format(**files) for each in how))
    assert place.runs() == []


def test_without_images_captions_are_compared_and_said_so(tmp_path: Path, encoder: Encoder) -> None:
    place = Workspace.create(tmp_path / "words")
    ids = place.add([Item("a", caption="one"), Item("b", caption="two"), Item("c", caption="three")]).ids
    place.add_embeddings("pocket", "text", ids, unit(3))
    assert COMMANDS["semantics"](place.path, prompts=PROMPTS)["space"] == "captions"


def test_a_workspace_without_embeddings_or_with_too_few(tmp_path: Path, encoder: Encoder, terminal: Terminal) -> None:
    place, file = Workspace.create(tmp_path / "words"), prompts_file(tmp_path, "one\ntwo\n")
    assert "no images are embedded: embed them first" in terminal.refused("semantics", place.path, "--prompts", file)
    ids = place.add([Item("a", caption="one"), Item("b", caption="two")]).ids
    place.add_embeddings("pocket", "text", ids, unit(2))
    assert "no images are embedded" in terminal.refused("semantics", place.path, "--prompts", file, "--space", "images")
    line = terminal.refused("semantics", place.path, "--prompts", file)
    assert line == "2 items are too few for a correlation: bring at least 3, or compare with none (--against)"
    assert terminal.json("semantics", place.path, "--prompts", file, "--against", "none")["correlation"] is None


def test_a_model_that_reads_no_words(place: Workspace, tmp_path: Path, terminal: Terminal) -> None:
    """Such as vectors that another program has made."""
    ids = place.table([])["id"].to_pylist()
    place.add_embeddings("my-features", "image", ids, unit(ITEMS, 6))
    line = terminal.refused("semantics", place.path, "--prompts", prompts_file(tmp_path), "--model", "my-features")
    assert "my-features" in line


def test_stopped_it_keeps_nothing_and_leaves_no_file(place: Workspace, encoder: Encoder, tmp_path: Path) -> None:
    out = tmp_path / "matrix.npz"
    with pytest.raises(Cancelled):
        COMMANDS["semantics"](place.path, prompts=PROMPTS, out=str(out), report=Stop("comparing"))
    assert place.runs() == []
    assert not out.exists()


def test_progress_rises(place: Workspace, encoder: Encoder) -> None:
    told: list[Progress] = []
    COMMANDS["semantics"](place.path, prompts=PROMPTS, against="components", report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert told[-1].done == told[-1].total


def test_a_person_reads_tables(place: Workspace, encoder: Encoder, tmp_path: Path, terminal: Terminal) -> None:
    output = terminal.text("semantics", place.path, "--prompts", prompts_file(tmp_path))
    assert "a red thing" in output
    assert "accuracy" in output
    found = COMMANDS["semantics"](place.path, prompts=PROMPTS[:1], against="none")
    assert readable("semantics", found)["prompts"][0]["r"] is None


def test_the_bundled_model_names_what_it_has_read(tmp_path: Path, terminal: Terminal) -> None:
    """Its own vectors of "… apple" are classified as apples, by its own logit scale."""
    from core.encoders import load

    source, pocket = str(tmp_path / "rows.npz"), load("pocket")
    texts = ["an apple", "the apple", "a red car", "the car"]
    np.savez(source, x=pocket.encode_texts(texts), y=np.array(["apple", "apple", "car", "car"]))
    found = terminal.json(
        "semantics",
        source,
        "--prompts",
        prompts_file(tmp_path, "apple\ncar\n"),
        "--model",
        "pocket",
        "--template",
        "one {}",
    )
    assert found["zero_shot"]["accuracy"] == 1
    assert found["zero_shot"]["logit_scale"] == pytest.approx(pocket.logit_scale)
    long = prompts_file(tmp_path, "apple " * 40)
    assert len(terminal.json("semantics", source, "--prompts", long, "--model", "pocket")["truncated"]) == 1
