"""The commands `direction` and `without`: directions as runs, columns and derived models; bad input in one line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli import status
from core.commands import COMMANDS
from core.errors import BadInput, Cancelled
from core.inputs import embedded_model
from core.maps.neighbours import normalised
from core.progress import Progress
from core.reduced import model_titles
from core.semantics.directions import along, separation
from core.workspace import Workspace
from tests.semantics.making import DIMENSIONS, ITEMS, Encoder, meaning, unit
from tests.terminal import Terminal
from tests.workspace.making import items

WITHOUT = "pocket/without-happy-sad"


def ids_of(place: Workspace) -> list[str]:
    return place.table([])["id"].to_pylist()


def axis(*sides: np.ndarray) -> np.ndarray:
    return normalised((sides[0] - sides[1])[None])[0]


def test_between_prompts_every_item_has_its_place(place: Workspace, encoder: Encoder) -> None:
    found = COMMANDS["direction"](place.path, ["happy"], ["sad"], strip=4)
    images, ids = place.embeddings("pocket", "image").vectors, ids_of(place)
    scores = images @ axis(meaning("happy"), meaning("sad"))
    assert (found["direction"], found["way"], found["auc"]) == ("happy − sad", "prompts", None)
    assert [each["id"] for each in found["strip"]] == [ids[row] for row in along(scores, 4)]
    assert [each["id"] for each in found["high"]] == [ids[row] for row in np.argsort(-scores)[:5]]
    assert found["high"][0]["projection"] == pytest.approx(scores.max(), abs=1e-5)
    assert found["low"][0]["caption"] == f"caption {scores.argmin()}"
    assert found["projection"]["mean"] == pytest.approx(scores.mean(), abs=1e-5)
    run = place.run(found["run"])
    assert (run.card.kind, run.card.title) == ("direction", "Concept direction")
    assert run.card.params == {"way": "prompts", "towards": ["happy"], "away": ["sad"], "templates": []}
    assert run.card.metrics == {"direction": "happy − sad"}
    assert np.allclose(run.arrays["projection"], scores, atol=1e-6)
    json.dumps([found, asdict(run.card)])


def test_several_prompts_and_templates_are_averaged(place: Workspace, encoder: Encoder) -> None:
    found = COMMANDS["direction"](place.path, ["happy", "glad"], ["sad"], templates=["a {}", "so {}"])
    sides = [
        np.sum([meaning(each.replace("{}", word)) for word in words for each in ("a {}", "so {}")], axis=0)
        for words in (["happy", "glad"], ["sad"])
    ]
    vector = axis(*(side / np.linalg.norm(side) for side in sides))
    assert found["direction"] == "happy, glad − sad"
    assert np.allclose(place.run(found["run"]).arrays["direction"], vector, atol=1e-5)


@pytest.mark.parametrize("fit", ["means", "logistic", "lda"])
def test_a_labels_value_against_the_rest(place: Workspace, fit: str) -> None:
    found = COMMANDS["direction"](place.path, label="label", value="even", fit=fit)
    images, even = place.embeddings("pocket", "image").vectors, np.arange(ITEMS) % 2 == 0
    assert found["direction"] == "label: even − the rest"
    assert found["auc"] == separation(images, even, fit)
    run = place.run(found["run"])
    assert run.card.params == {"way": "label", "fit": fit, "label": "label", "value": "even"}
    assert run.card.metrics["auc"] == found["auc"] > 0.9
    assert run.arrays["side"].tolist() == [1, -1] * (ITEMS // 2)
    assert run.arrays["projection"][even].mean() > run.arrays["projection"][~even].mean()


def test_items_without_a_value_are_on_neither_side(place: Workspace) -> None:
    ids = ids_of(place)
    place.set_column("hue", dict(zip(ids, ["red", "blue", None, ""] * 10, strict=True)))
    run = place.run(COMMANDS["direction"](place.path, label="hue", value="red")["run"])
    assert run.arrays["side"].tolist() == [1, -1, 0, 0] * 10


def test_between_two_selections_of_items(place: Workspace) -> None:
    ids, images = ids_of(place), place.embeddings("pocket", "image").vectors
    found = COMMANDS["direction"](place.path, items=ids[:3], against=ids[5:9])
    means = [images[rows].mean(axis=0) for rows in (slice(0, 3), slice(5, 9))]
    assert found["direction"] == "3 items − 4 items"
    assert np.allclose(place.run(found["run"]).arrays["direction"], axis(*means), atol=1e-5)
    rest = COMMANDS["direction"](place.path, items=ids[:1])
    assert rest["direction"] == "1 item − the rest"
    assert place.run(rest["run"]).arrays["side"].tolist() == [1] + [-1] * (ITEMS - 1)


# columns


def test_the_projection_becomes_a_column_that_can_be_sorted(place: Workspace, encoder: Encoder) -> None:
    found = COMMANDS["direction"](place.path, ["happy"], ["sad"], write="mood")
    assert (found["column"], place.columns()["mood"]) == ("mood", "number")
    column = place.table(["mood"])["mood"].to_numpy()
    assert np.allclose(column, place.run(found["run"]).arrays["projection"])
    again = COMMANDS["direction"](place.path, ["sad"], ["happy"], write="mood")
    assert again["column"] == "mood"
    assert np.allclose(place.table(["mood"])["mood"].to_numpy(), -column, atol=1e-6)


def test_nobodys_own_column_is_written_over(place: Workspace, encoder: Encoder, terminal: Terminal) -> None:
    place.set_column("price", {id: 1.5 for id in ids_of(place)})
    for column in ("price", "label", "caption"):
        line = terminal.refused("direction", place.path, "--towards", "a", "--away", "b", "--write", column)
        assert line == f"there is a column {column!r} already: choose another name"
    assert "belongs to the workspace" in terminal.refused(
        "direction", place.path, "--towards", "a", "--away", "b", "--write", "id"
    )
    assert "without dots" in terminal.refused(
        "direction", place.path, "--towards", "a", "--away", "b", "--write", "a.b"
    )
    assert place.runs() == []
    assert set(place.table(["price"])["price"].to_pylist()) == {1.5}


# derived models


def removed(place: Workspace, **how: Any) -> dict[str, Any]:
    return COMMANDS["direction"](place.path, ["happy"], ["sad"], remove=True, **how)


def test_a_model_without_the_direction(place: Workspace, encoder: Encoder) -> None:
    found = removed(place)
    vector = place.run(found["run"]).arrays["direction"]
    assert found["derived"] == WITHOUT
    for modality in ("image", "text"):
        full, without = (place.embeddings(name, modality) for name in ("pocket", WITHOUT))
        expected = full.vectors - np.outer(full.vectors @ vector, vector)
        assert without.ids.tolist() == full.ids.tolist()
        assert np.allclose(without.vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
    assert model_titles(place) == {"pocket": "pocket", WITHOUT: "pocket, without “happy − sad”"}
    assert embedded_model(place) == "pocket"


def test_words_are_searched_without_it_too(place: Workspace, encoder: Encoder) -> None:
    found = removed(place)
    vector = place.run(found["run"]).arrays["direction"]
    query = meaning("happy") - meaning("happy") @ vector * vector
    scores = place.embeddings(WITHOUT, "image").vectors @ query / np.linalg.norm(query)
    hits = COMMANDS["search"](place.path, "happy", model=WITHOUT, top=3)["hits"]
    assert [hit["score"] for hit in hits] == pytest.approx(sorted(scores.tolist(), reverse=True)[:3], abs=1e-5)


def test_again_it_is_the_same_model_and_another_direction_another(place: Workspace, encoder: Encoder) -> None:
    first, again = removed(place), removed(place)
    assert again["derived"] == first["derived"]
    assert len(place.runs("reducer")) == 1
    other = COMMANDS["direction"](place.path, ["happy"], ["sad"], templates=["so {}"], remove=True)
    assert other["derived"].startswith(f"{WITHOUT}-")
    assert "pocket, without “happy − sad” (" in model_titles(place)[other["derived"]]


def test_the_direction_of_an_earlier_run(place: Workspace, encoder: Encoder) -> None:
    run = COMMANDS["direction"](place.path, ["happy"], ["sad"])["run"]
    found = COMMANDS["without"](place.path, run)
    assert (found["model"], found["base"], found["direction"]) == (WITHOUT, "pocket", "happy − sad")
    assert removed(place)["derived"] == WITHOUT
    assert place.run(found["run"]).card.kind == "reducer"
    with pytest.raises(BadInput, match="is no direction but a reducer run"):
        COMMANDS["without"](place.path, found["run"])


def test_one_after_another(place: Workspace, encoder: Encoder) -> None:
    removed(place)
    twice = COMMANDS["direction"](place.path, ["old"], ["new"], model=WITHOUT, remove=True)["derived"]
    assert twice == f"{WITHOUT}/without-old-new"
    assert model_titles(place)[twice] == "pocket, without “happy − sad”, without “old − new”"
    assert len(COMMANDS["search"](place.path, "x", model=twice, top=5)["hits"]) == 5


def test_clusters_and_new_items_can_be_of_it(place: Workspace, encoder: Encoder) -> None:
    """Taken out, the label's direction no longer tells the groups apart that K-means found along it."""
    derived = COMMANDS["direction"](place.path, label="label", value="even", remove=True)["derived"]
    scores = [
        COMMANDS["cluster"](place.path, ["kmeans"], k=2, seeds=1, model=model)["runs"][0]["acc"]
        for model in ("pocket", derived)
    ]
    assert scores[0] > 0.85
    assert scores[1] < 0.75
    ids = list(place.add(items(2, first=100)).ids)
    place.add_embeddings("pocket", "image", ids, unit(2, seed=7))
    reducer = place.runs("reducer")[0].id
    assert COMMANDS["project"](place.path, run=reducer)["images"] == 2


# the command line, and what it refuses


def test_the_command_line(place: Workspace, encoder: Encoder, terminal: Terminal) -> None:
    arguments = ["direction", place.path, "--towards", "happy", "--away", "sad", "--write", "mood", "--remove"]
    found = terminal.json(*arguments)
    assert (found["derived"], found["column"], found["model"]) == (WITHOUT, "mood", "pocket")
    assert "happy − sad" in terminal.text(*arguments, "--strip", "3")


def test_items_are_named_in_files(place: Workspace, tmp_path: Path, terminal: Terminal) -> None:
    ids = ids_of(place)
    (tmp_path / "first.txt").write_text("\n".join(ids[:3]))
    (tmp_path / "second.txt").write_text(" ".join(ids[7:9]))
    files = ["--items", str(tmp_path / "first.txt"), "--against", str(tmp_path / "second.txt")]
    assert terminal.json("direction", place.path, *files)["direction"] == "3 items − 2 items"
    assert terminal.refused("direction", place.path, "--items", "none.txt").endswith(
        "as ids, one a line: No such file or directory"
    )
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG")
    assert "no text in UTF-8" in terminal.refused("direction", place.path, "--items", str(tmp_path / "picture.txt"))
    line = terminal.refused("direction", place.path, "--label", "label", "--value", "odd", *files[2:])
    assert line == "against says nothing here: it goes with items (--items, --against)"


def test_rows_of_a_file(tmp_path: Path, encoder: Encoder, terminal: Terminal) -> None:
    source, out = str(tmp_path / "rows.npz"), tmp_path / "direction.npz"
    np.savez(source, x=2 * unit(20), y=np.arange(20) % 2)
    found = COMMANDS["direction"](source, label="y", value="1", out=str(out))
    assert (found["run"], found["direction"], found["items"]) == (None, "y: 1 − the rest", 20)
    x = unit(20)
    with np.load(out) as arrays:
        assert np.allclose(arrays["direction"], axis(x[1::2].mean(axis=0), x[::2].mean(axis=0)), atol=1e-5)
        assert np.allclose(arrays["projection"], x @ arrays["direction"], atol=1e-6)
        assert arrays["ids"].tolist() == [str(row) for row in range(20)]
    words = COMMANDS["direction"](source, ["happy"], ["sad"], model="pocket")
    assert words["direction"] == "happy − sad"
    for more in (["--remove"], ["--write", "mood"]):
        assert "a .npz keeps no columns and no derived models" in terminal.refused(
            "direction", source, "--label", "y", "--value", "1", *more
        )


def test_a_long_prompt_is_truncated_and_said(
    place: Workspace, encoder: Encoder, capsys: pytest.CaptureFixture[str], terminal: Terminal
) -> None:
    long = " ".join(["very"] * 40)
    assert status(["direction", place.path, "--towards", f"{long} good", "--away", "bad", "--json", "-"]) == 0
    output = capsys.readouterr()
    found = json.loads(output.out)
    assert found["truncated"] == [f"{long} good"]
    assert "only its beginning was read" in output.err
    assert len(found["direction"]) < 80
    line = terminal.refused("direction", place.path, "--towards", f"{long} good", "--away", f"{long} bad")
    assert "both sides are the same vector" in line


WORDS = ["--towards", "happy", "--away", "sad"]


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ([], "a direction is found in one way"),
        ([*WORDS, "--label", "label", "--value", "odd"], "a direction is found in one way"),
        ([*WORDS, "--value", "odd"], "value says nothing here: it goes with label (--label, --value)"),
        (
            [*WORDS, "--fit", "lda"],
            "fit says nothing here: it goes with groups of items, or with a label (--items, --label, --fit)",
        ),
        (
            ["--label", "label", "--value", "odd", "--template", "a {}"],
            "template says nothing here: it goes with towards (--towards, --template)",
        ),
        ([*WORDS, "--out", "/no/such/x.npz"], "/no/such/x.npz cannot be written: No such file or directory"),
        ([*WORDS, "--out", "."], ". is no name of a file: name one, such as result.npz"),
        (["--towards", "happy"], "needs both sides"),
        (["--away", "sad"], "needs both sides"),
        (["--towards", "Happy", "--away", "happy"], "both sides are the same vector, which has no direction"),
        (["--towards", " ", "--away", "sad"], "prompt 1 is empty"),
        ([*WORDS, "--template", "so"], "template 'so' has no place for the prompt"),
        (["--label", "colour", "--value", "red"], "no column 'colour'; there are"),
        (["--label", "label"], "label label: no value given; there are even, odd"),
        (["--label", "label", "--value", "red"], "no item has the value 'red'; there are even, odd"),
        (["--label", "label", "--value", "odd", "--fit", "svm"], "fit='svm' is not one of means, logistic, lda"),
        ([*WORDS, "--strip", "0"], "strip=0 is below 1"),
        ([*WORDS, "--model", "other"], "no images are embedded by other"),
        ([*WORDS, "--space", "map:1"], "words have no place on a map"),
        ([*WORDS, "--tag", "mine"], "tag mine: no item has this tag"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    place: Workspace, encoder: Encoder, terminal: Terminal, how: list[str], line: str
) -> None:
    assert line in terminal.refused("direction", place.path, *how)
    assert place.runs() == []


def test_groups_of_items_that_cannot_be(place: Workspace) -> None:
    ids = ids_of(place)
    for how, line in [
        ({"items": []}, "the first group has 0 items"),
        ({"items": ids}, "the second group has 0 items"),
        ({"items": ids[:2], "against": ids[1:3]}, "1 items are on both sides"),
        ({"items": ["nobody"]}, "1 of the items asked for are not among the 40: nobody"),
    ]:
        with pytest.raises(Exception, match=line):
            COMMANDS["direction"](place.path, **how)


def test_stopped_it_keeps_what_was_found(place: Workspace, encoder: Encoder) -> None:
    """While the derived embeddings are written: the direction's run is there, and the rest is made by asking again."""

    def stop(progress: Progress) -> None:
        if "writing" in progress.message:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        removed(place, report=stop)
    assert len(place.runs("direction")) == 1
    assert removed(place)["derived"] == WITHOUT
    assert len(place.embeddings(WITHOUT, "image")) == ITEMS
    assert place.embeddings(WITHOUT, "image").vectors.shape[1] == DIMENSIONS
