"""`faces edit`, and what the page asks of the worker: on a small untrained editor."""

from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from core.cli import status
from core.commands import COMMANDS, faces
from core.commands.faces_edit import setting
from core.errors import BadInput, BadParameter
from core.faces.editor import Editor, load
from core.faces.face_map import FaceMap
from core.faces.pictures import FRAME
from core.faces.results import Slider
from core.faces.slides import STEPS, along, effect, path, positions, sliders
from tests.faces.making import ERROR, FACTORS, SIDE, noise, small_editor
from tests.terminal import Terminal

RACES = FACTORS["race"]
NO_HEADER = "Error while deserializing header: header too large"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_editor(tmp_path_factory.mktemp("editor") / "editor.safetensors")


@pytest.fixture(scope="module")
def editor(file: Path) -> Editor:
    return load(file)


@pytest.fixture
def picture(tmp_path: Path, rng: np.random.Generator) -> Path:
    Image.fromarray(noise(rng, 40, 30)).save(tmp_path / "face.png")
    return tmp_path / "face.png"


@pytest.fixture
def run(picture: Path, file: Path, tmp_path: Path, terminal: Terminal) -> Callable[..., dict]:
    """The command on the picture, with these settings; what it prints."""

    def command(*settings: str, image: Path = picture, out: str = "out.png") -> dict:
        told = [word for each in settings for word in ("--set", each)]
        arguments = ["faces", "edit", str(image), *told, "--out", str(tmp_path / out), "--model", str(file)]
        return terminal.json(*arguments)

    return command


def latents_of(found: dict) -> np.ndarray:
    return np.frombuffer(b64decode(found["codes"]), "<f4").copy()[None]


def opened(data: str) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(b64decode(data))))


# the command


def test_an_edit_is_that_of_the_editor(run: Callable[..., dict], editor: Editor, picture: Path, tmp_path: Path) -> None:
    found = run("glasses=2", "race=black")
    codes = editor.latents(faces.framed(editor, str(picture))[None])
    known = editor.pictures(editor.moved(codes, {"glasses": 2.0, "race": {"black": 1.0}}))[0]
    assert (np.asarray(Image.open(tmp_path / "out.png")) == known).all()
    assert [row["factor"] for row in found["factors"]] == list(FACTORS)
    assert [row["set"] for row in found["factors"]] == ["2", None, "black"]
    assert set(found["factors"][2]["after"]) == set(RACES)
    assert found["usual_error"] == ERROR
    assert -1 <= found["identity"] <= 1


def test_without_settings_the_face_is_made_again(run: Callable[..., dict], editor: Editor, picture: Path) -> None:
    found = run()
    square = faces.framed(editor, str(picture))
    again = editor.pictures(editor.latents(square[None]))[0]
    assert found["error"] == pytest.approx(np.square((again.astype(float) - square) / 255).mean())
    assert found["identity"] == pytest.approx(1)
    assert all(row["before"] == row["after"] for row in found["factors"])


def test_what_is_no_face_is_said_so_and_edited_all_the_same(run: Callable[..., dict], tmp_path: Path) -> None:
    found = run("sex=male", out="strange.png")
    assert found["error"] > ERROR
    assert "does not look like the faces" in found["warning"]
    assert (tmp_path / "strange.png").exists()


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (2000, 1500)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_pictures_of_any_size_and_mode(
    run: Callable[..., dict], tmp_path: Path, size: tuple[int, int], mode: str
) -> None:
    image = tmp_path / "any.png"
    Image.new(mode, size).save(image)
    run("glasses=1", image=image)
    assert Image.open(tmp_path / "out.png").size == (SIDE, SIDE)


@pytest.mark.parametrize(
    ("words", "values", "meant"),
    [
        ("2", ("no", "yes"), 2.0),
        ("-0.5", ("no", "yes"), -0.5),
        ("yes", ("no", "yes"), 1.0),
        ("no", ("no", "yes"), -1.0),
        ("no:2", ("no", "yes"), -2.0),
        ("black", RACES, {"black": 1.0}),
        ("black:-2.5", RACES, {"black": -2.5}),
        ("1", ("0", "1"), 1.0),
    ],
)
def test_settings_are_read_as_they_are_meant(words: str, values: tuple[str, ...], meant: object) -> None:
    assert setting("factor", words, values) == meant


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"set": "glases=1"}, "no factor 'glases': choose from glasses, sex, race"),
        ({"set": "sex=mail"}, "no sex 'mail': choose from female, male"),
        ({"set": "race=2"}, "race=2 says no value: choose from white, asian, brown, black, such as race=white:2"),
        ({"set": "race=black:x"}, "race=black:x: after the colon comes a number from -3 to 3, such as race=black:2"),
        ({"set": "glasses=3.5"}, "glasses=3.5 is beyond ±3: choose a number from -3 to 3"),
        ({"set": "glasses=nan"}, "glasses=nan is beyond ±3: choose a number from -3 to 3"),
        ({"set": "glasses"}, "--set glasses: write it as FACTOR=POSITION"),
        ({"image": "missing.png"}, "missing.png cannot be read: No such file or directory"),
        ({"image": "{file}"}, "not a picture: save it as JPEG, PNG or WebP"),
        ({"model": "missing"}, "missing cannot be read: No such file or directory"),
        (
            {"model": "{image}"},
            f"{{image}} is no safetensors file ({NO_HEADER}): give a trained editor's",
        ),
        ({"out": "/nowhere/face.png"}, "/nowhere/face.png cannot be written: No such file or directory"),
        ({"out": "face"}, "face cannot be written: its ending names no kind of picture: write .png"),
    ],
)
def test_bad_input_is_one_line(
    picture: Path, file: Path, tmp_path: Path, terminal: Terminal, change: dict, line: str
) -> None:
    known = {"file": str(file), "image": str(picture)}
    given = {"set": "glasses=1", "image": known["image"], "model": known["file"], "out": str(tmp_path / "out.png")}
    given |= {name: value.format(**known) for name, value in change.items()}
    image = given.pop("image")
    options = [word for name, value in given.items() for word in (f"--{name}", value)]
    assert terminal.refused("faces", "edit", image, *options) == line.format(**known)
    assert not (tmp_path / "out.png").exists()


def test_a_person_reads_a_row_a_factor(
    picture: Path, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out.webp")
    assert status(["faces", "edit", str(picture), "--set", "glasses=2", "--out", out, "--model", str(file)]) == 0
    printed = capsys.readouterr()
    assert "does not look like the faces" in printed.err
    assert printed.out.splitlines()[-3].split()[:2] == ["glasses", "2"]


# what the page asks


@pytest.fixture
def face(picture: Path, file: Path) -> dict:
    return COMMANDS["faces read"](str(picture), str(file))


def test_a_picture_is_read_as_the_editor_sees_it(face: dict, editor: Editor, picture: Path) -> None:
    square = faces.framed(editor, str(picture))
    assert (opened(face["picture"]) == square).all()
    assert latents_of(face) == pytest.approx(editor.latents(square[None]), abs=1e-5)
    assert face["error"] > face["usual_error"] == ERROR


def test_a_slide_has_the_edit_and_a_strip_for_each_slider(face: dict, file: Path, editor: Editor) -> None:
    settings = {"sex": 2.0, "race": {"asian": 1.5}}
    found = COMMANDS["faces slide"](face["codes"], settings, str(file))
    codes = latents_of(face)
    assert (opened(found["plain"]) == editor.pictures(codes)[0]).all()
    assert (opened(found["edited"]) == editor.pictures(editor.moved(codes, settings))[0]).all()
    known = COMMANDS["faces describe"](str(file))
    assert len(found["starts"]) == len(known["slides"]) == 1 + 1 + len(RACES)
    sheet = opened(found["sheet"]).astype(int)
    assert sheet.shape == (len(known["slides"]) * SIDE, STEPS * SIDE, 3)
    for number, each in enumerate(sliders(editor)):
        exact = editor.pictures(along(editor, codes, settings, each))
        cells = sheet[number * SIDE : (number + 1) * SIDE].reshape(SIDE, STEPS, SIDE, 3).swapaxes(0, 1)
        assert np.abs(cells - exact).mean() < 8, "a JPEG of these very pictures"


def test_a_strip_moves_its_own_factor_only(editor: Editor, rng: np.random.Generator) -> None:
    codes = editor.latents(noise(rng, 1, SIDE, SIDE))
    steps = along(editor, codes, {"glasses": 2.0, "race": {"black": 1.0}}, Slider(factor="race", value="asian"))
    known = [editor.moved(codes, {"glasses": 2.0, "race": {"asian": at}}) for at in positions()]
    assert (steps == np.concatenate(known)).all()
    assert positions()[[0, -1]].tolist() == [-3, 3]


def test_a_path_leads_from_the_face_to_its_edit(editor: Editor, rng: np.random.Generator) -> None:
    codes, settings = editor.latents(noise(rng, 1, SIDE, SIDE)), {"sex": 1.0}
    steps = path(editor, codes, settings, 5)
    assert steps[0] == pytest.approx(codes[0])
    assert steps[-1] == pytest.approx(editor.moved(codes, settings)[0])
    assert steps[2] == pytest.approx((steps[0] + steps[-1]) / 2, abs=1e-5)


def test_an_effect_is_what_the_encoder_sees(editor: Editor, rng: np.random.Generator) -> None:
    pair = noise(rng, 2, SIDE, SIDE)
    found, codes = effect(editor, pair), editor.latents(pair)
    seen = editor.positions(codes)
    a, b = torch.from_numpy(codes[:, editor.network.residual]).double()
    assert found.identity == pytest.approx(float(torch.cosine_similarity(a, b, dim=0)))
    assert found.shift["glasses"] == pytest.approx(float(seen["glasses"][1] - seen["glasses"][0]))
    moves = seen["race"][1] - seen["race"][0]
    assert found.shift["race"] == pytest.approx(float(moves[np.abs(moves).argmax()]))
    same = effect(editor, pair[[0, 0]])
    assert [*same.shift.values()] == [0, 0, 0]
    assert same.identity == pytest.approx(1)


def test_mixing_takes_the_blocks_that_are_named(face: dict, file: Path, editor: Editor) -> None:
    other = COMMANDS["faces draw"]({}, 1, 3, str(file))["faces"][0]
    mixed = COMMANDS["faces mix"](face["codes"], other["codes"], ["glasses", "race"], str(file))
    assert latents_of(mixed) == pytest.approx(editor.mixed(latents_of(face), latents_of(other), ("glasses", "race")))
    assert (opened(mixed["picture"]) == editor.pictures(latents_of(mixed))[0]).all()


def test_faces_drawn_by_chance_have_the_factors_asked_for(file: Path, editor: Editor) -> None:
    drawn = COMMANDS["faces draw"]({"sex": "male", "race": "brown"}, 12, 0, str(file))["faces"]
    codes = np.concatenate([latents_of(each) for each in drawn])
    assert len(np.unique(codes.round(4), axis=0)) == 12
    assert codes[:, editor.network.blocks["race"]] == pytest.approx(np.tile(editor.means[2][2].numpy(), (12, 1)))
    assert editor.positions(codes)["sex"] == pytest.approx(np.ones(12), abs=1e-4)
    assert COMMANDS["faces draw"]({"sex": "male", "race": "brown"}, 12, 0, str(file))["faces"] == drawn


@pytest.mark.parametrize(("kind", "form"), [("gif", "GIF"), ("webp", "WEBP")])
def test_a_slide_is_a_film_there_and_back(
    face: dict, file: Path, monkeypatch: pytest.MonkeyPatch, kind: str, form: str
) -> None:
    monkeypatch.setattr(faces, "SMALL", 48)
    data = b64decode(COMMANDS["faces export"](face["codes"], {"sex": 1.0}, "glasses", "yes", kind, str(file))["file"])
    with Image.open(BytesIO(data)) as film:
        assert (film.format, film.size) == (form, (faces.SMALL, faces.SMALL))
        assert film.info["loop"] == 0
        lasting = [frame.copy().info["duration"] for frame in ImageSequence.Iterator(film)]
    assert sum(lasting) == FRAME * (2 * faces.FRAMES - 2)


def test_a_picture_to_keep_is_the_edit_enlarged(face: dict, file: Path, editor: Editor) -> None:
    found = opened(COMMANDS["faces export"](face["codes"], {"sex": 1.0}, "glasses", "yes", "png", str(file))["file"])
    small = np.asarray(Image.fromarray(found).resize((SIDE, SIDE), Image.Resampling.BOX)).astype(int)
    exact = editor.pictures(editor.moved(latents_of(face), {"sex": 1.0}))[0]
    assert found.shape == (faces.LARGE, faces.LARGE, 3)
    assert np.abs(small - exact).mean() < 8


@pytest.mark.parametrize(
    ("ask", "error", "line"),
    [
        (lambda codes, file: COMMANDS["faces slide"]("AAAA", {}, file), BadInput, "a face of 0 codes, where"),
        (lambda codes, file: COMMANDS["faces slide"](codes[:8] * 2, {}, file), BadInput, "where the editor has"),
        (lambda codes, file: COMMANDS["faces mix"](codes, codes, ["hair"], file), BadInput, "no factor 'hair'"),
        (lambda codes, file: COMMANDS["faces draw"]({"sex": "other"}, 1, 0, file), BadInput, "no sex 'other'"),
        (lambda codes, file: COMMANDS["faces draw"]({}, 1000, 0, file), BadParameter, "count=1000 is outside 1 to 48"),
        (lambda codes, file: COMMANDS["faces draw"]({}, 1, -1, file), BadParameter, "seed=-1 is not between 0 and"),
        (
            lambda codes, file: COMMANDS["faces export"](codes, {}, "sex", "male", "mov", file),
            BadParameter,
            "kind 'mov' is not one",
        ),
    ],
)
def test_wrong_questions_are_refused_in_one_line(face: dict, file: Path, ask: Callable, error: type, line: str) -> None:
    with pytest.raises(error, match=line) as raised:
        ask(face["codes"], str(file))
    assert "\n" not in str(raised.value)


def test_an_editor_written_anew_is_loaded_anew(tmp_path: Path, picture: Path) -> None:
    file = small_editor(tmp_path / "mine.safetensors")
    first = COMMANDS["faces read"](str(picture), str(file))
    small_editor(file, seed=1)
    assert COMMANDS["faces read"](str(picture), str(file))["codes"] != first["codes"]


# the map


def test_a_face_of_the_map_lies_where_the_map_has_it(rng: np.random.Generator) -> None:
    vectors = rng.normal(size=(40, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    xy = rng.normal(size=(40, 2)).astype(np.float32)
    drawn = FaceMap(np.array([str(n) for n in range(40)]), vectors, xy, "any")
    assert drawn.place(vectors) == pytest.approx(xy, abs=1e-3)
    between = vectors[:1] + vectors[1:2]
    placed = drawn.place(between / np.linalg.norm(between))
    assert (placed >= xy.min(0)).all()
    assert (placed <= xy.max(0)).all()
