"""How good an editor is, on people held out of everything: judged, and against true counterfactuals."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow.parquet as parquet
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from core.faces import autoencoders
from core.faces.autoencoders import AutoEncoder, as_pictures, tensor
from core.faces.editor import Editor, load
from core.faces.judges import Judges, accuracy
from core.faces.options import BEST, KINDS, bundled_file
from core.faces.pictures import Pictures, squared_error
from core.faces.results import JudgedEdits, Reconstruction, ReportResult
from core.progress import Progress, Report, silent
from core.sources import bundled

Become = Callable[[str, int], Pictures]
"""Factor, value → the pictures (P, S, S, 3) of all people with that value."""
WINDOW, DEVIATION = 11, 1.5
"""The Gaussian window of SSIM, in pixels."""
C1, C2 = 0.01**2, 0.03**2


@dataclass(frozen=True)
class HeldOut:
    """pictures (P, V, S, S, 3) uint8, labels (P, V, F): P people; every other version differs in one factor."""

    pictures: Pictures
    labels: NDArray[np.int64]

    @property
    def people(self) -> Pictures:
        """(P, S, S, 3): the first versions."""
        return self.pictures[:, 0]

    def counterfactuals(self, factor: int, value: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows (n,) of those people for whom a factor's other value was drawn, and which version (n,) has it."""
        others = (self.labels[:, :, factor] == value) & (self.labels[:, :1, factor] != value)
        rows = np.flatnonzero(others.any(1))
        return rows, others[rows].argmax(1)


@lru_cache(maxsize=1)
def bundled_editor() -> Editor:
    """The editor that comes along."""
    return load(bundled_file("faces"))


def bundled_autoencoders() -> dict[str, AutoEncoder]:
    """Each kind that comes along, the editor's own first."""
    others = {kind: autoencoders.load(bundled_file(kind)) for kind in KINDS if kind != BEST}
    return {BEST: bundled_editor().autoencoder, **others}


def bundled_people(factors: Mapping[str, tuple[str, ...]]) -> HeldOut:
    """The people that come along, held out of all training, with a true counterfactual for each other value of each
    factor; factors: names with their values, in the order of the labels."""
    table = parquet.read_table(bundled.ASSETS / "faces" / bundled.ITEMS).to_pydict()
    people = len(set(table["person"]))
    labels = [[values.index(value) for value in table[name]] for name, values in factors.items()]
    drawn = [np.asarray(Image.open(io.BytesIO(image)).convert("RGB")) for image in table["image"]]
    pictures = np.stack(drawn).reshape(people, -1, *drawn[0].shape)
    return HeldOut(pictures, np.array(labels).T.reshape(people, pictures.shape[1], -1))


def reconstruction(autoencoder: AutoEncoder, pictures: Pictures) -> Reconstruction:
    """How well pictures (N, S, S, 3) are made again."""
    true = tensor(pictures)
    with torch.no_grad():
        made = torch.cat([autoencoder.picture(autoencoder.latent(part)) for part in true.split(500)])
    return Reconstruction(psnr=float(psnr(true, made).mean()), ssim=float(ssim(true, made).mean()))


def round_trip(editor: Editor, pictures: Pictures) -> float:
    """The largest |T⁻¹(T(z)) - z| over pictures (N, S, S, 3)."""
    with torch.no_grad():
        latent = editor.autoencoder.latent(tensor(pictures))
        return float((editor.network.inverse(editor.network(latent)[0]) - latent).abs().max())


def report(
    editor: Editor,
    models: Mapping[str, AutoEncoder],
    judges: Judges,
    faces: HeldOut,
    tell: Report = silent,
) -> ReportResult:
    """Everything on held-out people."""
    latents = editor.latents(faces.people)
    plain = editor.pictures(latents)
    ways: dict[str, Become] = {
        "edits": lambda factor, value: editor.pictures(editor.become(latents, factor, value)),
        "latent_direction": lambda factor, value: attribute_vector(editor, faces.people, factor, value),
    }
    judged = {}
    for number, (way, become) in enumerate(ways.items()):
        tell(Progress(number, len(ways), f"judging {way.replace('_', ' ')}"))
        judged[way] = {f: edits(column, f, become, plain, judges, faces) for column, f in enumerate(editor.factors)}
    return ReportResult(
        people=len(faces.people),
        autoencoders={name: reconstruction(each, faces.people) for name, each in models.items()},
        judges=accuracy(judges, np.concatenate(faces.pictures), np.concatenate(faces.labels)),
        roundtrip=round_trip(editor, faces.people),
        **judged,
    )


def edits(column: int, factor: str, become: Become, plain: Pictures, judges: Judges, faces: HeldOut) -> JudgedEdits:
    """Every change of one factor, of that column, in every person; plain: the people's reconstructions (P, S, S, 3)."""
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
    return JudgedEdits(**{name: float(np.concatenate(each).mean()) for name, each in found.items()})


@torch.no_grad()
def attribute_vector(editor: Editor, pictures: Pictures, factor: str, value: int) -> Pictures:
    """The usual edit: the latent moved by the difference of the mean latents of a factor's two values.

    As in White, *Sampling Generative Networks*, 2016. The old value is the one whose mean is nearest along the way.
    """
    latent = editor.autoencoder.latent(tensor(pictures))
    old = torch.from_numpy(editor.values(editor.latents(pictures))[factor])
    means = editor.latent_means[list(editor.factors).index(factor)]
    return as_pictures(editor.autoencoder.picture(latent + means[value] - means[old]))


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of pictures (N, C, H, W) in [0, 1]; → (N,)."""
    return -10 * torch.log10((a - b).square().mean((1, 2, 3)).clamp_min(1e-12))


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity of pictures (N, C, H, W) in [0, 1]; → (N,).

    Wang, Bovik, Sheikh and Simoncelli, *Image Quality Assessment*, IEEE TIP 2004: a Gaussian window, each channel by
    itself, the mean over all places where the window lies inside the picture.
    """
    mean_a, mean_b = blurred(a), blurred(b)
    variance_a, variance_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
    covariance = blurred(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    structure = (2 * covariance + C2) / (variance_a + variance_b + C2)
    return (luminance * structure).mean((1, 2, 3))


def blurred(x: Tensor) -> Tensor:
    """The mean under the window around each pixel that has all of it: (N, C, H, W) → (N, C, H - 10, W - 10)."""
    steps = torch.arange(WINDOW, dtype=x.dtype) - WINDOW // 2
    weights = (-steps.square() / (2 * DEVIATION**2)).exp()
    weights = (weights / weights.sum()).to(x.device).expand(x.shape[1], 1, 1, WINDOW)
    across = functional.conv2d(x, weights, groups=x.shape[1])
    return functional.conv2d(across, weights.transpose(2, 3), groups=x.shape[1])
