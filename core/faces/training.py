"""Training an editor on labelled faces: an auto-encoder, then T; it can stop and go on, and is measured at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.faces import pictures
from core.faces.autoencoders import fit_autoencoder, in_chunks
from core.faces.editor import Editor
from core.faces.fitting import fit_unpaired, settle
from core.faces.invertible import InvertibleNetwork
from core.faces.labelled import LabelledFaces
from core.faces.optimisation import EVERY, Checkpoint, Schedule, Work
from core.faces.pictures import Pictures, squared_error
from core.faces.report import reconstruction, round_trip
from core.faces.trainings import BATCH, STAGES, Training
from core.progress import Bar, Report, silent
from core.results import Floats
from core.runs.editor import EditFigures, HeldOutFigures

SHOWN = 8
"""Held-out faces in a row of samples."""
SOME = 2_000
"""People whose latents say where a factor's values lie, while it is only for sample pictures; in the end it is all."""
CHUNK = 500


@dataclass
class TrainingLog:
    """Writes how far a training is, in its folder, whenever its state is kept. every: seconds between two times."""

    training: Training
    every: float = EVERY

    def __post_init__(self) -> None:
        self.before, self.begun = self.training.seconds, time.monotonic()

    @property
    def seconds(self) -> float:
        """Over all parts of the training."""
        return self.before + time.monotonic() - self.begun

    def begin(self, steps: int) -> None:
        """Before the first step it is known how many there are."""
        if not self.training.steps:
            self.training = self.training.at(STAGES[0], [], steps, self.seconds).save()

    def checkpoint(self, stage: str, steps: int, draw: Callable[[Any], Pictures]) -> Checkpoint:
        """Of a stage of so many steps; `draw` makes sample pictures of a copy of its network."""

        def kept(work: Work) -> None:
            self.training = self.training.at(stage, work.losses, steps, self.seconds).save()
            samples = draw(deepcopy(work.network).cpu().eval())
            partial = self.training.samples.with_suffix(".partial")
            partial.write_bytes(pictures.png(pictures.grid(samples)))
            partial.replace(self.training.samples)

        return Checkpoint(self.training.state(stage), self.every, kept)

    def losses(self) -> dict[str, NDArray[np.float32]]:
        """Of each stage that has ended: one a step."""
        kept = {stage: Checkpoint(self.training.state(stage)).read() for stage in STAGES}
        return {stage: state["losses"].numpy().astype(np.float32) for stage, state in kept.items()}


def train(log: TrainingLog, seen: LabelledFaces, shown: Pictures, report: Report = silent) -> Editor:
    """The editor that a training comes to; goes on from where it was kept.

    seen: the faces to learn from. shown: pictures (C, S, S, 3) of others, of which samples are made meanwhile.
    """
    settings, schedule = log.training.settings, Schedule(log.training.epochs, BATCH)
    faces, labels = torch.from_numpy(seen.pictures).permute(0, 3, 1, 2), torch.from_numpy(seen.labels)
    values = {factor: len(names) for factor, names in seen.factors.items()}
    steps = schedule.steps(len(seen))
    bar = Bar(report, 2 * steps)
    log.begin(steps)

    checkpoint = log.checkpoint(STAGES[0], steps, lambda model: np.stack([shown, model.remade(shown)]))
    model = fit_autoencoder(faces, settings.autoencoder, schedule, settings.seed, bar.part(0, steps), checkpoint)
    encoded = in_chunks(model.latent, faces)

    def draw(network: InvertibleNetwork) -> Pictures:
        settle(network, encoded[:SOME], labels[:SOME])
        return samples(Editor.of(model, network, encoded[:SOME], labels[:SOME], seen.factors), shown)

    checkpoint = log.checkpoint(STAGES[1], steps, draw)
    network = fit_unpaired(encoded, labels, values, schedule, settings.seed, bar.part(steps, steps), checkpoint)
    return Editor.of(model, network, encoded, labels, seen.factors)


def samples(editor: Editor, shown: Pictures) -> Pictures:
    """Rows (R, C, S, S, 3): C faces, the same made again, then one row a factor with its next value."""
    latents = editor.latents(shown)
    rows = [latents, *(changed(editor, latents, factor)[0] for factor in editor.factors)]
    return np.stack([shown, *map(editor.pictures, rows)])


def changed(editor: Editor, latents: Floats, factor: str) -> tuple[Floats, NDArray[np.int64]]:
    """Latents (N, D) of the same people with a factor's next value, and that value (N,)."""
    count = len(editor.factors[factor])
    other = (editor.values(latents)[factor] + 1) % count
    made = latents.copy()
    for value in range(count):
        made[other == value] = editor.become(latents[other == value], factor, value)
    return made, other


def errors(editor: Editor, held_out: LabelledFaces) -> NDArray[np.float64]:
    """The mean squared error (N,) of each held-out picture made again, in units of the whole range."""
    return np.concatenate([squared_error(editor.pictures(editor.latents(part)), part) for part in parts(held_out)])


def parts(faces: LabelledFaces) -> list[Pictures]:
    """Their pictures, some at a time."""
    return [faces.pictures[n : n + CHUNK] for n in range(0, len(faces), CHUNK)]


def measured(editor: Editor, held_out: LabelledFaces) -> HeldOutFigures:
    """Figures on faces that nothing was trained on; read by the nearest mean of the factor's block."""
    pictures = parts(held_out)
    sizes = [len(part) for part in pictures]
    again = [reconstruction(editor.autoencoder, part) for part in pictures]
    latents = np.concatenate([editor.latents(part) for part in pictures])
    labels = dict(zip(held_out.factors, held_out.labels.T, strict=True))
    return HeldOutFigures(
        psnr=float(np.average([each.psnr for each in again], weights=sizes)),
        ssim=float(np.average([each.ssim for each in again], weights=sizes)),
        roundtrip=max(round_trip(editor, part) for part in pictures),
        read={factor: float((nearest(editor, latents, factor) == truth).mean()) for factor, truth in labels.items()},
        chance={factor: float(np.bincount(truth).max() / len(truth)) for factor, truth in labels.items()},
        edits={factor: edits(editor, latents, factor) for factor in labels},
    )


def nearest(editor: Editor, latents: Floats, factor: str) -> NDArray[np.int64]:
    """The value (N,) whose people's mean is nearest to latents (N, D), in the factor's block."""
    means = editor.means[list(editor.factors).index(factor)].numpy()
    return np.square(latents[:, None, editor.network.blocks[factor]] - means).sum(2).argmin(1)


def edits(editor: Editor, latents: Floats, factor: str) -> EditFigures:
    """Every person (N, D) with the factor's next value, as the editor itself reads the picture that it draws."""
    made, other = changed(editor, latents, factor)
    drawn = [editor.latents(editor.pictures(part)) for part in np.array_split(made, -(-len(made) // CHUNK))]
    before, after = editor.values(latents), editor.values(np.concatenate(drawn))
    kept = [float((after[name] == before[name]).mean()) for name in before if name != factor]
    return EditFigures(float((after[factor] == other).mean()), float(np.mean(kept)) if kept else 1.0)
