"""The Faces page, with a small untrained editor in place of the bundled one."""

import json
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.views.faces import asking, latents, sources, studio, tools
from app.views.faces.face import Chosen, Face
from app.views.faces.sources import MADE
from core.commands import COMMANDS, faces
from core.errors import MissingData
from core.faces.editor import load
from core.faces.results import LatentMeaning, Slider
from core.faces.slides import STEPS
from core.sources import Item
from core.workspace import RunCard, Workspace, create_named
from tests.app.conftest import alone, clean, texts, unit
from tests.faces.making import FACTORS, SIDE, noise, small_editor

PEOPLE, WIDTH = 6, 8
PROMPTS = 8


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, cold: None) -> list[str]:
    """Questions that no worker but this process answers; a CLIP model without weights."""
    questions: list[str] = []

    def ask(command: str, arguments: dict, timeout: float) -> dict:
        questions.append(command)
        return json.loads(json.dumps(COMMANDS[command](**arguments)))

    monkeypatch.setattr(asking, "ask", ask)
    monkeypatch.setattr(faces, "embedded", lambda pictures, clip: unit(pictures.reshape(len(pictures), -1)[:, :WIDTH]))
    monkeypatch.setattr(faces, "worded", lambda prompts, clip: unit(np.eye(len(prompts), WIDTH) + 0.1))
    return questions


@pytest.fixture
def editor(home: Path, asked: list[str]) -> Path:
    """In the place of the bundled one."""
    return small_editor(home.parent / "assets" / "editor" / "faces.safetensors")


@pytest.fixture
def workspace(editor: Path) -> Workspace:
    """Six people, and each once more with another sex, as the bundled set has them."""
    made, rng = create_named(sources.SET), np.random.default_rng(0)
    made.add(person(rng, number, changed) for number in range(PEOPLE) for changed in (sources.SAME, "sex"))
    ids = made.table([])["id"].to_pylist()
    made.add_embeddings("pocket", "image", ids, unit(rng.normal(size=(len(ids), WIDTH))))
    return made


def person(rng: np.random.Generator, number: int, changed: str) -> Item:
    buffer = BytesIO()
    Image.fromarray(noise(rng, SIDE, SIDE)).save(buffer, "PNG")
    values = {factor: each[number % len(each)] for factor, each in FACTORS.items()}
    return Item(f"{number} {changed}", buffer.getvalue(), f"person {number}", "", {"changed": changed, **values})


@pytest.fixture
def shown(editor: Path) -> Callable[..., AppTest]:
    def open_page(workspace: Workspace, chosen: Chosen | None = None) -> AppTest:
        if chosen is None:
            return clean(alone("faces", workspace))
        test = alone("faces", workspace)
        test.session_state["clipscape-faces"] = chosen
        return clean(test.run())

    return open_page


@pytest.fixture
def other(home: Path, editor: Path) -> Workspace:
    """Nothing in it; and there is no set of faces."""
    return create_named("other")


def sent(test: AppTest, name: str = "clipscape.studio") -> dict:
    """What the component of that name was given."""
    protos = [element.proto for element in test.main if element.type == "bidi_component"]
    return json.loads(next(proto.json for proto in protos if proto.component_name == name))


def now(test: AppTest) -> Chosen:
    return test.session_state["clipscape-faces"]


def source(test: AppTest, name: str) -> AppTest:
    (control,) = [each for each in test.button_group if each.key.startswith("whose-")]
    return clean(control.set_value(name).run())


# whose face


def test_it_opens_on_a_face_of_the_set(shown: Callable[..., AppTest], workspace: Workspace, editor: Path) -> None:
    test = shown(workspace)
    row, data = sent(test, "clipscape_gallery"), sent(test)
    assert len(row["pictures"]) == PEOPLE, "each person once"
    assert row["chosen"] == row["pictures"][0]["id"] == now(test).face.item
    codes = np.frombuffer(b64decode(now(test).face.latents), "<f4")[None]
    exact = load(editor).pictures(codes.copy())[0]
    assert (np.asarray(Image.open(BytesIO(b64decode(data["plain"])))) == exact).all()
    assert data["original"]
    assert data["edited"] == data["plain"]
    assert "nothing about people" in texts(test)


def test_a_row_a_factor_and_a_slider_a_value_of_many(shown: Callable[..., AppTest], workspace: Workspace) -> None:
    data = sent(shown(workspace))
    assert [(row["factor"], row["values"]) for row in data["rows"]] == [(f, list(v)) for f, v in FACTORS.items()]
    assert [row["slides"] for row in data["rows"]] == [
        {"yes": 0},
        {"male": 1},
        {"white": 2, "asian": 3, "brown": 4, "black": 5},
    ]
    assert len(data["positions"]) == STEPS
    assert sorted(data["starts"][2:]) == [-1, -1, -1, 1]


def test_a_person_can_be_chosen_by_chance_and_others_offered(
    shown: Callable[..., AppTest], workspace: Workspace
) -> None:
    test = clean(shown(workspace).button(key="any-face").click().run())
    assert now(test).face.item in sources.ids(workspace)
    before = [each["id"] for each in sent(test, "clipscape_gallery")["pictures"]]
    clean(test.button(key="other-faces").click().run())
    after = [each["id"] for each in sent(test, "clipscape_gallery")["pictures"]]
    assert sorted(before) == sorted(after)
    assert before != after


def test_changed_versions_are_no_people(workspace: Workspace) -> None:
    table = workspace.table(["changed"])
    changed = dict(zip(table["id"].to_pylist(), table["changed"].to_pylist(), strict=True))
    assert [changed[id] for id in sources.ids(workspace)] == [sources.SAME] * PEOPLE


def test_without_the_set_a_new_face_is_drawn(shown: Callable[..., AppTest], other: Workspace) -> None:
    test = shown(other)
    assert test.button_group[0].options == ["New", "Mix", "Upload"]
    assert now(test).face is not None
    assert sent(test)["ground"] is None


def test_new_faces_have_the_factors_asked_for(
    shown: Callable[..., AppTest], workspace: Workspace, editor: Path
) -> None:
    test = source(shown(workspace), "New")
    test.selectbox(key="new-sex").set_value("male").run()
    test.selectbox(key="new-race").set_value("black").run()
    made = now(clean(test.button(key="draw-faces").click().run())).made
    assert len(made) == len({face.key for face in made}) == MADE
    codes = np.concatenate([np.frombuffer(b64decode(face.latents), "<f4")[None] for face in made])
    assert load(editor).positions(codes)["sex"] == pytest.approx(np.ones(MADE), abs=1e-4)
    assert [each["id"] for each in sent(test, "clipscape_gallery")["pictures"]] == [face.key for face in made]


def test_two_faces_are_mixed_factor_by_factor(
    shown: Callable[..., AppTest], workspace: Workspace, editor: Path
) -> None:
    chosen = Chosen()
    chosen.face, chosen.other = (sources.load(workspace, id, None) for id in sources.ids(workspace)[:2])
    first, second = chosen.face, chosen.other
    test = source(shown(workspace, chosen), "Mix")
    test.button_group(key="mixed").set_value(["sex", "race"]).run()
    clean(test.button(key="use-mixed").click().run())
    codes = [np.frombuffer(b64decode(each.latents), "<f4")[None] for each in (first, second, now(test).face)]
    assert codes[2] == pytest.approx(load(editor).mixed(codes[0], codes[1], ("sex", "race")))
    assert sent(test)["face"] == now(test).face.key != first.key


def test_an_uploaded_picture_that_is_no_face_is_said_so(shown: Callable[..., AppTest], workspace: Workspace) -> None:
    test = source(shown(workspace), "Upload")
    buffer = BytesIO()
    Image.new("RGBA", (300, 20), (255, 0, 0, 90)).save(buffer, "PNG")
    clean(test.file_uploader[0].set_value([("red *flag*.png", buffer.getvalue(), "image/png")]).run())
    assert now(test).face.title == "red *flag*.png"
    warned = test.warning[0].value.replace("\\", "")
    assert "red *flag*.png does not look like the faces that this editor knows" in warned
    assert sent(test)["face"] == now(test).face.key


def test_a_file_that_is_no_picture_leaves_the_face_as_it_is(
    shown: Callable[..., AppTest], workspace: Workspace
) -> None:
    test = shown(workspace)
    before = now(test).face
    source(test, "Upload").file_uploader[0].set_value([("a.png", b"no picture", "image/png")]).run()
    assert not test.exception
    assert "not a picture" in test.error[0].value
    assert now(test).face == before
    assert sent(test)["face"] == before.key


# the sliders


def test_what_the_component_tells_comes_back_as_pictures(
    shown: Callable[..., AppTest], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"glasses": 2.5, "race": {"black": 1.0}}
    monkeypatch.setattr(studio, "_settings", lambda name, face: settings if name == studio.ASKED else None)
    data = sent(shown(workspace))
    assert data["settings"] == settings
    assert data["edited"] != data["plain"]
    assert data["measured"] is None, "figures wait until nothing moves"


def test_figures_are_of_the_sliders_that_rest(
    shown: Callable[..., AppTest], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "_settings", lambda name, face: {"glasses": 2.5})
    data = sent(shown(workspace))
    measured = data["measured"]
    assert measured["settings"] == data["settings"] == {"glasses": 2.5}
    assert set(measured["shift"]) == set(measured["before"]) == set(FACTORS)
    assert len(measured["cosines"]) == len(data["prompts"]) == len(FACTORS)
    assert len(measured["path"]) == faces.PATH


def test_a_reset_is_heard_though_it_sets_nothing(
    shown: Callable[..., AppTest], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "_settings", lambda name, face: {"glasses": 2.5})
    test = shown(workspace)
    monkeypatch.setattr(studio, "_settings", lambda name, face: {})
    clean(test.run())
    assert now(test).settings == {}
    assert sent(test)["edited"] == sent(test)["plain"]


def test_the_same_question_is_asked_once(shown: Callable[..., AppTest], workspace: Workspace, asked: list[str]) -> None:
    test = shown(workspace)
    asked.clear()
    clean(test.run())
    assert asked == []


def test_what_was_told_of_another_face_is_not_this_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    face = Face("a", "codes")
    told = {"asked": {"face": face.key, "settings": {"sex": 1}}, "settled": {"face": "b", "settings": {"sex": 1}}}
    monkeypatch.setattr(studio.st, "session_state", {studio.KEY: told})
    assert studio._settings("asked", face) == {"sex": 1}
    assert studio._settings("settled", face) is None


def test_the_map_goes_to_the_browser_in_one_file(
    workspace: Workspace, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, bytes] = {}

    class Kept:
        def address(self, name: str, make: Callable[[], bytes]) -> str:
            files[name] = make()
            return name

    monkeypatch.setattr(sources, "publisher", Kept)
    drawn = sources.face_map(workspace, "pocket", None)
    assert (drawn.title, drawn.count) == ("PCA", 2 * PEOPLE)
    data, count = files[drawn.source], drawn.count
    assert len(data) == count * (8 + len(FACTORS))
    assert np.isfinite(np.frombuffer(data[: 8 * count], "<f4")).all()
    sexes = np.frombuffer(data[9 * count : 10 * count], np.uint8)
    frame = workspace.table(["sex"])
    known = dict(zip(frame["id"].to_pylist(), frame["sex"].to_pylist(), strict=True))
    ids = asking.face_map(workspace.path, "pocket", workspace.version).ids
    assert [FACTORS["sex"][code] for code in sexes] == [known[id] for id in ids]


def test_without_embeddings_there_is_no_map_and_a_line_says_so(
    shown: Callable[..., AppTest], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "prompts", lambda place, editor: (("a hat",), "ViT-B-32:openai"))
    test = shown(workspace)
    assert sent(test)["ground"] is None
    assert "ViT-B-32:openai has not embedded these faces" in texts(test)


# tools


def test_at_most_eight_different_texts_are_compared(shown: Callable[..., AppTest], workspace: Workspace) -> None:
    test = shown(workspace)
    lines = ["a hat", "", "a hat ", *(f"text {n}" for n in range(20))]
    clean(test.text_area(key="face-prompts").set_value("\n".join(lines)).run())
    assert sent(test)["prompts"] == ["a hat", *(f"text {n}" for n in range(PROMPTS - 1))]


@pytest.mark.parametrize("kind", list(tools.FILES))
def test_files_to_keep(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(faces, "SMALL", 48)
    chosen = Chosen(face=sources.load(workspace, sources.ids(workspace)[0], None), settings={"sex": 1.0})
    data = tools._file(chosen, Slider(factor="glasses", value="yes"), kind)
    assert Image.open(BytesIO(data)).format == kind.upper()


def test_an_own_editor_is_chosen_and_knows_no_earlier_face(
    shown: Callable[..., AppTest], workspace: Workspace, other: Workspace
) -> None:
    small_editor(Path(other.path) / "editors" / "mine.safetensors", seed=1)
    other.save_run(RunCard("mine", "editor", "vae", "Faces: mine", metrics={"file": "mine.safetensors"}), {})
    test = shown(other)
    first = now(test).face
    assert test.selectbox(key="face-editor").options[1].startswith("Faces: mine")
    clean(test.selectbox(key="face-editor").select_index(1).run())
    assert Path(now(test).editor).name == "mine.safetensors"
    assert now(test).face.latents != first.latents
    assert "labels of the pictures that this editor was trained on" in texts(test)


def test_without_an_editor_one_line_says_what_is_missing(
    opened: Callable[..., AppTest], workspace: Workspace, editor: Path
) -> None:
    editor.unlink()
    test = opened(workspace, "faces")
    assert not test.exception
    assert "cannot be read: No such file" in test.error[0].value


def test_a_face_whose_picture_is_gone(workspace: Workspace, asked: list[str]) -> None:
    with pytest.raises(MissingData, match="choose another face"):
        sources.load(workspace, "gone", None)


# what each latent dimension stands for


def looked_at(
    place: Workspace, editor: Path, shown: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> AppTest:
    """With the small editor as one that was trained in this workspace."""
    monkeypatch.setattr(tools, "own", lambda workspace: {str(editor): "mine"})
    test = shown(place)
    clean(test.selectbox(key="face-editor").set_value(str(editor)).run())
    return test.button(key="face-latents").click().run()


def test_latent_dimensions_are_told_by_words_and_labels(
    shown: Callable[..., AppTest], home: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, rng = create_named("many"), np.random.default_rng(1)
    place.add(person(rng, number, sources.SAME) for number in range(12))
    test = clean(looked_at(place, editor, shown, monkeypatch))
    assert "12 faces, the 48 of 128 dimensions that move most; texts by pocket." in texts(test)
    (table,) = [each.value for each in test.dataframe]
    labels = ["Glasses", "Sex: male", "Race: white", "Race: asian", "Race: brown", "Race: black"]
    assert table["Apart"].tolist()[len(FACTORS) :] == labels
    assert list(table)[1:] == [latents.TITLES[latents.OWN], latents.TITLES["vae"]]
    assert ((table["VAE"] >= 0) & (table["VAE"] <= 1)).all()


def test_too_few_faces_tell_nothing(
    shown: Callable[..., AppTest], workspace: Workspace, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = looked_at(workspace, editor, shown, monkeypatch)
    assert [each.value for each in test.error if f"{PEOPLE} faces, fewer than 10" in each.value]


def test_what_may_be_chance_is_pale() -> None:
    found = LatentMeaning(
        names=["a", "b"],
        coefficients=[[0.5, -0.9], [None, 0.1]],
        significant=[[False, True]] * 2,
        strongest=[1, 1],
        separation=[0.4, 0.0],
    )
    heat = latents.figure(found, ["one", "two"], [1, 0]).data[0]
    assert list(heat.x) == ["b", "a"]
    assert heat.z == pytest.approx(np.array([[-0.9, np.nan], [0.1, np.nan]]), nan_ok=True)
    assert latents.strongest([[0.1, None, -0.4]]) == [0, 1, 2]
