"""How good an editor is, on people held out of everything: judged, and against true counterfactuals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.faces.autoencoders import AutoEncoder
from core.faces.editor import Editor
from core.faces.fitting import as_float
from core.faces.judges import Judges, accuracy
from core.faces.similarity import psnr, ssim
from core.progress import Progress, Report, silent

Become = Callable[[str, int], np.ndarray]
"""Factor, value → the pictures (P, S, S, 3) uint8 of all people with that value."""


@dataclass(frozen=True)
class HeldOut:
    """pictures (P, V, S, S, 3) uint8, labels (P, V, F): P people; every other version differs in one factor."""

    pictures: np.ndarray
    labels: np.ndarray

    @property
    def people(self) -> np.ndarray:
        """(P, S, S, 3) uint8: the first versions."""
        return self.pictures[:, 0]

    def counterfactuals(self, factor: int, value: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows (n,) of those people for whom a factor's other value was drawn, and which version (n,) has it."""
        others = (self.labels[:, :, factor] == value) & (self.labels[:, :1, factor] != value)
        rows = np.flatnonzero(others.any(1))
        return rows, others[rows].argmax(1)


def reconstruction(autoencoder: AutoEncoder, pictures: np.ndarray) -> dict[str, float]:
    """Mean PSNR in dB and SSIM of the reconstructions of pictures (N, S, S, 3) uint8."""
    true = tensor(pictures)
    with torch.no_grad():
        made = torch.cat([autoencoder.picture(autoencoder.latent(part)) for part in true.split(500)])
    return {"psnr": float(psnr(true, made).mean()), "ssim": float(ssim(true, made).mean())}


def round_trip(editor: Editor, pictures: np.ndarray) -> float:
    """The largest |T⁻¹(T(z)) - z| over pictures (N, S, S, 3) uint8."""
    with torch.no_grad():
        latent = editor.autoencoder.latent(tensor(pictures))
        return float((editor.network.inverse(editor.network(latent)[0]) - latent).abs().max())


def report(
    editor: Editor,
    autoencoders: Mapping[str, AutoEncoder],
    judges: Judges,
    faces: HeldOut,
    tell: Report = silent,
) -> dict[str, object]:
    """Everything on held-out people, as ``faces report`` gives it; rates between 0 and 1."""
    codes = editor.codes(faces.people)
    plain = editor.pictures(codes)
    ways: dict[str, Become] = {
        "edits": lambda factor, value: editor.pictures(editor.become(codes, factor, value)),
        "latent_direction": lambda factor, value: attribute_vector(editor, faces.people, factor, value),
    }
    told: dict[str, object] = {
        "people": len(faces.people),
        "autoencoders": {name: reconstruction(each, faces.people) for name, each in autoencoders.items()},
        "judges": accuracy(
            judges,
            faces.pictures.reshape(-1, *faces.pictures.shape[2:]),
            faces.labels.reshape(-1, faces.labels.shape[2]),
        ),
        "roundtrip": round_trip(editor, faces.people),
    }
    for number, (name, become) in enumerate(ways.items()):
        tell(Progress(number, len(ways), f"judging {name.replace('_', ' ')}"))
        told[name] = {f: edits(column, f, become, plain, judges, faces) for column, f in enumerate(editor.factors)}
    return told


def edits(
    column: int, factor: str, become: Become, plain: np.ndarray, judges: Judges, faces: HeldOut
) -> dict[str, float]:
    """Every change of one factor in every person: the mean over all of them.

    flipped: judged to have the new value. others_kept: the other factors judged as before the edit, on the plain
    reconstruction. ssim_counterfactual: of the edit and the true counterfactual; ssim_reconstruction: of the plain
    reconstruction and the person. closer: nearer to the true counterfactual, in squared error, than the plain
    reconstruction is.
    """
    kept, judged = np.arange(faces.labels.shape[2]) != column, judges.judge(plain)
    found: dict[str, list[np.ndarray]] = {}
    for value in range(judges.values[factor]):
        rows, versions = faces.counterfactuals(column, value)
        edited, true = become(factor, value)[rows], faces.pictures[rows, versions]
        seen = judges.judge(edited)
        measured = {
            "flipped": seen[:, column] == value,
            "others_kept": (seen == judged[rows])[:, kept].mean(1),
            "ssim_counterfactual": ssim(tensor(edited), tensor(true)).numpy(),
            "ssim_reconstruction": ssim(tensor(plain[rows]), tensor(faces.people[rows])).numpy(),
            "closer": squared_error(edited, true) < squared_error(plain[rows], true),
        }
        for name, each in measured.items():
            found.setdefault(name, []).append(each)
    return {name: float(np.concatenate(each).mean()) for name, each in found.items()}


@torch.no_grad()
def attribute_vector(editor: Editor, pictures: np.ndarray, factor: str, value: int) -> np.ndarray:
    """The usual edit: the latent moved by the difference of the mean latents of a factor's two values.

    As in White, *Sampling Generative Networks*, 2016. The old value is the one whose mean is nearest along the way.
    """
    latent = editor.autoencoder.latent(tensor(pictures))
    old = torch.from_numpy(editor.values(editor.codes(pictures))[factor])
    means = editor.latent_means[list(editor.factors).index(factor)]
    made = editor.autoencoder.picture(latent + means[value] - means[old])
    return (made * 255).round().byte().permute(0, 2, 3, 1).numpy()


def squared_error(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mean squared error (N,) of pictures (N, S, S, 3) uint8, in units of the whole range."""
    return ((a.astype(np.float32) - b) ** 2).mean((1, 2, 3)) / 255**2


def tensor(pictures: np.ndarray) -> Tensor:
    """(N, S, S, 3) uint8 → (N, 3, S, S) in [0, 1]."""
    return as_float(torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2))
