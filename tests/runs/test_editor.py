"""An editor as a record: it comes back as it was, and one of an earlier version opens."""

import numpy as np
import pytest

from core.errors import MissingData
from core.runs.editor import EditFigures, EditorFigures, EditorRun
from core.runs.record import metrics
from core.workspace import RunCard, Workspace

FIGURES = EditorFigures(
    held_out=12,
    factors={"glasses": ["no", "yes"]},
    ssim=0.9412,
    read={"glasses": 0.997},
    edits={"glasses": EditFigures(0.98, 0.99)},
    file="a.safetensors",
)
LOSS, SAMPLES = np.ones(3, np.float32), np.zeros((2, 8, 5, 5, 3), np.uint8)


def test_it_comes_back_as_it_was(place: Workspace) -> None:
    card = RunCard("a", EditorRun.KIND, "kl", "Faces: glasses", metrics=metrics(FIGURES))
    back = EditorRun.load(place, EditorRun(card, LOSS, LOSS, SAMPLES).save(place))
    assert back.figures == FIGURES
    assert back.samples.shape == SAMPLES.shape
    assert list(back.losses) == ["autoencoder", "network"]
    assert back.summary() == "faces made again with SSIM 0.941, each factor read right in 99.7 %"


def test_one_that_was_never_judged_opens(place: Workspace) -> None:
    card = RunCard("a", EditorRun.KIND, "kl", "Faces", metrics={"file": "a.safetensors"})
    assert EditorRun.figures_of(card).read == {}
    place.save_run(card, {"samples": SAMPLES})
    with pytest.raises(MissingData, match="run a lacks loss_autoencoder, loss_network"):
        EditorRun.load(place, "a")
