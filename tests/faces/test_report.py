"""The report's figures on made-up people for whom every answer is known."""

import numpy as np
import pytest
import torch

from core.faces.judges import Judges, accuracy, fit
from core.faces.optimisation import Schedule
from core.faces.report import HeldOut, edits

SIDE = 16
VALUES = {"left": 2, "right": 3}


def drawn(left: int, right: int, noise: np.ndarray) -> np.ndarray:
    """A picture whose halves are as bright as its two factors say."""
    picture = np.full((SIDE, SIDE, 3), 20.0)
    picture[:, : SIDE // 2] += 120 * left
    picture[:, SIDE // 2 :] += 80 * right
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def faces() -> HeldOut:
    """Each person in every combination of the factors that differs in one."""
    rng = np.random.default_rng(0)
    pictures, labels = [], []
    for _ in range(120):
        left, right = int(rng.integers(2)), int(rng.integers(3))
        noise = rng.normal(0, 8, (SIDE, SIDE, 3))
        every = [(left, right), (1 - left, right), *((left, other) for other in range(3) if other != right)]
        pictures.append([drawn(*each, noise) for each in every])
        labels.append(every)
    return HeldOut(np.array(pictures), np.array(labels))


@pytest.fixture(scope="module")
def judges(faces: HeldOut) -> Judges:
    torch.set_num_threads(1)
    flat = faces.pictures.reshape(-1, SIDE, SIDE, 3)
    return fit(flat, faces.labels.reshape(-1, 2), VALUES, Schedule(epochs=12, batch=32))


def test_judges_learn_what_they_see(faces: HeldOut, judges: Judges) -> None:
    found = accuracy(judges, faces.people, faces.labels[:, 0])
    assert min(found.values()) > 0.98, found


def test_counterfactuals_are_of_those_with_another_value(faces: HeldOut) -> None:
    rows, versions = faces.counterfactuals(1, 2)
    assert (faces.labels[rows, versions, 1] == 2).all()
    assert (faces.labels[rows, 0, 1] != 2).all()
    assert len(rows) == (faces.labels[:, 0, 1] != 2).sum()


def test_the_true_counterfactual_is_a_perfect_edit(faces: HeldOut, judges: Judges) -> None:
    def perfect(factor: str, value: int) -> np.ndarray:
        made = faces.people.copy()
        rows, versions = faces.counterfactuals(0, value)
        made[rows] = faces.pictures[rows, versions]
        return made

    found = edits(0, "left", perfect, faces.people, judges, faces)
    assert found.ssim_counterfactual == pytest.approx(1)
    assert found.closer == 1
    assert found.flipped > 0.98
    assert found.others_kept > 0.98


def test_an_edit_that_does_nothing_scores_nothing(faces: HeldOut, judges: Judges) -> None:
    found = edits(0, "left", lambda factor, value: faces.people, faces.people, judges, faces)
    assert found.flipped < 0.02
    assert found.closer == 0
    assert found.others_kept == 1
    assert found.ssim_counterfactual < found.ssim_reconstruction == pytest.approx(1)
