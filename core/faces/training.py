"""Training an editor on labelled faces: an auto-encoder, then T; it can stop and go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.faces import samples
from core.faces.checkpoint import EVERY, Checkpoint, Work
from core.faces.editor import Editor
from core.faces.fitting import Schedule, fit_autoencoder, in_chunks
from core.faces.invertible import InvertibleNetwork
from core.faces.labelled import LabelledFaces
from core.faces.report import reconstruction, round_trip
from core.faces.samples import changed
from core.faces.trainings import BATCH, STAGES, Training
from core.faces.unpaired import fit_unpaired, settle
from core.progress import Bar, Report, silent
from core.results import Floats

SOME = 2_000
"""People whose codes say where a factor's values lie, while it is only for sample pictures; in the end it is all."""
CHUNK = 500


@dataclass
class Diary:
    """Tells of a training, in its folder, whenever its state is kept. every: seconds between two times."""

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

    def checkpoint(self, stage: str, steps: int, draw: Callable[[Any], samples.Samples]) -> Checkpoint:
        """Of a stage of so many steps; `draw` makes sample pictures of a copy of its network."""

        def kept(work: Work) -> None:
            self.training = self.training.at(stage, work.losses, steps, self.seconds).save()
            samples.write(draw(deepcopy(work.network).cpu().eval()), self.training.samples)

        return Checkpoint(self.training.state(stage), self.every, kept)

    def losses(self) -> dict[str, NDArray[np.float64]]:
        """Of each stage that has ended: one a step."""
        kept = {stage: Checkpoint(self.training.state(stage)).read() for stage in STAGES}
        return {stage: state["losses"].numpy() for stage, state in kept.items()}


def train(diary: Diary, seen: LabelledFaces, shown: NDArray[np.uint8], report: Report = silent) -> Editor:
    """The editor that a training comes to; goes on from where it was kept.

    seen: the faces to learn from. shown: pictures (C, S, S, 3) of others, of which samples are made meanwhile.
    """
    kind, seed = (diary.training.settings[name] for name in ("autoencoder", "seed"))
    schedule = Schedule(diary.training.epochs, BATCH)
    pictures, labels = torch.from_numpy(seen.pictures).permute(0, 3, 1, 2), torch.from_numpy(seen.labels)
    values = {factor: len(names) for factor, names in seen.factors.items()}
    steps = schedule.steps(len(seen))
    bar = Bar(report, 2 * steps)
    diary.begin(steps)

    checkpoint = diary.checkpoint(STAGES[0], steps, lambda model: samples.remade(model, shown))
    model = fit_autoencoder(pictures, kind, schedule, seed, bar.part(0, steps), checkpoint)
    latents = in_chunks(model.latent, pictures)

    def draw(network: InvertibleNetwork) -> samples.Samples:
        settle(network, latents[:SOME], labels[:SOME])
        so_far = Editor.of(model, network, latents[:SOME], labels[:SOME], seen.factors)
        return samples.edited(so_far, shown)

    checkpoint = diary.checkpoint(STAGES[1], steps, draw)
    network = fit_unpaired(latents, labels, values, schedule, seed, bar.part(steps, steps), checkpoint)
    return Editor.of(model, network, latents, labels, seen.factors)


def errors(editor: Editor, held_out: LabelledFaces) -> NDArray[np.float64]:
    """The mean squared error (N,) of each held-out picture made again, in units of the whole range."""
    again = np.concatenate([editor.pictures(editor.codes(part)) for part in parts(held_out)])
    return np.square((again.astype(np.float32) - held_out.pictures) / 255).mean((1, 2, 3), dtype=np.float64)


def parts(faces: LabelledFaces) -> list[NDArray[np.uint8]]:
    """Their pictures, some at a time."""
    return [faces.pictures[n : n + CHUNK] for n in range(0, len(faces), CHUNK)]


def measured(editor: Editor, held_out: LabelledFaces) -> dict[str, Any]:
    """Figures on faces that nothing was trained on.

    psnr, ssim: of the pictures made again. roundtrip: the largest |T⁻¹(T(z)) - z|. read: for each factor the share of
    the people whose value is that of the nearest mean code of its block; chance: what the most frequent value would
    get. edits: as in `edits`.
    """
    pictures = parts(held_out)
    sizes = [len(part) for part in pictures]
    again = [reconstruction(editor.autoencoder, part) for part in pictures]
    codes = np.concatenate([editor.codes(part) for part in pictures])
    labels = dict(zip(held_out.factors, held_out.labels.T, strict=True))
    return {
        **{name: float(np.average([each[name] for each in again], weights=sizes)) for name in ("psnr", "ssim")},
        "roundtrip": max(round_trip(editor, part) for part in pictures),
        "read": {factor: float((nearest(editor, codes, factor) == truth).mean()) for factor, truth in labels.items()},
        "chance": {factor: float(np.bincount(truth).max() / len(truth)) for factor, truth in labels.items()},
        "edits": {factor: edits(editor, codes, factor) for factor in labels},
    }


def nearest(editor: Editor, codes: Floats, factor: str) -> NDArray[np.int64]:
    """The value (N,) whose people's mean code is nearest to codes (N, D), in the factor's block."""
    means = editor.means[list(editor.factors).index(factor)].numpy()
    return np.square(codes[:, None, editor.network.blocks[factor]] - means).sum(2).argmin(1)


def edits(editor: Editor, codes: Floats, factor: str) -> dict[str, float]:
    """Every person (N, D) with the factor's next value, as the editor itself reads the picture that it draws.

    flipped: the share read to have the new value. others_kept: of the other factors, read as before the edit; 1 where
    there are none.
    """
    made, other = changed(editor, codes, factor)
    drawn = [editor.codes(editor.pictures(part)) for part in np.array_split(made, -(-len(made) // CHUNK))]
    before, after = editor.values(codes), editor.values(np.concatenate(drawn))
    kept = [float((after[name] == before[name]).mean()) for name in before if name != factor]
    return {"flipped": float((after[factor] == other).mean()), "others_kept": float(np.mean(kept)) if kept else 1.0}
