"""Trainings that have begun and not ended: a folder each, beside the editors of a workspace; nothing heavy here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.errors import BadInput
from core.faces.labelled import LabelledFaces

FOLDER, ENDING = "editors", ".training"
FORMAT = "clipscape-face-training-1"
TOLD, FACES, SAMPLES = "training.json", "faces.safetensors", "samples.png"
STAGES = ("autoencoder", "network")
STAGE_TITLES = {"autoencoder": "auto-encoder", "network": "invertible network"}
POINTS = 200
"""Of a loss curve, as a page draws it."""
BATCH, STEPS, FEWEST, MOST = 128, 6_000, 10, 150
"""Pictures a step; steps that each stage is given unasked; the fewest and most passes that they may come to."""

Curve = Sequence[tuple[int, float]]
"""Steps and the mean loss up to each since the one before."""


@dataclass(frozen=True)
class Training:
    """What is known of a training. id: of the run that it will be; settings: the arguments that began it.

    epochs: passes over the pictures. created: ISO 8601, UTC. stage, step, steps: how far it is. losses: stage → curve.
    seconds: so far, over all parts.
    """

    id: str
    folder: Path
    settings: Mapping[str, Any]
    factors: Mapping[str, Sequence[str]]
    pictures: int
    epochs: int
    created: str
    stage: str = STAGES[0]
    step: int = 0
    steps: int = 0
    losses: Mapping[str, Curve] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def faces(self) -> Path:
        """The pictures and labels that it learns from, as they were when it began."""
        return self.folder / FACES

    @property
    def samples(self) -> Path:
        """What it makes of some held-out faces so far; there once something was kept."""
        return self.folder / SAMPLES

    def state(self, stage: str) -> Path:
        """Where a stage keeps all its state."""
        return self.folder / f"{stage}.safetensors"

    def at(self, stage: str, losses: Sequence[float], steps: int, seconds: float) -> Training:
        """The same training, further on."""
        curves = {**self.losses, stage: curve(losses)}
        return replace(self, stage=stage, step=len(losses), steps=steps, losses=curves, seconds=round(seconds, 3))

    def save(self) -> Training:
        """Written whole or not at all."""
        told = {name: value for name, value in asdict(self).items() if name not in ("id", "folder")}
        partial = self.folder / f"{TOLD}.partial"
        partial.write_text(json.dumps({"format": FORMAT, **told}), encoding="utf-8")
        partial.replace(self.folder / TOLD)
        return self


def folder_of(workspace: str) -> Path:
    """Where a workspace keeps its editors; raises `BadInput` for an object store, where no training can be kept."""
    if "://" in workspace:
        raise BadInput(f"{workspace}: an editor is kept in a folder: choose a workspace on this machine")
    return Path(workspace) / FOLDER


def begun(workspace: str) -> list[Training]:
    """Those that have not ended, the oldest first."""
    found = [_load(each.parent) for each in folder_of(workspace).glob(f"*{ENDING}/{TOLD}")]
    return sorted(found, key=lambda training: training.created)


def begin(workspace: str, settings: Mapping[str, Any], faces: LabelledFaces) -> Training:
    """A new one, with all that it needs to go on without its source."""
    id = uuid4().hex[:12]
    folder, now = folder_of(workspace) / f"{id}{ENDING}", datetime.now(UTC).isoformat(timespec="milliseconds")
    epochs = settings["epochs"] or usual_epochs(len(faces))
    training = Training(id, folder, settings, faces.factors, len(faces), epochs, now)
    folder.mkdir(parents=True)
    faces.save(training.faces)
    return training.save()


def usual_epochs(pictures: int) -> int:
    """Passes over so many pictures where nobody asks for a number."""
    return min(max(FEWEST, round(STEPS * BATCH / pictures)), MOST)


def same(workspace: str, settings: Mapping[str, Any]) -> Training | None:
    """The one that was begun with these settings, where it has not ended."""
    return next((each for each in begun(workspace) if each.settings == settings), None)


def forget(training: Training) -> None:
    """Gives a training up: what it has learned is deleted."""
    shutil.rmtree(training.folder, ignore_errors=True)


def curve(losses: Sequence[float]) -> Curve:
    """The losses of every step as at most `POINTS` means."""
    width = max(1, -(-len(losses) // POINTS))
    parts = [losses[start : start + width] for start in range(0, len(losses), width)]
    return [(min(n * width, len(losses)), sum(part) / len(part)) for n, part in enumerate(parts, 1)]


def _load(folder: Path) -> Training:
    try:
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        if told.pop("format") != FORMAT:
            raise ValueError("written by another version")
        return Training(folder.name.removesuffix(ENDING), folder, **told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"{folder} holds no training ({error}): delete it, nothing else needs it") from None
