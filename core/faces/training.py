"""Training an editor on labelled faces: an auto-encoder, then T by the factor loss; it can stop and go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.faces import samples
from core.faces.autoencoders import AutoEncoder
from core.faces.checkpoint import EVERY, Checkpoint, Work
from core.faces.editor import Editor
from core.faces.fitting import Pairs, Schedule, fit_autoencoder, fit_invertible, in_chunks, settle
from core.faces.invertible import InvertibleNetwork
from core.faces.labelled import LabelledFaces
from core.faces.report import reconstruction, round_trip
from core.faces.trainings import BATCH, STAGES, Training
from core.progress import Bar, Report, silent

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
    pairs = Pairs(latents[:, None], labels[:, None], latents[:, None, :0])

    def draw(network: InvertibleNetwork) -> samples.Samples:
        return samples.edited(so_far(model, network, pairs, seen.factors), shown)

    checkpoint = diary.checkpoint(STAGES[1], steps, draw)
    network = fit_invertible(model, pairs, values, schedule, seed, bar.part(steps, steps), checkpoint)
    return Editor.of(model, network, latents, labels, seen.factors)


def so_far(
    model: AutoEncoder, network: InvertibleNetwork, pairs: Pairs, factors: Mapping[str, tuple[str, ...]]
) -> Editor:
    """An editor of what T is now; the copy of T that is given changes."""
    some = Pairs(pairs.latents[:SOME], pairs.labels[:SOME], pairs.coefficients[:SOME])
    settle(network, some)
    return Editor.of(deepcopy(model).cpu(), network, some.latents[:, 0], some.labels[:, 0], factors)


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
    the people whose value is that of the nearest mean code. chance: the share that the most frequent value has.
    """
    pictures = parts(held_out)
    sizes = [len(part) for part in pictures]
    again = [reconstruction(editor.autoencoder, part) for part in pictures]
    nearest = [editor.values(editor.codes(part)) for part in pictures]
    read, chance = {}, {}
    for factor, truth in zip(held_out.factors, held_out.labels.T, strict=True):
        found = np.concatenate([each[factor] for each in nearest])
        read[factor] = float((found == truth).mean())
        chance[factor] = float(np.bincount(truth).max() / len(truth))
    return {
        **{name: float(np.average([each[name] for each in again], weights=sizes)) for name in ("psnr", "ssim")},
        "roundtrip": max(round_trip(editor, part) for part in pictures),
        "read": read,
        "chance": chance,
    }
