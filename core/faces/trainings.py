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

import msgspec

from core.errors import BadInput, BadParameter
from core.faces.attributes import FactorPrompts, check_factor_prompts
from core.faces.labelled import LabelledFaces
from core.faces.options import BEST, KINDS, MOST_EPOCHS, SIDES, SURE, check_seed

FOLDER, ENDING = "editors", ".training"
FORMAT = "clipscape-face-training-1"
RECORD, FACES, SAMPLES = "training.json", "faces.safetensors", "samples.png"
STAGES = ("autoencoder", "network")
STAGE_TITLES = {"autoencoder": "auto-encoder", "network": "invertible network"}
POINTS = 200
"""Of a loss curve, as a page draws it."""
BATCH, STEPS, FEWEST, MOST = 128, 6_000, 10, 150
"""Pictures a step; steps that each stage is given unasked; the fewest and most passes that they may come to."""

Curve = Sequence[tuple[int, float]]
"""Steps and the mean loss up to each since the one before."""


@dataclass(frozen=True)
class Settings:
    """All that decides on the result, by which a stopped training is found again; as in `faces_train`."""

    source: str
    attributes: str | None = None
    factors: Sequence[str] | None = None
    prompts: FactorPrompts | None = None
    sure: float = SURE
    model: str | None = None
    autoencoder: str = BEST
    side: int = SIDES[0]
    epochs: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.autoencoder not in KINDS:
            raise BadParameter(f"autoencoder {self.autoencoder}: choose from {', '.join(KINDS)}", "autoencoder")
        if self.side not in SIDES:
            raise BadParameter(f"side {self.side}: choose from {', '.join(map(str, SIDES))}", "side")
        if self.epochs is not None and not 1 <= self.epochs <= MOST_EPOCHS:
            raise BadParameter(f"epochs {self.epochs}: choose a number from 1 to {MOST_EPOCHS:,}", "epochs")
        check_seed(self.seed)
        if self.prompts is not None:
            if self.factors or self.attributes:
                names = ("prompts", "factors", "attributes")
                raise BadParameter("prompts take the place of a table: leave its factors and the table out", *names)
            check_factor_prompts(self.prompts, self.sure)

    @classmethod
    def of(cls, source: str, attributes: str | None = None, **others: object) -> Settings:
        """As JSON keeps them, with paths that are the same from any folder."""
        paths = {"source": _absolute(source), "attributes": attributes and _absolute(attributes)}
        return msgspec.convert(paths | others, cls)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps them."""
        return asdict(self)


def _absolute(path: str) -> str:
    """Names of workspaces and addresses stay; a path that is gone is still one."""
    is_path = "://" not in path and (Path(path).exists() or "/" in path)
    return str(Path(path).resolve()) if is_path else path


@dataclass(frozen=True)
class Training:
    """What is known of a training. id: of the run that it will be; epochs: passes over the pictures.

    created: ISO 8601, UTC. stage, step, steps: how far it is. losses: stage → curve. seconds: so far, over all parts.
    """

    id: str
    folder: Path
    settings: Settings
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
        record = {name: value for name, value in asdict(self).items() if name not in ("id", "folder")}
        partial = self.folder / f"{RECORD}.partial"
        partial.write_text(json.dumps({"format": FORMAT, **record}), encoding="utf-8")
        partial.replace(self.folder / RECORD)
        return self


def folder_of(workspace: str) -> Path:
    """Where a workspace keeps its editors; raises `BadInput` for an object store, where no training can be kept."""
    if "://" in workspace:
        raise BadInput(f"{workspace}: an editor is kept in a folder: choose a workspace on this machine")
    return Path(workspace) / FOLDER


def begun(workspace: str) -> list[Training]:
    """Those that have not ended, the oldest first."""
    found = [_load(each.parent) for each in folder_of(workspace).glob(f"*{ENDING}/{RECORD}")]
    return sorted(found, key=lambda training: training.created)


def begin(workspace: str, settings: Settings, faces: LabelledFaces) -> Training:
    """A new one, with all that it needs to go on without its source."""
    id = uuid4().hex[:12]
    folder, now = folder_of(workspace) / f"{id}{ENDING}", datetime.now(UTC).isoformat(timespec="milliseconds")
    epochs = settings.epochs or usual_epochs(len(faces))
    training = Training(id, folder, settings, faces.factors, len(faces), epochs, now)
    faces.save(training.faces)
    return training.save()


def usual_epochs(pictures: int) -> int:
    """Passes over so many pictures where nobody asks for a number."""
    return min(max(FEWEST, round(STEPS * BATCH / pictures)), MOST)


def same(workspace: str, settings: Settings) -> Training | None:
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
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record.pop("format") != FORMAT:
            raise ValueError("written by another version")
        here = {"id": folder.name.removesuffix(ENDING), "folder": str(folder)}
        return msgspec.convert(record | here, Training, dec_hook=lambda kind, value: kind(value))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"{folder} holds no training ({error}): delete it, nothing else needs it") from None
