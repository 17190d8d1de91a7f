"""The bundled editor and judges on some of the bundled people: what the card promises, with room for the sample."""

import numpy as np
import pytest

from core.faces import autoencoders, judges
from core.faces.editor import Editor
from core.faces.judges import Judges, accuracy
from core.faces.options import BEST, KINDS, bundled_file
from core.faces.report import HeldOut, bundled_editor, bundled_people, edits, reconstruction, round_trip

PEOPLE = 60


@pytest.fixture(scope="module")
def editor() -> Editor:
    return bundled_editor()


@pytest.fixture(scope="module")
def faces(editor: Editor) -> HeldOut:
    every = bundled_people(editor.factors)
    return HeldOut(every.pictures[:PEOPLE], every.labels[:PEOPLE])


@pytest.fixture(scope="module")
def judge(editor: Editor) -> Judges:
    values = {name: len(each) for name, each in editor.factors.items()}
    return judges.load(bundled_file("judges"), values, editor.side)


def test_every_version_differs_in_exactly_one_factor(faces: HeldOut) -> None:
    changed = (faces.labels != faces.labels[:, :1]).sum(2)
    assert (changed[:, 0] == 0).all()
    assert (changed[:, 1:] == 1).all()


def test_faces_are_made_again_sharply(editor: Editor, faces: HeldOut) -> None:
    assert reconstruction(editor.autoencoder, faces.people).ssim > 0.95


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != BEST])
def test_the_other_auto_encoders_load_and_make_faces(kind: str, faces: HeldOut) -> None:
    model = autoencoders.load(bundled_file(kind))
    assert model.kind == kind
    assert reconstruction(model, faces.people).ssim > 0.8


def test_there_and_back(editor: Editor, faces: HeldOut) -> None:
    assert round_trip(editor, faces.people) < 1e-4


def test_the_judges_are_right(judge: Judges, faces: HeldOut) -> None:
    flat = faces.pictures.reshape(-1, *faces.pictures.shape[2:])
    found = accuracy(judge, flat, faces.labels.reshape(len(flat), -1))
    assert min(found.values()) > 0.97, found


@pytest.mark.parametrize(
    ("factor", "flipped", "closer"), [("glasses", 0.95, 0.95), ("sex", 0.95, 0.85), ("race", 0.9, 0.85)]
)
def test_an_edit_makes_the_counterfactual(
    editor: Editor, judge: Judges, faces: HeldOut, factor: str, flipped: float, closer: float
) -> None:
    codes = editor.latents(faces.people)
    column = list(editor.factors).index(factor)
    found = edits(
        column,
        factor,
        lambda name, value: editor.pictures(editor.become(codes, name, value)),
        editor.pictures(codes),
        judge,
        faces,
    )
    assert found.flipped > flipped, found
    assert found.others_kept > 0.95, found
    assert found.closer > closer, found
    assert found.ssim_reconstruction - found.ssim_counterfactual < 0.04, found


def test_the_usual_error_on_the_card_is_that_of_real_faces(editor: Editor, faces: HeldOut) -> None:
    made = editor.pictures(editor.latents(faces.people)).astype(float)
    errors = np.square((made - faces.people) / 255).mean((1, 2, 3))
    assert editor.card.error is not None
    assert np.mean(errors < editor.card.error.quantile_99) > 0.9
