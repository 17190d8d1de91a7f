"""Own faces from every kind of source, and what each kind of bad source is answered with."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core import encoders
from core.commands.embedding import add
from core.commands.faces_gathering import gather
from core.errors import BadInput
from core.faces.labelled import LabelledFaces
from core.maps.neighbours import normalised
from core.workspace import Workspace
from tests.faces.album import celeba, colour, colours, people, shown, table

COUNT = 120
HALVES = ["no", "yes"] * (COUNT // 2)
THIRDS = ["white", "asian", "black"] * (COUNT // 3)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """120 plain pictures."""
    return colours(tmp_path / "album", COUNT)


def refused(source: Path | str, **how: object) -> str:
    """The one line that a source is refused with."""
    with pytest.raises(BadInput) as error:
        gather(str(source), 64, **how)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_with_a_table_of_attributes(album: Path) -> None:
    file = table(album.parent, glasses=HALVES, race=THIRDS)
    found = gather(str(album), 64, attributes=str(file))
    assert dict(found.factors) == {"glasses": ("no", "yes"), "race": ("asian", "black", "white")}
    assert found.pictures.shape == (COUNT, 64, 64, 3)
    assert found.pictures.dtype == np.uint8
    assert (found.left_out, list(found.refused)) == (0, [])
    for row, number in enumerate(shown(found.pictures)):
        assert found.pictures[row, 5, 5].tolist() == list(colour(number))
        values = [names[place] for names, place in zip(found.factors.values(), found.labels[row], strict=True)]
        assert values == [HALVES[number], THIRDS[number]]


def test_the_table_may_lie_in_the_folder_or_be_parquet(album: Path) -> None:
    inside = table(album, glasses=HALVES)
    expected = gather(str(album), 64)
    pd.read_csv(inside).to_parquet(album.parent / "attributes.parquet")
    inside.unlink()
    brought = gather(str(album), 64, attributes=str(album.parent / "attributes.parquet"))
    assert expected.fingerprint == brought.fingerprint


def test_celebas_own_files(tmp_path: Path) -> None:
    found = gather(str(celeba(tmp_path / "celeba", 110)), 64, factors=["glasses", "sex"])
    assert dict(found.factors) == {"glasses": ("no", "yes"), "sex": ("female", "male")}
    truth = [[row["glasses"] == "yes", row["sex"] == "male"] for row in people(110)]
    assert np.array_equal(found.labels, np.array(truth).astype(int))


def test_the_middle_square_is_taken(album: Path) -> None:
    for number in range(COUNT):
        wide = Image.new("RGB", (300, 100), "white")
        wide.paste(colour(number), (100, 0, 200, 100))
        wide.save(album / f"{number}.png")
    found = gather(str(album), 96, attributes=str(table(album.parent, hat=HALVES)))
    assert found.pictures.shape == (COUNT, 96, 96, 3)
    for number, picture in zip(shown(found.pictures), found.pictures, strict=True):
        assert (picture[2:-2, 2:-2] == colour(number)).all()


def test_a_workspaces_items(album: Path, tmp_path: Path) -> None:
    table(album, glasses=HALVES, race=THIRDS)
    expected = gather(str(album), 64)
    add(str(tmp_path / "place"), str(album))
    found = gather(str(tmp_path / "place"), 64, factors=["glasses", "race"])
    assert found.fingerprint == expected.fingerprint
    assert "leave the table out" in refused(tmp_path / "place", attributes="a.csv")


def test_sub_folders_are_labels_too(tmp_path: Path) -> None:
    for name, start in (("cats", 0), ("dogs", 60)):
        colours(tmp_path / name, 60)
        for path in list((tmp_path / name).glob("*.png")):
            number = int(path.stem)
            Image.new("RGB", (20, 20), colour(number + start)).save(path)
    found = gather(str(tmp_path), 64, factors=["label"])
    assert dict(found.factors) == {"label": ("cats", "dogs")}
    assert [int(number >= 60) for number in shown(found.pictures)] == found.labels[:, 0].tolist()


def test_the_bundled_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    found = gather("faces", 64, factors=["glasses", "race"])
    assert len(found) == 4000
    assert dict(found.factors) == {"glasses": ("no", "yes"), "race": ("asian", "black", "brown", "white")}


class Encoder:
    """In place of a CLIP model: a picture's vector is its colour's, a text's that of the colour it names."""

    name, dimension, logit_scale = "pocket", 3, 5.0

    def pixels(self, picture: Image.Image) -> np.ndarray:
        return np.asarray(picture)

    def image_vectors(self, pixels: Sequence[np.ndarray]) -> np.ndarray:
        return normalised(np.stack([each.mean((0, 1)) for each in pixels]))

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        places = [("red", "green", "blue").index(text.split()[-1]) for text in texts]
        return np.eye(3, dtype=np.float32)[places]

    def truncated(self, texts: Sequence[str]) -> list[int]:
        return []


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    monkeypatch.setattr(encoders, "load", lambda name: Encoder())
    return Encoder()


PROMPTS = {"tone": {"warm": ["a face that is red"], "cold": ["a face that is green", "one that is green"]}}


def test_prompts_where_there_is_no_table(album: Path, clip: Encoder) -> None:
    table(album, other=HALVES)
    for number in range(COUNT):  # from green to red
        Image.new("RGB", (8, 8), (number, 120 - number, 0)).save(album / f"{number}.png")
    found = gather(str(album), 64, prompts=PROMPTS, sure=0.6)
    assert dict(found.factors) == {"tone": ("warm", "cold")}
    numbers = shown(found.pictures)
    for number, label in zip(numbers, found.labels[:, 0], strict=True):
        red, green = np.array([number, 120 - number]) / np.hypot(number, 120 - number)
        assert 1 / (1 + np.exp(-5.0 * abs(red - green))) >= 0.6
        assert label == int(green > red)
    assert found.left_out == COUNT - len(numbers) > 0


def test_a_workspace_is_compared_by_the_embeddings_it_has(album: Path, clip: Encoder, tmp_path: Path) -> None:
    add(str(tmp_path / "place"), str(album))
    place = Workspace.open(tmp_path / "place")
    ids = place.pictured()[:110]  # the others are not embedded yet
    towards = np.tile(np.eye(3, dtype=np.float32)[:2], (55, 1))
    place.add_embeddings("pocket", "image", ids, towards)
    found = gather(str(tmp_path / "place"), 64, prompts=PROMPTS, sure=0.9)
    assert len(found) == 110
    assert found.left_out == 10
    assert found.labels[:, 0].tolist() == [0, 1] * 55


def test_pictures_that_nobody_is_sure_of_are_too_few(album: Path, clip: Encoder) -> None:
    assert "of 120 pictures have a known tone: at least 100 are needed" in refused(album, prompts=PROMPTS, sure=0.99)


# what cannot be used


def test_pictures_without_a_value_are_left_out(album: Path) -> None:
    hats = [None if number % 10 == 0 else value for number, value in enumerate(HALVES)]
    found = gather(str(album), 64, attributes=str(table(album.parent, hat=hats, race=THIRDS)))
    assert found.left_out == COUNT - len(found) == 12
    assert not {number for number in shown(found.pictures) if number % 10 == 0}


def test_a_few_broken_and_missing_pictures_are_named_and_skipped(album: Path) -> None:
    file = table(album.parent, hat=HALVES)
    (album / "3.png").write_bytes(b"no picture at all")
    (album / "7.png").unlink()
    found = gather(str(album), 64, attributes=str(file))
    assert len(found) == COUNT - 2
    assert found.left_out == 0
    said = {each.source: each.reason for each in found.refused}
    assert "not a picture" in said["3.png"]
    assert "no picture '7.png' here" in said["attributes.csv row 9"]


def test_many_missing_pictures_are_one_line(album: Path) -> None:
    file = table(album.parent, hat=HALVES)
    for number in range(100, COUNT):
        (album / f"{number}.png").unlink()
    said = refused(album, attributes=str(file))
    assert "20 of 120 pictures and rows cannot be used, more than a tenth" in said
    assert "row 102: no picture '100.png' here" in said


def test_many_broken_pictures_are_one_line(album: Path) -> None:
    file = table(album.parent, hat=HALVES)
    for number in range(20):
        (album / f"{number}.png").write_bytes(b"")
    assert "20 of 120 pictures and rows cannot be used" in refused(album, attributes=str(file))


def test_other_values_than_two_in_celebas_list(tmp_path: Path) -> None:
    folder = celeba(tmp_path / "celeba", 110)
    lines = (folder / "list_attr_celeba.txt").read_text().splitlines()
    spoiled = [f"{line.rpartition(' ')[0]} 2" if 5 < n < 10 else line for n, line in enumerate(lines)]
    (folder / "list_attr_celeba.txt").write_text("\n".join(spoiled) + "\n")
    found = gather(str(folder), 64, factors=["glasses"])
    assert len(found) == 106
    assert {each.reason for each in found.refused} == {"3 values of 1 or -1 must follow the picture's name"}
    (folder / "list_attr_celeba.txt").write_text("\n".join([*lines[:2], *(f"{line} 5" for line in lines[2:])]))
    assert "1 or -1 must follow" in refused(folder, factors=["glasses"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "nothing says what these pictures show"),
        ("a,b\n1,2\n", "no column named image, path or caption"),
        ("image,hat\n0.png,yes\n", "factor hat has only the value 'yes'"),
    ],
)
def test_tables_that_say_nothing(album: Path, written: str, said: str) -> None:
    file = album.parent / "attributes.csv"
    file.write_text(written)
    assert said in refused(album, attributes=str(file), factors=["hat"] if "hat" in written else None)


def test_unknown_factors_and_sources(album: Path, tmp_path: Path) -> None:
    file = str(table(album.parent, hat=HALVES))
    assert "factor beard: no such column; there are hat" in refused(album, attributes=file, factors=["beard"])
    assert "no such file or folder" in refused(tmp_path / "nowhere")
    assert "no such file" in refused(album, attributes=str(tmp_path / "nowhere.csv"))
    assert "nothing says what these pictures show" in refused(album)


def test_labelled_faces_are_kept_whole_and_only_read_from_their_own_file(album: Path, tmp_path: Path) -> None:
    (album / "3.png").write_bytes(b"")
    found = gather(str(album), 64, attributes=str(table(album.parent, hat=HALVES, race=THIRDS)))
    found.save(tmp_path / "faces.safetensors")
    again = LabelledFaces.load(tmp_path / "faces.safetensors")
    assert again.fingerprint == found.fingerprint
    assert (again.found, list(again.refused), again.factors) == (found.found, list(found.refused), found.factors)
    for other in (album / "5.png", tmp_path / "nothing"):
        with pytest.raises(BadInput, match=r"no safetensors file .*: begin the training anew"):
            LabelledFaces.load(other)


def test_a_tenth_is_held_out_by_the_seed(rng: np.random.Generator) -> None:
    pictures = rng.integers(0, 256, (200, 4, 4, 3), np.uint8)
    faces = LabelledFaces(pictures, rng.integers(0, 2, (200, 1)), {"hat": ("no", "yes")}, 200)
    (seen, held_out), again, other = faces.split(0), faces.split(0), faces.split(1)
    assert (len(seen), len(held_out)) == (180, 20)
    rows = np.concatenate([seen.pictures, held_out.pictures]).reshape(200, -1)
    assert np.array_equal(np.unique(rows, axis=0), np.unique(pictures.reshape(200, -1), axis=0))
    assert held_out.fingerprint == again[1].fingerprint != other[1].fingerprint
